package contract

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// findings takes place, rule and reason from the validator's errors; their own text
// prints whole schemas.
func findings(err error, place, basis string) []Finding {
	if err == nil {
		return nil
	}
	var many openapi3.MultiError
	if errors.As(err, &many) {
		var out []Finding
		for _, e := range many {
			out = append(out, findings(e, place, basis)...)
		}
		return out
	}
	var se *openapi3.SchemaError
	if !errors.As(err, &se) {
		return []Finding{{Code: invalid.in(place), Message: err.Error(), Basis: basis}}
	}
	f := Finding{Code: ruleOf(se.SchemaField).in(place), Basis: basis}
	if steps := se.JSONPointer(); len(steps) > 0 {
		f.Pointer = "/" + strings.Join(steps, "/")
	}
	f.Message = sentence(se, &f)
	return []Finding{f}
}

// alternatives tells which members would do, where the alternatives are sets of required
// ones.
func alternatives(s *openapi3.Schema) string {
	var sets []string
	for _, ref := range append(s.AnyOf, s.OneOf...) {
		if ref.Value == nil || len(ref.Value.Required) == 0 {
			return ""
		}
		sets = append(sets, strings.Join(ref.Value.Required, " and "))
	}
	return "must have " + strings.Join(sets, ", or ")
}

var quoted = regexp.MustCompile(`property "([^"]*)"`)

func sentence(se *openapi3.SchemaError, f *Finding) string {
	what := "the value"
	if f.Pointer != "" {
		what = f.Pointer
	}
	s := se.Schema
	switch se.SchemaField {
	case "required":
		return fmt.Sprintf("send %s: it is required", what)
	case "properties":
		name := what
		if m := quoted.FindStringSubmatch(se.Reason); m != nil {
			f.Pointer += "/" + m[1]
			name = f.Pointer
		}
		return fmt.Sprintf("leave out %s: there is no such field", name)
	case "type":
		return fmt.Sprintf("%s must be %s", what, kind(s))
	case "nullable":
		return fmt.Sprintf("%s must be %s, not null", what, kind(s))
	case "enum":
		return fmt.Sprintf("%s must be one of %v", what, s.Enum)
	case "anyOf", "oneOf":
		f.Message = alternatives(s)
		if f.Message != "" {
			return what + " " + f.Message
		}
	case "pattern":
		return fmt.Sprintf("%s must match %s", what, s.Pattern)
	}
	return what + ": " + se.Reason
}
