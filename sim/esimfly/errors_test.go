package esimfly

import (
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
)

// Every error that an operation can be made to answer is in the document, which knows the
// three forms and no fourth.
func TestErrorForms(t *testing.T) {
	t.Parallel()
	doc, err := contract.Load(openapi.Esimfly)
	if err != nil {
		t.Fatal(err)
	}
	const kind = "application/json"
	for _, op := range doc.Operations() {
		for _, e := range namedErrors {
			if len(e.Operations) > 0 && !slices.Contains(e.Operations, op.ID) {
				continue
			}
			for _, edition := range []string{edition2025, edition2026} {
				reply := encodeAs(wording{edition, "429"}, &sim.Request{Operation: op.ID}, e.Err)
				body, err := marshal(reply.Body)
				if err != nil {
					t.Fatal(err)
				}
				if found := op.CheckReply(reply.Status, kind, body); len(found) > 0 {
					t.Errorf("%s of %s: %s: %v", e.Name, op.ID, body, found)
				}
			}
		}
	}
	for _, x := range []struct {
		operation string
		status    int
		body      string
		good      bool
	}{
		{"getBalance", 500, `{"success":false,"error":"x"}`, true},
		{"getBalance", 500, `{"success":false,"message":"x","code":"X"}`, true},
		{"getBalance", 500, `{"success":false,"error":"x","message":"x","code":"X"}`, true},
		{"getBalance", 500, `{"success":false,"code":"X"}`, false},
		{"getBalance", 500, `{"success":false,"error":"x","hint":"x"}`, false},
		{"getBalance", 500, `{"success":true,"error":"x"}`, false},
		{"getBalance", 500, `{"error":"x","message":"x"}`, false},
		{"queryUsage", 400, `{"error":"x","message":"x"}`, true},
		{"createOrder", 409, `{"success":false,"message":"x","code":"X"}`, true},
		{"createOrder", 409, `{"success":false,"error":"x","code":"X"}`, false},
		{"getEsimStatus", 502, `{"success":false,"message":"x","code":"X"}`, true},
		{"getEsimStatus", 502, `{"success":false,"error":"x","code":"X"}`, false},
	} {
		if found := doc.Operation(x.operation).CheckReply(x.status, kind, []byte(x.body)); (len(found) == 0) != x.good {
			t.Errorf("%s %d %s: %v", x.operation, x.status, x.body, found)
		}
	}
}

// All that succeeds says how many calls are left.
func TestLimitHeadersDeclared(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Esimfly)
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
				if h := op.Responses.Status(200).Value.Headers[name]; h == nil || h.Value.Schema == nil {
					t.Errorf("%s %s declares no %s", method, path, name)
				}
			}
		}
	}
}
