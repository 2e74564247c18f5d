package openapi_test

import (
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/openapi"
)

var documents = map[string][]byte{
	"roamify": openapi.Roamify, "esimgo": openapi.Esimgo, "esimfly": openapi.Esimfly, "control": openapi.Control,
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	bases := map[string]bool{"brief": true, "observed": true, "documented": true, "assumed": true}
	for name, data := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// 3.1 makes the validator compile each schema on every call.
			if !strings.Contains(string(data), "openapi: 3.0.3") {
				t.Error("the document must say openapi: 3.0.3")
			}
			if err := contract.Lint(data); err != nil {
				t.Errorf("lint: %v", err)
			}
			doc, err := contract.Load(data)
			if err != nil {
				t.Fatal(err)
			}
			if len(doc.Operations()) == 0 {
				t.Error("the document has no operation")
			}
			for _, op := range doc.Operations() {
				if !bases[op.Basis] {
					t.Errorf("%s: x-basis is %q", op.ID, op.Basis)
				}
			}
		})
	}
}
