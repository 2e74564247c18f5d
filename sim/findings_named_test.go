package sim_test

import (
	"slices"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// A finding that the provider has not named fails whoever checks answers, as StartT does.
func TestUnnamedFinding(t *testing.T) {
	t.Parallel()
	d := toyDefinition()
	d.Findings = nil
	var heard []string
	srv := sim.StartT(t, sim.Config{
		Providers: []*sim.Provider{sim.Define(d)}, Library: library, Freeze: start,
		OnReply: func(operation string, found []sim.Finding) {
			for _, f := range found {
				heard = append(heard, operation+" "+f.Code+": "+f.Message)
			}
		},
	})
	c := caller{t, srv, "toy_unnamed"}
	c.with("X-Toy-Later", "/toy/things/none").do("GET", "/toy/nowhere", "")
	if want := []string{` reply.finding: the request's finding toy.saw is named in no table`}; !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}

// What each code means can be asked, and each has whose word it is.
func TestFindings(t *testing.T) {
	t.Parallel()
	var toys []sim.NamedFinding
	meant := map[string]string{}
	for _, f := range sim.Findings([]*sim.Provider{toyProvider()}) {
		if f.Provider == "toy" {
			toys = append(toys, f.NamedFinding)
		}
		meant[f.Code] = f.Says
	}
	if want := []sim.NamedFinding{{Code: "toy.saw", Basis: sim.Assumed, Says: "Another call was made."}}; !slices.Equal(toys, want) {
		t.Errorf("of the toy %+v, want %+v", toys, want)
	}
	for code, want := range map[string]string{
		"body.enum":        "The body, or a field of it, is none of the values there are.",
		"query.undeclared": "A key of the query is not in the document.",
		"header.repeated":  "A header comes more than once.",
		"body.malformed":   "The body is no JSON that could be read.",
		"route.unknown":    "No operation has that path, or no API is served there at all.",
		"body.repeated":    "", // a field comes once
		"reply.status":     "", // of answers, and no request's
	} {
		if meant[code] != want {
			t.Errorf("%s: %q, want %q", code, meant[code], want)
		}
	}
}
