package all_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/esimsim/esimsim/scenarios"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// everything is the example that shows the whole language.
const everything = `version: 1
name: everything-at-once
summary: Orders stay pending for two minutes, and some answers are lost on the way.
settings: {esimgo: {shapes: documented}, validate: report}
catalogue: {esimfly: {merhaba-7days-1gb: {price: 2.95, from: 10m}}}
policies:
  esimfly.order.provisioned: {after: 2m, polls: 3}
rules:
  - on: esimfly.createOrder
    when: body.quantity > 3
    calls: [2, 3]
    phase: after
    do: {fault: reset}
timeline:
  - after: 5m
    do: {use: {esim: last, mb: 500}}
`

func TestTheExampleWorks(t *testing.T) {
	t.Parallel()
	if _, _, err := sim.LintScenario(all.Providers(), "everything.yaml", []byte(everything)); err != nil {
		t.Error(err)
	}
}

func bundled(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := fs.Glob(scenarios.Files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		if out[f], err = fs.ReadFile(scenarios.Files, f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// Each bundled scenario says in a comment what a client should learn from it, bears the
// name of its file and of a provider or of webhooks, and is summed up in a sentence.
func TestBundledScenarios(t *testing.T) {
	t.Parallel()
	for file, text := range bundled(t) {
		name, summary, err := sim.LintScenario(all.Providers(), file, text)
		if err != nil {
			t.Error(err)
			continue
		}
		provider, _, _ := strings.Cut(name, "-")
		if name+".yaml" != file || !strings.Contains("roamify esimgo esimfly webhook", provider) {
			t.Errorf("%s holds %q", file, name)
		}
		if !strings.HasSuffix(summary, ".") || len(summary) > 110 {
			t.Errorf("%s: summary %q", file, summary)
		}
		if !bytes.HasPrefix(text, []byte("# ")) {
			t.Errorf("%s does not begin with what a client learns", file)
		}
	}
}

// The schema that editors use agrees with the reader.
func TestSchemaAgrees(t *testing.T) {
	t.Parallel()
	schema := compile(t, sim.ScenarioSchema(all.Providers()))
	good := bundled(t)
	good["everything"] = []byte(everything)
	for file, text := range good {
		if err := schema.Validate(decode(t, text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	head := "version: 1\nname: a\n"
	for _, text := range []string{
		"name: a\n", "version: 2\nname: a\n", "version: 1\n", head + "rulez: []\n", head + "rules: 3\n", head + "name: a b\n",
		head + "rules: [{do: {delay: 1s}}]\n", head + "rules: [{on: esimfly.none, do: {delay: 1s}}]\n",
		head + "rules: [{on: '*', do: {error: NONE}}]\n", head + "rules: [{on: '*', first: 0, do: {delay: 1s}}]\n",
		head + "rules: [{on: '*', do: {fault: rest}}]\n", head + "rules: [{on: '*', do: {delay: soon}}]\n",
		head + "policies: {esimfly.order.none: never}\n", head + "policies: {esimfly.order.provisioned: nevr}\n",
		head + "settings: {esimfly: {colour: red}}\n", head + "settings: {validate: loose}\n",
		head + "timeline: [{do: {use: {mb: 1}}}]\n", head + "timeline: [{after: 1m, do: {user: {}}}]\n",
		head + "catalogue: {esimfly: {x: {prize: 1}}}\n",
	} {
		if _, _, err := sim.LintScenario(all.Providers(), "bad", []byte(text)); err == nil {
			t.Errorf("the reader takes %q", text)
		}
		var v any
		if yaml.Unmarshal([]byte(text), &v) == nil && schema.Validate(decode(t, []byte(text))) == nil {
			t.Errorf("the schema takes %q", text)
		}
	}
}

// The file in the repository is what the program prints.
func TestSchemaFile(t *testing.T) {
	t.Parallel()
	const file = "../../scenarios/schema.json"
	want := sim.ScenarioSchema(all.Providers())
	got, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is stale (%v): make it anew with 'go run ./cmd/esimsim scenario schema > scenarios/schema.json'", file, err)
	}
}

func compile(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// decode reads YAML as an editor does, into what JSON has.
func decode(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
