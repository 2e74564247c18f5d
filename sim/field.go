package sim

import (
	"iter"
	"strings"

	"github.com/tidwall/gjson"
)

// Field is the member of a JSON object by that exact name, the last one where a sender
// wrote it twice, as most decoders read it.
func Field(obj gjson.Result, name string) gjson.Result {
	if strings.IndexByte(obj.Raw, '\\') < 0 && !strings.Contains(obj.Raw, name) {
		return gjson.Result{} // as most that are asked for are not there
	}
	found := ""
	members(obj, func(key, value string) {
		if key == name {
			found = value
		}
	})
	if found == "" {
		return gjson.Result{}
	}
	return gjson.Parse(found)
}

// An Object is the members of a JSON object, for who asks for many: it is read once.
type Object []member

type member struct{ name, value string } // value as it is written

// ObjectOf is empty where v is no object.
func ObjectOf(v gjson.Result) Object {
	const usual = 16
	o := make(Object, 0, min(strings.Count(v.Raw, ":"), usual)) // each member has one
	members(v, func(name, value string) { o = append(o, member{name, value}) })
	return o
}

// Field is the member by that exact name, the last one where there are more.
func (o Object) Field(name string) gjson.Result {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].name == name {
			return gjson.Parse(o[i].value)
		}
	}
	return gjson.Result{}
}

// FieldFold is Field without regard to the case of the name, as a Go server decodes.
func (o Object) FieldFold(name string) gjson.Result {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].name == name || strings.EqualFold(o[i].name, name) {
			return gjson.Parse(o[i].value)
		}
	}
	return gjson.Result{}
}

// Names are those of the members, as they were sent.
func (o Object) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, m := range o {
			if !yield(m.name) {
				return
			}
		}
	}
}

// members goes through the text of an object that is known to be JSON and reads no value.
// gjson's own ForEach reads each.
func members(obj gjson.Result, do func(name, value string)) {
	if !obj.IsObject() {
		return
	}
	rest, plain := obj.Raw, strings.IndexByte(obj.Raw, '\\') < 0
	for {
		start := strings.IndexByte(rest, '"')
		if start < 0 {
			return
		}
		rest = rest[start:]
		end := textEnd(rest)
		if end < 2 {
			return // no JSON
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
		do(key, rest[:end])
		rest = rest[end:]
	}
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
