package contract

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// Example is a successful answer as the document has it: its example where there is one,
// else the least that fits the schema. ok is false where no JSON answer is declared.
func (op *Operation) Example() (status int, body []byte, ok bool) {
	for _, status := range []int{http.StatusOK, http.StatusCreated} {
		schema, declared := op.replies[strconv.Itoa(status)]["application/json"]
		if !declared || schema == nil {
			continue
		}
		v := op.examples[status]
		if v == nil {
			v = sample(schema, 0)
		}
		body, err := json.Marshal(v)
		return status, body, err == nil
	}
	return 0, nil, false
}

// maxSample ends schemas that contain themselves.
const maxSample = 12

// sample is a value that fits a schema.
func sample(s *openapi3.Schema, depth int) any {
	switch {
	case s == nil || depth > maxSample:
		return nil
	case s.Example != nil:
		return s.Example
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.AllOf) > 0:
		merged := map[string]any{}
		for _, part := range s.AllOf {
			if m, ok := sample(part.Value, depth+1).(map[string]any); ok {
				for k, v := range m {
					merged[k] = v
				}
			}
		}
		return merged
	case len(s.OneOf) > 0:
		return sample(s.OneOf[0].Value, depth+1)
	case len(s.AnyOf) > 0:
		return sample(s.AnyOf[0].Value, depth+1)
	case s.Type.Is("object"):
		return sampleObject(s, depth)
	case s.Type.Is("array"):
		if s.Items == nil {
			return []any{}
		}
		return []any{sample(s.Items.Value, depth+1)}
	case s.Type.Is("integer"), s.Type.Is("number"):
		if s.Min != nil {
			return *s.Min
		}
		return 1
	case s.Type.Is("boolean"):
		return true
	case s.Type.Is("string"):
		return sampleText(s.Format)
	}
	return nil
}

func sampleObject(s *openapi3.Schema, depth int) any {
	out := map[string]any{}
	for name, p := range s.Properties {
		if v := sample(p.Value, depth+1); v != nil {
			out[name] = v
		}
	}
	return out
}

func sampleText(format string) string {
	switch format {
	case "date-time":
		return "2026-01-01T00:00:00Z"
	case "date":
		return "2026-01-01"
	case "uuid":
		return "00000000-0000-4000-8000-000000000000"
	}
	return "text"
}
