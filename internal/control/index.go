package control

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/esimsim/esimsim/internal/page"
)

var indexPage = page.Template("index", `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>esimsim</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}code{font-size:.95em}</style></head>
<body><h1>esimsim</h1><p>Stands in for three eSIM wholesale APIs. Point a client at one of these base URLs:</p>
<ul>{{range .}}<li>{{.Title}}: <code>{{.Base}}</code></li>{{end}}</ul>
<p>What they are asked, and how to steer them, is on the <a href="/_sim/">dashboard</a>; <a href="/_sim/health">/_sim/health</a> says whether all is well.</p></body></html>
`, nil)

// Index answers "/" with a small page, and any other path with a problem that lists what
// is served.
func Index(sim Sim) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		apis := sim.APIs()
		for i := range apis {
			apis[i].Base = Origin(r) + apis[i].Base
		}
		switch {
		case r.URL.Path != "/":
			Problem{
				Status: http.StatusNotFound, APIs: apis,
				Detail: fmt.Sprintf("nothing is served at %s: begin with one of the bases", r.URL.Path),
			}.write(w)
		case wantsPage(r):
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = indexPage.Execute(w, apis)
		default:
			answer(w, struct {
				Name    string `json:"name"`
				APIs    []API  `json:"apis"`
				Control string `json:"control"`
			}{"esimsim", apis, Origin(r) + "/_sim/"})
		}
	})
}

// Flags serves the flag of a country as a picture: an SVG of the flag's letters in
// Unicode, under whatever ending was asked for.
func Flags(prefix string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, prefix), ".")
		name = strings.ToUpper(name)
		if len(name) < 2 || len(name) > 5 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			Problem{Status: http.StatusNotFound, Detail: "a flag is named by the country's ISO code, such as tr.svg"}.write(w)
			return
		}
		text := name
		if len(name) == 2 {
			text = string([]rune{flagLetter(name[0]), flagLetter(name[1])})
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Header().Set("Cache-Control", "public, max-age=86400")
		_, _ = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48" role="img" aria-label="%s"><text x="32" y="38" font-size="40" text-anchor="middle">%s</text></svg>`, name, text)
	})
}

func flagLetter(b byte) rune { return 0x1F1E6 + rune(b-'A') }
