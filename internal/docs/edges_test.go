package docs_test

import (
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/sim"
)

// edgesPage is the transitions of all state machines, by what goes through them.
func edgesPage(t *testing.T, list []*volume) *docs.Page {
	t.Helper()
	drawn := diagrams(t)
	page := docs.NewPage("Edges")
	page.Text("An edge is a transition of a state machine: an order is provisioned, an eSIM expires. A [policy](scenario-language.md#policies) says " +
		"when it is passed, `POST /_sim/worlds/NAME/edges` passes it by hand, and `advance` lists those passed on the way. " +
		"An edge that is passed at once is passed all the same: it is in the journal and in the coverage.")
	page.Text("The default is what happens without a scenario: `immediate` as soon as the thing comes to the edge, `manual` by hand only, " +
		"`never` by a scenario or by hand only, `{after: 30m}` after so much of the world's time.")
	for _, v := range list {
		page.Heading(2, v.Title())
		for _, group := range entities(v) {
			page.Heading(3, v.Title()+": "+strings.Replace(group.entity, "esim", "eSIM", 1))
			var rows [][]string
			for _, e := range group.edges {
				rows = append(rows, append([]string{docs.Code(e.Name), docs.Code(e.Default)}, grounds(e.Basis, e.Source)...))
			}
			for _, d := range drawn {
				if d.Provider == v.Name() && d.Entity == group.entity {
					page.Fence("mermaid", d.mermaid())
				}
			}
			page.Table([]string{"Edge", "Default", "Basis", "Source"}, rows)
		}
	}
	return page
}

// A machine is the edges of one kind of thing.
type machine struct {
	entity string
	edges  []sim.EdgeInfo
}

// entities are a provider's machines, in the order of its table.
func entities(v *volume) (out []*machine) {
	known := map[string]*machine{}
	for _, e := range v.edges {
		_, rest, _ := strings.Cut(e.Name, ".")
		entity, _, _ := strings.Cut(rest, ".")
		if known[entity] == nil {
			known[entity] = &machine{entity: entity}
			out = append(out, known[entity])
		}
		known[entity].edges = append(known[entity].edges, e)
	}
	return out
}
