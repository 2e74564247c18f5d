package coverage

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"

	"github.com/esimsim/esimsim/internal/page"
)

//go:embed page.html
var pageText string

var sheetPage = page.Template("coverage", pageText, template.FuncMap{
	"never": func(p Provider, k Kind) int { return p.Totals[k].Of - p.Totals[k].Met },
	"title": func(k Kind) string { return strings.ToUpper(string(k[:1])) + string(k[1:]) },
})

// A sheet is what the page shows.
type sheet struct {
	Report
	Of    string
	Kinds []Kind
	// Lists are the kinds that have nothing but items.
	Lists []Kind
}

// HTML is the report as one page that needs nothing else: no script, font or picture.
func (r Report) HTML() []byte {
	s := sheet{Report: r, Of: r.of(), Kinds: r.kinds()}
	for _, k := range s.Kinds {
		if k != Operations && k != Statuses {
			s.Lists = append(s.Lists, k)
		}
	}
	var out bytes.Buffer
	if err := sheetPage.Execute(&out, s); err != nil {
		panic("coverage: " + err.Error()) // the page is ours
	}
	return out.Bytes()
}
