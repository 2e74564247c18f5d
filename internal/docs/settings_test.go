package docs_test

import (
	"fmt"
	"testing"

	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/sim"
)

// modes are what becomes of a request that breaks the contract.
var modes = map[sim.Mode]string{
	sim.ModeProvider: "what the real API refuses is refused in its words; everything else odd is accepted and recorded",
	sim.ModeStrict:   "any violation is refused",
	sim.ModeReport:   "nothing is refused for a violation, and all are recorded",
	sim.ModeOff:      "requests are not held against the contract",
}

// settingsPage is what a world or a scenario can choose.
func settingsPage(t *testing.T, list []*volume) *docs.Page {
	t.Helper()
	page := docs.NewPage("Settings")
	page.Text("For one world by `PATCH /_sim/worlds/NAME`, and wherever a [scenario](scenario-language.md) is on that has it among its settings:")
	page.Fence("sh", `curl -s -X PATCH http://127.0.0.1:8484/_sim/worlds/demo -d '{"esimfly":{"balance":2.5},"esimgo":{"shapes":"documented"},"validate":"strict"}'`)
	page.Text("The first value is the default. Where a setting takes a number, it is part of the account's state, and the number here is what an account begins with.")
	page.Heading(2, "Of the world")
	var rows [][]string
	for _, m := range sim.Modes {
		if modes[m] == "" {
			t.Errorf("nothing is said of the mode %s", m)
		}
		rows = append(rows, []string{docs.Code(string(m)), modes[m]})
	}
	page.Text("`validate` says what becomes of a request that breaks the contract. The header `X-Esimsim-Validate` chooses for one call.")
	page.Table([]string{"`validate`", "What happens"}, rows)
	page.Text("`webhooks` says where events go, by provider: `{\"webhooks\":{\"esimgo\":{\"url\":\"http://127.0.0.1:9000/esimgo\",\"secret\":\"mine\",\"timeout\":\"2s\"}}}`. " +
		"`null` takes a target away. See [webhooks](webhooks.md).")
	for _, v := range list {
		page.Heading(2, v.Title())
		rows := [][]string{}
		initial := fresh(t)[v.Name()]
		for _, s := range v.Settings() {
			values := docs.Codes(s.Values)
			if s.Values == nil {
				values = fmt.Sprintf("a number; %v", initial[s.Name])
			}
			rows = append(rows, []string{docs.Code(v.Name() + "." + s.Name), values, string(s.Basis), docs.Plain(s.Doc)})
		}
		page.Table([]string{"Setting", "Values", "Basis", "What it chooses"}, rows)
	}
	return page
}
