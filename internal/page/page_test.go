package page_test

import (
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/page"
)

// Wherever a value stands, it ends up as a text.
func TestEscapes(t *testing.T) {
	t.Parallel()
	const hostile, harmless = `<i a="b" c='d'>&`, `&lt;i a=&#34;b&#34; c=&#39;d&#39;&gt;&amp;`
	type values struct {
		A    string
		List []string
	}
	for text, want := range map[string]string{
		`{{.A}}`:                                        harmless,
		`<p title="{{.A}}">`:                            `<p title="` + harmless + `">`,
		`{{if .A}}{{.A}}{{else}}no{{end}}`:              harmless,
		`{{if not .A}}no{{else}}{{.A}}{{end}}`:          harmless,
		`{{range .List}}{{.}},{{end}}`:                  harmless + "," + harmless + ",",
		`{{with .A}}{{.}}{{end}}`:                       harmless,
		`{{with ""}}{{else with .A}}{{.}}{{end}}`:       harmless,
		`{{$v := .A}}{{$v}}`:                            harmless,
		`{{.A | printf "%s!"}}{{len .List}}`:            harmless + "!2",
		`{{define "x"}}{{.}}{{end}}{{template "x" .A}}`: harmless,
	} {
		var out strings.Builder
		if err := page.Template("t", text, nil).Execute(&out, values{hostile, []string{hostile, hostile}}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if out.String() != want {
			t.Errorf("%s: %s, want %s", text, &out, want)
		}
	}
}
