package openapi_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// tree reads a document as generators do; one that says a key twice, or has a key that
// some readers of YAML take for true, is an error.
func tree(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var out map[string]any
	if err := yaml.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// walk visits each object below v with the path to it.
func walk(v any, at string, visit func(at string, object map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(at, v)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walk(v[key], at+"/"+key, visit)
		}
	case []any:
		for i, item := range v {
			walk(item, fmt.Sprint(at, "/", i), visit)
		}
	}
}

// A client that is made of a document goes for the first of its servers: never for the
// real service, where a real key spends money.
func TestTheOnlyServerIsTheSimulator(t *testing.T) {
	t.Parallel()
	local := regexp.MustCompile(`^http://127\.0\.0\.1:8484/[a-z0-9._/]*[a-z0-9]$`)
	for name, data := range documents {
		doc := tree(t, data)
		servers, _ := doc["servers"].([]any)
		if len(servers) != 1 {
			t.Errorf("%s has %d servers", name, len(servers))
		}
		walk(doc, "", func(at string, object map[string]any) {
			list, ok := object["servers"].([]any)
			if ok && at != "" {
				t.Errorf("%s: servers at %s", name, at)
			}
			for _, s := range list {
				if url := fmt.Sprint(s.(map[string]any)["url"]); !local.MatchString(url) {
					t.Errorf("%s: %s is a server at %q", name, url, at)
				}
			}
		})
	}
}

// camel is a name as generators of code write it.
func camel(name string) string {
	var out string
	for _, word := range regexp.MustCompile(`[A-Za-z0-9]+`).FindAllString(name, -1) {
		out += strings.ToUpper(word[:1]) + word[1:]
	}
	return out
}

// Generators make one type of each component and one field of each property, and know no
// two by one name.
func TestNamesForGenerators(t *testing.T) {
	t.Parallel()
	for name, data := range documents {
		doc := tree(t, data)
		components := doc["components"].(map[string]any)
		types := map[string]string{}
		for _, kind := range []string{"schemas", "responses", "parameters", "requestBodies", "headers"} {
			named, _ := components[kind].(map[string]any)
			for component := range named {
				// Some write a file for each, and not all file systems tell case apart.
				folded := strings.ToLower(camel(component))
				if types[folded] != "" {
					t.Errorf("%s: two components are called %s: %s and %s", name, component, types[folded], kind)
				}
				types[folded] = kind
			}
		}
		walk(doc, "", func(at string, object map[string]any) {
			for _, two := range sameFields(object) {
				t.Errorf("%s: %s: properties %s become one field", name, at, two)
			}
		})
	}
}

// sameFields are the properties of a schema that become one field, as x-go-name says or
// else by their names.
func sameFields(schema map[string]any) (found []string) {
	properties, _ := schema["properties"].(map[string]any)
	fields := map[string]string{}
	for _, property := range slices.Sorted(maps.Keys(properties)) {
		field := camel(property)
		if p, ok := properties[property].(map[string]any); ok && p["x-go-name"] != nil {
			field = fmt.Sprint(p["x-go-name"])
		}
		if fields[field] != "" {
			found = append(found, fields[field]+" and "+property)
		}
		fields[field] = property
	}
	return found
}

// Those who lint by Redocly's recommended rules call these an error and a warning.
func TestStrictReaders(t *testing.T) {
	t.Parallel()
	for name, data := range documents {
		walk(tree(t, data), "", func(at string, object map[string]any) {
			if object["nullable"] == true && object["type"] == nil {
				t.Errorf("%s: %s is nullable without a type", name, at)
			}
			if _, ok := object["$ref"].(string); ok && len(object) > 1 {
				t.Errorf("%s: %s has members beside $ref, which are passed over", name, at)
			}
		})
	}
}
