package control

import (
	"net/http"

	"github.com/esimsim/esimsim/internal/coverage"
)

func (h *handler) coverage(w http.ResponseWriter, r *http.Request) {
	covered(w, r, h.sim.Coverage, "format")
}

func (h *handler) worldCoverage(w http.ResponseWriter, r *http.Request, world World) {
	covered(w, r, world.Coverage, "format", createKey)
}

// covered writes the report in the format that the query asks for.
func covered(w http.ResponseWriter, r *http.Request, report func() coverage.Report, keys ...string) {
	query := r.URL.Query()
	if !known(w, query, "key", keys...) {
		return
	}
	format := "json"
	if query.Has("format") {
		format = query.Get("format")
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
