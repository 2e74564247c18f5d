package control

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/esimsim/esimsim/internal/journal"
)

// A Problem is an error as RFC 9457 writes it.
type Problem struct {
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	Pointer string `json:"pointer,omitempty"` // JSON pointer to the member at fault
	APIs    []API  `json:"apis,omitempty"`    // what is served instead, of an unknown path
	// Happened are the edges passed before a device action was refused.
	Happened []journal.Edge `json:"happened,omitempty"`
}

// maxEchoed is how much of a value that a client sent is told back.
const maxEchoed = 100

// clip cuts a value short that a client sent.
func clip(s string) string {
	if len(s) <= maxEchoed {
		return s
	}
	return strings.ToValidUTF8(s[:maxEchoed], "") + "…"
}

func (p Problem) write(w http.ResponseWriter) {
	p.Title = http.StatusText(p.Status)
	w.Header().Set("Content-Type", "application/problem+json")
	send(w, p.Status, p)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	send(w, http.StatusOK, v)
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	// The client may have gone, and nobody else is told by the answer.
	_ = enc.Encode(v)
}
