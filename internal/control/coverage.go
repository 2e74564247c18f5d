package control

import (
	"net/http"

	"github.com/esimsim/esimsim/internal/coverage"
)

func (h *handler) coverage(w http.ResponseWriter, r *http.Request) { covered(w, r, h.sim.Coverage) }

func (h *handler) worldCoverage(w http.ResponseWriter, r *http.Request, world World) {
	covered(w, r, world.Coverage)
}

// covered writes the report in the format that the query asks for.
func covered(w http.ResponseWriter, r *http.Request, report func() coverage.Report) {
	format := "json"
	for key, values := range r.URL.Query() {
		if key != "format" {
			Problem{Status: http.StatusBadRequest, Detail: key + ": there is no such key: use format", Pointer: "query/" + key}.write(w)
			return
		}
		format = values[0]
	}
	if err := coverage.CheckFormat(format); err != nil {
		Problem{Status: http.StatusBadRequest, Detail: err.Error(), Pointer: "query/format"}.write(w)
		return
	}
	contentType, out := report().Format(format)
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	// The page needs its own styles and nothing else.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	// The client may have gone, and nobody else is told by the answer.
	_, _ = w.Write(out)
}
