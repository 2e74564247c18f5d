package docs_test

import (
	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/sim"
)

// findingsPage is what can be odd about a request.
func findingsPage(list []*volume) *docs.Page {
	page := docs.NewPage("Findings")
	page.Text("A finding is something odd about a request that was accepted all the same, or the reason of a refusal. The header `X-Esimsim-Findings` of the answer " +
		"lists the codes; the journal has for each a pointer to the place, a sentence on what to change, and whose word that rests on. " +
		"`GET /_sim/worlds/{w}/requests?finding=CODE` chooses the requests that had it, and `*` those that had any.")
	page.Fence("sh", "curl -s 'http://127.0.0.1:8484/_sim/worlds/demo/requests?finding=*'\nesimsim exec --fail-on violation -- go test ./...")
	page.Heading(2, "Of all APIs")
	page.Text("Each request is held against the API's document. A code names the place, `body`, `query` or `header`, and the rule that is broken; " +
		"what is required and what there is, is on the pages of the operations, with whose word it is: " +
		"[Roamify](operations/roamify.md), [eSIM Go](operations/esimgo.md), [esimfly](operations/esimfly.md).")
	var rows [][]string
	for _, f := range sim.Findings(nil) {
		rows = append(rows, []string{docs.Code(f.Code), docs.Plain(f.Says)})
	}
	page.Table([]string{"Code", "What it means"}, rows)
	for _, v := range list {
		page.Heading(2, v.Title())
		var rows [][]string
		for _, f := range v.findings() {
			rows = append(rows, append([]string{docs.Code(f.Code), docs.Plain(f.Says)}, grounds(f.Basis, f.Source)...))
		}
		page.Table([]string{"Code", "What it means", "Basis", "Source"}, rows)
	}
	return page
}

// findings are those of the provider itself.
func (v *volume) findings() (out []sim.FindingInfo) {
	for _, f := range sim.Findings([]*sim.Provider{v.Provider}) {
		if f.Provider == v.Name() {
			out = append(out, f)
		}
	}
	return out
}
