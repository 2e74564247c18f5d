package docs_test

import (
	"fmt"

	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/sim"
)

// errorsPage is what a rule can ask for by name, and what comes of it at each provider.
func errorsPage(list []*volume) *docs.Page {
	page := docs.NewPage("Errors")
	page.Text("A [rule](scenario-language.md#rules) asks for an error by its name, and the operation answers with its own status and body:")
	page.Fence("yaml", "rules:\n  - on: esimfly.createOrder\n    first: 1\n    do: {error: PRICE_MISMATCH}")
	page.Text("One vocabulary serves all three: `INSUFFICIENT_BALANCE` is a different body at each. A vendor's own codes are names as well. Where a name is there for " +
		"some operations and for all, the row of the operation counts. In the other edition, where there is one, a body may differ. " +
		"The same names stand in the journal and in expectations, whoever caused the error. " +
		"Whose word each rests on is said with the operations: [Roamify](operations/roamify.md), [eSIM Go](operations/esimgo.md), [esimfly](operations/esimfly.md).")
	for _, v := range list {
		page.Heading(2, v.Title())
		var rows [][]string
		for _, e := range sim.Errors([]*sim.Provider{v.Provider}) {
			rows = append(rows, []string{docs.Code(e.Name), answering(e.Operations), fmt.Sprint(e.Status), docs.Code(string(e.Body))})
		}
		page.Table([]string{"Name", "Of", "Status", "Body"}, rows)
	}
	return page
}
