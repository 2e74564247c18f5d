package control

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// However a document writes its servers, one stands instead and all else stays.
func TestServedAt(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"none":     "openapi: 3.0.3\npaths: {}\nx-last: |\n  servers: none\n",
		"no end":   "openapi: 3.0.3\npaths: {}\nx-last: \"servers: none\\n\"",
		"flow":     "openapi: 3.0.3\nservers: [{url: https://real.example}]\npaths: {}\nx-last: |\n  servers: none\n",
		"lines":    "openapi: 3.0.3\nservers: [\n  {url: https://real.example},\n]\npaths: {}\nx-last: |\n  servers: none\n",
		"block":    "openapi: 3.0.3\nservers:\n- url: https://real.example\n\n  # why\n- url: https://other.example\npaths: {}\nx-last: |\n  servers: none\n",
		"last":     "openapi: 3.0.3\npaths: {}\nx-last: |\n  servers: none\nservers:\n  - url: https://real.example\n",
		"carriage": "openapi: 3.0.3\r\nservers:\r\n  - url: https://real.example\r\npaths: {}\r\nx-last: |\r\n  servers: none\r\n",
		"JSON":     `{"openapi": "3.0.3", "servers": [{"url": "https://real.example"}], "paths": {}, "x-last": "servers: none\n"}`,
	} {
		served := servedAt([]byte(document), "http://shop_1:8484/v1")
		var got map[string]any
		if err := yaml.Unmarshal(served, &got); err != nil {
			t.Errorf("%s: %v\n%s", name, err, served)
			continue
		}
		want := map[string]any{
			"openapi": "3.0.3", "paths": map[string]any{}, "x-last": "servers: none\n",
			"servers": []any{map[string]any{"url": "http://shop_1:8484/v1"}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
