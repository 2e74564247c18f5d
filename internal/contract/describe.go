package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A Field is one thing that a request may carry, for people.
type Field struct {
	In       string // path, query, header or body
	Name     string // of a member of the body, its path: items[].packageId
	Type     string
	Required bool
	Note     string
}

// Fields lists what a request may carry: path, query, header, then the body, required
// ones first within each object.
func (op *Operation) Fields() (out []Field) {
	for _, place := range []struct {
		in   string
		list []*parameter
	}{{"path", op.path}, {"query", op.query}, {"header", op.header}} {
		for _, p := range place.list {
			out = append(out, Field{In: place.in, Name: p.declared, Type: typeOf(p.schema), Required: p.required, Note: noteOf(p.schema)})
		}
	}
	if op.body != nil {
		out = append(out, members(op.body, "", 0)...)
	}
	return out
}

// Statuses lists the statuses that are declared, "default" among them.
func (op *Operation) Statuses() []string { return slices.Sorted(maps.Keys(op.replies)) }

func members(s *openapi3.Schema, path string, depth int) (out []Field) {
	const deepest = 6
	if depth > deepest {
		return nil
	}
	if s.Type.Is("array") && s.Items != nil {
		return members(s.Items.Value, path+"[]", depth+1)
	}
	names := slices.SortedFunc(maps.Keys(s.Properties), func(a, b string) int {
		ra, rb := slices.Contains(s.Required, a), slices.Contains(s.Required, b)
		if ra != rb {
			if ra {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		sub := s.Properties[name].Value
		at := strings.TrimPrefix(path+"."+name, ".")
		out = append(out, Field{In: "body", Name: at, Type: typeOf(sub), Required: slices.Contains(s.Required, name), Note: noteOf(sub)})
		out = append(out, members(sub, at, depth+1)...)
	}
	return out
}

func typeOf(s *openapi3.Schema) string {
	switch {
	case s == nil || s.Type == nil || len(*s.Type) == 0:
		return "any"
	case s.Type.Is("array") && s.Items != nil:
		return typeOf(s.Items.Value) + "[]"
	}
	return strings.Join(*s.Type, " or ")
}

// noteOf says what else a value must be.
func noteOf(s *openapi3.Schema) string {
	if s == nil {
		return ""
	}
	var notes []string
	if len(s.Enum) > 0 {
		words := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			words[i] = fmt.Sprint(v)
		}
		notes = append(notes, "one of "+strings.Join(words, ", "))
	}
	if s.Min != nil {
		notes = append(notes, fmt.Sprintf("at least %v", *s.Min))
	}
	if s.Max != nil {
		notes = append(notes, fmt.Sprintf("at most %v", *s.Max))
	}
	if s.MaxLength != nil {
		notes = append(notes, fmt.Sprintf("at most %d long", *s.MaxLength))
	}
	if s.Pattern != "" {
		notes = append(notes, "matches "+s.Pattern)
	}
	if s.Description != "" {
		notes = append(notes, s.Description)
	}
	return strings.Join(notes, "; ")
}
