package sim

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Field is the member of a JSON object by that exact name, the last one where a sender
// wrote it twice, as most decoders read it.
func Field(obj gjson.Result, name string) gjson.Result {
	if !strings.Contains(obj.Raw, name) && !strings.Contains(obj.Raw, `\`) {
		return gjson.Result{} // as most that are asked for are not there
	}
	return field(obj, name, func(a, b string) bool { return a == b })
}

// FieldFold is Field without regard to the case of the name, as a Go server decodes.
func FieldFold(obj gjson.Result, name string) gjson.Result {
	return field(obj, name, strings.EqualFold)
}

// field goes through the text of an object that is known to be JSON and reads nothing but
// the value wanted. gjson's own ForEach reads each value, which matters: an operation asks
// for ten fields, one by one.
func field(obj gjson.Result, name string, same func(a, b string) bool) gjson.Result {
	if !obj.IsObject() {
		return gjson.Result{}
	}
	found := ""
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
		if strings.IndexByte(key, '\\') >= 0 {
			key = gjson.Parse(rest[:end]).Str
		}
		rest = strings.TrimLeft(rest[end:], ": \t\r\n")
		end = valueEnd(rest)
		if same(key, name) {
			found = rest[:end]
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
		switch s[i] {
		case '"':
			i += textEnd(s[i:]) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		default:
			if depth == 0 && strings.IndexByte(", \t\r\n", s[i]) >= 0 {
				return i
			}
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(s)
}
