package contract

import (
	"encoding/json"
	"fmt"
	"mime"
	"strconv"
)

// CheckReply lists where an answer of ours departs from the document. Status and media
// type must be declared; a JSON body must fit its schema.
func (op *Operation) CheckReply(status int, contentType string, body []byte) []Finding {
	types, ok := op.replies[strconv.Itoa(status)]
	if !ok {
		if types, ok = op.replies["default"]; !ok {
			return []Finding{{Code: "reply.status", Message: fmt.Sprintf("%s does not declare status %d", op.ID, status)}}
		}
	}
	if len(types) == 0 {
		if len(body) > 0 {
			return []Finding{{Code: "reply.body", Message: fmt.Sprintf("%s declares no body for status %d", op.ID, status)}}
		}
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return []Finding{{Code: "reply.type", Message: fmt.Sprintf("content type %q cannot be read", contentType)}}
	}
	schema, ok := types[mediaType]
	if !ok {
		return []Finding{{Code: "reply.type", Message: fmt.Sprintf("%s does not declare %s for status %d", op.ID, mediaType, status)}}
	}
	if schema == nil || mediaType != "application/json" && mediaType != "application/problem+json" {
		return nil
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return []Finding{{Code: "reply.malformed", Message: "body is no JSON: " + err.Error()}}
	}
	return findings(schema.VisitJSON(v, asReply...), "reply", "")
}
