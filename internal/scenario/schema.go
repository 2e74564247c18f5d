package scenario

import (
	"bytes"
	"encoding/json"

	"github.com/esimsim/esimsim/internal/fault"
)

// schema is a JSON Schema, or a part of one.
type schema map[string]any

var (
	durationSchema = schema{"type": "string", "pattern": `^([0-9.]+d)?([0-9.]+(h|m|s|ms|us|ns))*$`}
	countSchema    = schema{"type": "integer", "minimum": 1, "maximum": 1_000_000}
)

// object describes a mapping by the table its reader uses.
func object(m members, required []string) schema {
	properties := schema{}
	for name, member := range m {
		described := schema{"description": member.doc}
		for k, v := range member.as {
			described[k] = v
		}
		properties[name] = described
	}
	out := schema{"type": "object", "additionalProperties": false, "properties": properties}
	if required != nil {
		out["required"] = required
	}
	return out
}

func mapOf(v schema) schema  { return schema{"type": "object", "additionalProperties": v} }
func listOf(v schema) schema { return schema{"type": "array", "items": v} }

func (l *loader) settingsSchema() schema {
	properties := schema{}
	for _, provider := range keys(l.v.Settings) {
		own := schema{}
		if provider == WebhookSettings {
			for name := range l.v.Settings[provider] {
				own[name] = object(l.targetMembers(nil), []string{"url"})
			}
			properties[provider] = schema{"type": "object", "additionalProperties": false, "properties": own}
			continue
		}
		for name, values := range l.v.Settings[provider] {
			own[name] = schema{}
			if values != nil {
				own[name] = schema{"enum": values}
			}
		}
		if provider == "" {
			for name, v := range own {
				properties[name] = v
			}
			continue
		}
		properties[provider] = schema{"type": "object", "additionalProperties": false, "properties": own}
	}
	return schema{"type": "object", "additionalProperties": false, "properties": properties}
}

func (l *loader) policiesSchema() schema {
	policy := schema{"anyOf": []schema{{"enum": policyWords}, object(l.policyMembers(nil), nil)}}
	properties := schema{}
	for _, e := range l.v.Edges {
		properties[e] = policy
	}
	return schema{"type": "object", "additionalProperties": false, "properties": properties}
}

func (l *loader) delaySchema() schema {
	return schema{"anyOf": []schema{durationSchema, object(l.delayMembers(nil), nil)}}
}

func (l *loader) faultSchema() schema {
	return schema{"anyOf": []schema{{"enum": fault.Kinds()}, object(l.faultMembers(nil), []string{"kind"})}}
}

// Schema is a JSON Schema of scenario files, for the completion of editors. It is made of
// the tables that the reader uses.
func Schema(v Vocabulary) []byte {
	l := &loader{v: v}
	version := false
	out := object(l.topMembers(&Scenario{}, &version), []string{"version", "name"})
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = "esimsim scenario"
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(out); err != nil {
		panic(err) // only tables come here
	}
	return buf.Bytes()
}
