package sim

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Field is the member of a JSON object by that exact name, the last one where a sender
// wrote it twice, as most decoders read it.
func Field(obj gjson.Result, name string) gjson.Result {
	return field(obj, name, false)
}

// FieldFold is Field without regard to the case of the name, as a Go server decodes.
func FieldFold(obj gjson.Result, name string) gjson.Result {
	return field(obj, name, true)
}

// field goes through the text of an object that is known to be JSON and reads nothing but
// the value wanted. gjson's own ForEach reads each value, which matters: an operation asks
// for ten fields, one by one.
func field(obj gjson.Result, name string, fold bool) gjson.Result {
	if !obj.IsObject() {
		return gjson.Result{}
	}
	found, plain := "", strings.IndexByte(obj.Raw, '\\') < 0
	if !fold && plain && !strings.Contains(obj.Raw, name) {
		return gjson.Result{} // as most that are asked for are not there
	}
	rest := obj.Raw
	for {
		start := strings.IndexByte(rest, '"')
		if start < 0 {
			break
		}
		rest = rest[start:]
		end := textEnd(rest)
		if end < 2 {
			break // no JSON
		}
		key := rest[1 : end-1]
		if !plain && strings.IndexByte(key, '\\') >= 0 {
			key = gjson.Parse(rest[:end]).Str
		}
		for end < len(rest) && (space(rest[end]) || rest[end] == ':') {
			end++
		}
		rest = rest[end:]
		end = valueEnd(rest)
		if key == name || fold && strings.EqualFold(key, name) {
			found = rest[:end]
			if rest = rest[end:]; !fold && plain && !strings.Contains(rest, name) {
				break // it stands there once
			}
			continue
		}
		rest = rest[end:]
	}
	if found == "" {
		return gjson.Result{}
	}
	return gjson.Parse(found)
}

// textEnd is the length of the text, in quotes, that s begins with.
func textEnd(s string) int {
	if end := strings.IndexByte(s[1:], '"') + 1; end > 0 && strings.IndexByte(s[1:end], '\\') < 0 {
		return end + 1
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// valueEnd is the length of the value that s begins with.
func valueEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			if i += textEnd(s[i:]) - 1; depth == 0 {
				return i + 1
			}
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
			if depth < 0 {
				return i
			}
		case depth == 0 && (c == ',' || space(c)):
			return i
		}
	}
	return len(s)
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
