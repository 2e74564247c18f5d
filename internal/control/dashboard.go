package control

import (
	"net/http"
	"strings"

	"github.com/esimsim/esimsim/internal/dashboard"
)

// front is the dashboard for browsers, and for others an index of what can be steered. The
// page holds nothing secret and asks for the token itself.
func (h *handler) front(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	if !wantsPage(r) {
		h.guard(h.index)(w, r)
		return
	}
	dashboard.Serve(w, r, dashboard.Index)
}

func (h *handler) asset(w http.ResponseWriter, r *http.Request) {
	if !dashboard.Serve(w, r, variable(r, "file")) {
		Problem{Status: http.StatusNotFound, Detail: "the dashboard has no " + r.URL.Path}.write(w)
	}
}

// bare is the address without its last slash, as people type it.
func (h *handler) bare(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/_sim/", http.StatusFound)
}

func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }
