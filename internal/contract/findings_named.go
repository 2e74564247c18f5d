package contract

import "slices"

// A NamedFinding is a mistake that a document shows, by the code that it has in a journal.
// The basis is that of the operation, or of the parameter.
type NamedFinding struct {
	Code string // body.required
	Says string // one sentence on what it means
}

// The mistakes that the document has no keyword for.
var (
	oddMalformed = NamedFinding{
		Code: "body.malformed", Says: "The body is no JSON that could be read.",
	}
	oddContentType = NamedFinding{
		Code: "header.content-type", Says: "The body is not said to be JSON by the header Content-Type.",
	}
)

// NamedFindings are all that CheckRequest can find.
func NamedFindings() (out []*NamedFinding) {
	for _, p := range places {
		for _, r := range rules {
			if r.places == nil || slices.Contains(r.places, p.name) {
				out = append(out, &NamedFinding{p.name + "." + r.name, p.subject + " " + r.says + "."})
			}
		}
	}
	return append(out, &oddMalformed, &oddContentType)
}

// The places of a request, each with what breaks a rule there.
var places = []struct{ name, subject string }{
	{inBody, "The body, or a field of it,"},
	{inQuery, "A key of the query"},
	{inHeader, "A header"},
}

// The words before the dot of a code.
const (
	inBody   = "body"
	inQuery  = "query"
	inHeader = "header"
)

// A rule is what a place can break; its name is the word after the dot.
type rule struct {
	name, says string
	keywords   []string // of schemas
	places     []string // where alone it can be broken; nil means all
}

// The rules that are no keyword's, or not alone.
var (
	undeclared = rule{"undeclared", "is not in the document", []string{"properties"}, []string{inBody, inQuery}}
	required   = rule{"required", "is missing", []string{"required"}, nil}
	wrongType  = rule{"type", "is of another type", []string{"type"}, nil}
	repeated   = rule{"repeated", "comes more than once", nil, []string{inQuery, inHeader}}
	invalid    = rule{"invalid", "breaks another rule", nil, nil}
)

var rules = []*rule{
	&undeclared,
	&required,
	&wrongType,
	{"nullable", "is null", []string{"nullable"}, []string{inBody}},
	{"enum", "is none of the values there are", []string{"enum"}, nil},
	{"pattern", "does not match its pattern", []string{"pattern"}, nil},
	{"format", "is not written as such a value is", []string{"format"}, nil},
	{
		"range", "is a number too small, too large or between two steps",
		[]string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
		nil,
	},
	{
		"size", "is too short or too long",
		[]string{"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"},
		nil,
	},
	{"oneOf", "fits none, or more than one, of several forms", []string{"oneOf"}, nil},
	{"anyOf", "fits none of several forms", []string{"anyOf"}, nil},
	{"allOf", "does not fit all of several forms", []string{"allOf"}, nil},
	&repeated,
	&invalid,
}

// in is the code of the rule when it is broken there.
func (r *rule) in(place string) string { return place + "." + r.name }

// ruleOf is the rule that a keyword of a schema stands for.
func ruleOf(keyword string) *rule {
	for _, r := range rules {
		if slices.Contains(r.keywords, keyword) {
			return r
		}
	}
	return &invalid
}
