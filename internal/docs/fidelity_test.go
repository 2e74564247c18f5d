package docs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/docs"
)

// fidelityPage says how true a provider is: what its package says of itself, and every row
// of its tables that is assumed.
func fidelityPage(t *testing.T, v *volume) *docs.Page {
	t.Helper()
	page := docs.NewPage("How true it is: " + v.Title())
	page.Text("[Whose word counts](../principles.md#whose-word-counts) explains the four bases. The counts below are of rows: " +
		"one error may be a row for each operation that words it differently.")
	page.Table(append([]string{""}, append(bases, "in all")...), counts(v))
	page.Text("%s", story(t, "sim/"+v.Name()))
	page.Heading(2, "All that is assumed, by row")
	page.Text("What the real API is seen to do goes before all of this: whoever sees it do otherwise may open an issue with what was sent and what came back, keys left out.")
	for _, kind := range kinds {
		assumed(page, v, kind)
	}
	return page
}

func counts(v *volume) (rows [][]string) {
	for _, kind := range kinds {
		row, all := []string{fmt.Sprintf("[%s](%s)", kind, pageOf(v, kind))}, 0
		for _, b := range bases {
			n := 0
			for _, f := range v.facts {
				if f.kind == kind && f.basis == b {
					n++
				}
			}
			row, all = append(row, fmt.Sprint(n)), all+n
		}
		rows = append(rows, append(row, fmt.Sprint(all)))
	}
	return rows
}

// pageOf is where the rows of a kind are.
func pageOf(v *volume, kind string) string {
	switch kind {
	case "Operations":
		return "../operations/" + v.Name() + ".md"
	}
	return "../" + strings.ToLower(kind) + ".md#" + docs.Anchor(v.Title())
}

// assumed lists the rows that rest on nobody's word, then those that say of themselves that
// they do in part.
func assumed(page *docs.Page, v *volume, kind string) {
	var whole, part [][]string
	for _, f := range v.facts {
		row := []string{docs.Code(f.name), docs.Plain(f.of), docs.Plain(f.source)}
		switch {
		case f.kind != kind:
		case f.basis == "assumed":
			whole = append(whole, row)
		case strings.Contains(f.source, "assumed"):
			part = append(part, row)
		}
	}
	if len(whole)+len(part) == 0 {
		return
	}
	page.Heading(3, kind)
	of, about := "Of", "What there is to go by"
	switch kind {
	case "Settings":
		about = "What it says" // it has no source
	case "Findings":
		of = "What it means"
	}
	page.Table([]string{"Assumed", of, about}, whole)
	page.Table([]string{"Assumed in part", of, "What, and on what it rests besides"}, part)
}
