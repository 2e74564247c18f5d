package docs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// A schema is the part of JSON Schema that the program writes.
type schema struct {
	Type        string             `json:"type"`
	Description string             `json:"description"`
	Pattern     string             `json:"pattern"`
	Const       any                `json:"const"`
	Enum        []any              `json:"enum"`
	Minimum     *float64           `json:"minimum"`
	Maximum     *float64           `json:"maximum"`
	Required    []string           `json:"required"`
	Properties  map[string]*schema `json:"properties"`
	Items       *schema            `json:"items"`
	Additional  json.RawMessage    `json:"additionalProperties"`
	AnyOf       []*schema          `json:"anyOf"`
}

// A chapter is one mapping of the language.
type chapter struct {
	title, before, after string
	of                   func(*schema) *schema
	order                []string // of the keys, as people write them
	types                map[string]string
}

func member(names ...string) func(*schema) *schema {
	return func(s *schema) *schema {
		for _, n := range names {
			if n == "[]" {
				s = s.Items
			} else {
				s = s.Properties[n]
			}
			for _, alternative := range s.AnyOf {
				if alternative.Properties != nil {
					s = alternative
				}
			}
		}
		return s
	}
}

// languagePage is the reference of scenario files, out of their JSON Schema.
func languagePage(t *testing.T) *docs.Page {
	t.Helper()
	var top schema
	if err := json.Unmarshal(sim.ScenarioSchema(all.Providers()), &top); err != nil {
		t.Fatal(err)
	}
	page := docs.NewPage("The language of scenarios")
	page.Text("A scenario is a YAML file. Its keys are those here and no others: a misspelt one is refused with file, line, column and the nearest valid word. " +
		"`esimsim scenario lint FILE` checks a file; [scenarios/schema.json](../scenarios/schema.json), which `esimsim scenario schema` prints, " +
		"lets an editor complete the names of operations, edges, errors and settings. In VS Code, with the YAML extension, put this on top:")
	page.Fence("yaml", "# yaml-language-server: $schema=schema.json")
	page.Text("Lengths of time are written `700ms`, `90s`, `5m`, `36h`, `30d`, `1d12h`.")
	for _, c := range chapters(t) {
		s := c.of(&top)
		if s == nil || s.Properties == nil {
			t.Fatalf("the schema has no %s", c.title)
		}
		page.Heading(2, c.title)
		if c.before != "" {
			page.Text("%s", c.before)
		}
		page.Table([]string{"Key", "", "Value", "What it is"}, keyRows(t, c, s))
		if c.after != "" {
			page.Text("%s", c.after)
		}
	}
	page.Heading(2, "Conditions")
	page.Text("An expression that is true or false, in the language of [expr](https://expr-lang.org/docs/language-definition), such as " +
		"`body.quantity > 3 and header[\"Content-Type\"] == \"application/json\"`. A field that is missing makes it false; `?.` and `??` say themselves what to do without. It can look at:")
	var rows [][]string
	for _, f := range append(fields(t, "internal/scenario", "Env"), fields(t, "internal/scenario", "Answered")...) {
		rows = append(rows, []string{docs.Code(f[0]), docs.Plain(f[1])})
	}
	page.Table([]string{"Name", "What it is"}, rows)
	page.Text("`status` and `error` are there in expectations alone, which look at requests that were answered.")
	page.Text("All rules are asked about a request in its world's turn, so that what their conditions cost together is bounded: by how much each has to look at, " +
		"and in the order of the rules. One that is dearer than what is left does not hold, and the log says so. A thousand on an order of usual size are far from it.")
	return page
}

func keyRows(t *testing.T, c chapter, s *schema) (rows [][]string) {
	t.Helper()
	names := slices.Clone(c.order)
	for _, n := range slices.Sorted(maps.Keys(s.Properties)) {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	for _, n := range names {
		sub := s.Properties[n]
		if sub == nil {
			t.Errorf("%s has no key %s", c.title, n)
			continue
		}
		need := ""
		if slices.Contains(s.Required, n) {
			need = "required"
		}
		value := c.types[n]
		if value == "" {
			if value = docs.Plain(valueOf(sub)); strings.Contains(value, "mapping") {
				t.Errorf("%s: %s is a mapping without a section", c.title, n)
			}
		}
		rows = append(rows, []string{docs.Code(n), need, value, docs.Plain(sub.Description)})
	}
	return rows
}

// valueOf says in a word or two what may stand there.
func valueOf(s *schema) string {
	switch {
	case s.Const != nil:
		return fmt.Sprintf("`%v`", s.Const)
	case len(s.Enum) > 0:
		var words []string
		for _, v := range s.Enum {
			words = append(words, fmt.Sprintf("`%v`", v))
		}
		return strings.Join(words, ", ")
	case len(s.AnyOf) > 0:
		var words []string
		for _, a := range s.AnyOf {
			words = append(words, valueOf(a))
		}
		return strings.Join(words, ", or ")
	case s.Type == "array":
		return "list of " + strings.TrimPrefix(strings.TrimPrefix(valueOf(s.Items), "a "), "an ")
	case strings.Contains(s.Pattern, "(h|m|s|ms"):
		return "a length of time"
	case s.Type == "integer" && s.Minimum != nil && s.Maximum != nil && *s.Maximum < 1000:
		return fmt.Sprintf("%v to %v", *s.Minimum, *s.Maximum)
	case s.Type == "number" && s.Maximum != nil:
		return fmt.Sprintf("a number up to %v", *s.Maximum)
	case s.Type == "":
		return "anything"
	}
	return map[string]string{"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`", "object": "mapping"}[s.Type]
}

func chapters(t *testing.T) []chapter {
	t.Helper()
	var faults strings.Builder
	for _, k := range docs.Constants(t, filepath.Join(root, "internal/fault"), "Kind") {
		fmt.Fprintf(&faults, "| %s | %s |\n", docs.Code(k[0]), docs.Plain(k[1]))
	}
	operation := "[operation](operations/) or [event](webhooks.md)"
	return []chapter{
		{
			title: "A file", of: func(s *schema) *schema { return s },
			order: []string{"version", "name", "summary", "settings", "accounts", "catalogue", "policies", "rules", "timeline", "expectations"},
			types: map[string]string{
				"settings": "[settings](settings.md)", "accounts": "[settings](settings.md) that are numbers", "catalogue": "[changes](#changes-of-the-catalogue)",
				"policies": "[policies](#policies)", "rules": "list of [rules](#rules)", "timeline": "list of [moments](#moments-of-the-timeline)",
				"expectations": "list of [expectations](#expectations)",
			},
		},
		{
			title:  "Changes of the catalogue",
			before: "Under `catalogue`, by provider and item: `catalogue: {esimfly: {merhaba-7days-1gb: {price: 2.95, from: 10m}}}`.",
			of: func(s *schema) *schema {
				changes := s.Properties["catalogue"]
				for range 2 { // by provider, by item
					next := &schema{}
					if json.Unmarshal(changes.Additional, next) != nil {
						return nil
					}
					changes = next
				}
				return changes
			},
		},
		{
			title: "Policies", of: func(s *schema) *schema {
				for _, edge := range s.Properties["policies"].Properties {
					return member("x")(&schema{Properties: map[string]*schema{"x": edge}})
				}
				return nil
			},
			before: "Under `policies`, by the name of an [edge](edges.md): `immediate`, `manual`, `never`, or a mapping. With both keys, whichever comes first. " +
				"A look is a question after that one thing; lists and POSTs are none.",
		},
		{
			title: "Rules", of: member("rules", "[]"), order: []string{"on", "when", "first", "calls", "every", "after", "chance", "phase", "do"},
			before: "Every rule counts each request that fits its `on` and `when`, also one that another rule answers. Of those that fire, the first of the " +
				"last file answers.",
			types: map[string]string{"on": operation, "do": "[what it does](#what-a-rule-does)", "when": "[condition](#conditions)", "calls": "list of whole numbers", "after": "whole number, or a length of time"},
		},
		{
			title: "What a rule does", of: member("rules", "[]", "do"), order: []string{"error", "respond", "fault", "rateLimit", "delay", "set", "webhook"},
			before: "One of `error`, `respond`, `fault` and `rateLimit` answers; `delay` and `set` go with any of them or stand alone. A rule on an event does `webhook` and nothing else.",
			types: map[string]string{
				"error": "the name of an [error](errors.md) of the operation", "respond": "[answer](#answers-written-out)", "fault": "[fault](#faults)",
				"rateLimit": "[limit](#rate-limits)", "delay": "a length of time, or a [spread](#delays)", "set": "[settings](settings.md)",
				"webhook": "[what goes wrong](#webhooks)",
			},
		},
		{title: "Answers written out", before: "Under `respond`.", of: member("rules", "[]", "do", "respond"), order: []string{"status", "headers", "body"}, types: map[string]string{"headers": "mapping of texts", "status": "200 to 599"}},
		{
			title: "Faults", of: member("rules", "[]", "do", "fault"), order: []string{"kind"}, types: map[string]string{"kind": "one of those below"},
			before: "Under `fault`: the kind alone, as in `fault: reset`, or a mapping.",
			after: "| Kind | What the client gets |\n| --- | --- |\n" + faults.String() +
				"\nIn `phase: before`, which is the default, nothing has happened; a fault that spoils an answer then spoils the example of the API's document.",
		},
		{title: "Rate limits", before: "Under `rateLimit`.", of: member("rules", "[]", "do", "rateLimit"), order: []string{"calls", "per"}},
		{title: "Delays", before: "Under `delay`, instead of one length of time: `{min: 1s, max: 3s}` or `{median: 1s, sigma: 0.5}`. They are real time.", of: member("rules", "[]", "do", "delay"), order: []string{"min", "max", "median", "sigma"}},
		{title: "Webhooks", before: "Under `webhook`, in a rule on an event, such as `esimgo.webhook.Utilisation`, or on all of a provider, `esimgo.webhook`.", of: member("rules", "[]", "do", "webhook")},
		{title: "Moments of the timeline", of: member("timeline", "[]"), order: []string{"after", "do"}, types: map[string]string{"do": "[what happens](#what-happens-then), one thing"}},
		{title: "What happens then", of: member("timeline", "[]", "do"), order: []string{"set", "edge", "install", "attach", "use", "remove"}, types: map[string]string{
			"set": "[settings](settings.md)", "edge": "`{edge: …, id: …}`, an [edge](edges.md) and what passes it", "install": "[eSIM](#what-a-device-does)",
			"attach": "[eSIM](#what-a-device-does)", "use": "[eSIM](#what-a-device-does)", "remove": "[eSIM](#what-a-device-does)",
		}},
		{title: "What a device does", before: "As in `use: {esim: last, mb: 500}`.", of: member("timeline", "[]", "do", "use"), order: []string{"esim", "country", "mb", "bytes"}},
		{
			title: "Expectations", of: member("expectations", "[]"), order: []string{"name", "on", "when", "times", "atLeast", "atMost", "never", "sequence"},
			before: "What clients shall have asked. `POST /_sim/worlds/NAME/verify` holds the journal against them, and `esimsim exec --fail-on expectation` does so when the command has ended. " +
				"Without a count, one request or more is expected.",
			types: map[string]string{"on": operation, "when": "[condition](#conditions)", "sequence": "list of steps, with `on`, `when`, `times` and `never`"},
		},
	}
}
