package docs_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/scenarios"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// A lesson is a bundled scenario, and what a client should learn from it.
type lesson struct{ name, summary, comment, text string }

func lessons(t *testing.T) (list []lesson) {
	t.Helper()
	names, err := fs.Glob(scenarios.Files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range names {
		data, err := fs.ReadFile(scenarios.Files, file)
		if err != nil {
			t.Fatal(err)
		}
		l := lesson{}
		if l.name, l.summary, err = sim.LintScenario(all.Providers(), file, data); err != nil {
			t.Fatal(err)
		}
		rest := string(data)
		for strings.HasPrefix(rest, "#") {
			line, after, _ := strings.Cut(rest, "\n")
			l.comment += strings.TrimPrefix(line, "#")
			rest = after
		}
		if _, l.text, _ = strings.Cut(rest, "\nsummary: "); l.comment == "" {
			t.Errorf("%s does not say what a client should learn", file)
		}
		list = append(list, l)
	}
	return list
}

// scenarioPage is all bundled scenarios.
func scenarioPage(t *testing.T) *docs.Page {
	t.Helper()
	page := docs.NewPage("Bundled scenarios")
	page.Text("A scenario is on in every world by `--scenario NAME`, in one world by a credential that ends in `~NAME` or by " +
		"`PUT /_sim/worlds/WORLD/scenarios/NAME`, and for one call by the header `X-Esimsim-Scenario: NAME`. Several may be on; the later wins. " +
		"Each shows one thing that goes wrong with real services, and says what a client should learn from it. " +
		"[The language](scenario-language.md) is for writing your own.")
	groups := []struct{ title, prefix string }{}
	for _, p := range all.Providers() {
		groups = append(groups, struct{ title, prefix string }{p.Title(), p.Name() + "-"})
	}
	groups = append(groups, struct{ title, prefix string }{"Webhooks of all three", "webhook-"})
	left := lessons(t)
	for _, g := range groups {
		var rows [][]string
		var those, others []lesson
		for _, l := range left {
			if !strings.HasPrefix(l.name, g.prefix) {
				others = append(others, l)
				continue
			}
			those = append(those, l)
			rows = append(rows, []string{docs.Link(l.name), docs.Plain(l.summary)})
		}
		page.Heading(2, g.title)
		page.Table([]string{"Scenario", "What happens"}, rows)
		for _, l := range those {
			page.Heading(3, l.name)
			page.Text("%s", docs.Plain(l.comment))
			_, rest, _ := strings.Cut(l.text, "\n") // name and summary are said already
			page.Fence("yaml", rest)
		}
		left = others
	}
	for _, l := range left {
		t.Errorf("%s is of no provider", l.name)
	}
	return page
}
