package contract

import "strings"

// The words before the dot of a code are the place; these are the contract's, and a
// provider's own findings begin with its name.
var (
	places = []string{"body", "query", "header"}
	rules  = []string{
		"undeclared", "required", "type", "nullable", "enum", "pattern", "format",
		"range", "size", "oneOf", "anyOf", "allOf", "invalid", "repeated",
	}
	further = []string{
		"body.malformed", "body.unreadable", "header.content-type", "header.esimsim",
		"route.unknown", "method.unknown", "findings.more",
	}
)

// Codes lists all codes of findings that rest on the contract.
func Codes() (out []string) {
	for _, p := range places {
		for _, r := range rules {
			out = append(out, p+"."+r)
		}
	}
	return append(out, further...)
}

// Misspelt says that a code begins like the contract's, and is none of them.
func Misspelt(code string) bool {
	place, _, _ := strings.Cut(code, ".")
	alike := false
	for _, c := range Codes() {
		if c == code {
			return false
		}
		alike = alike || strings.HasPrefix(c, place+".")
	}
	return alike
}
