package control

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/scenario"
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

// What a problem says is bounded, whoever found it: in lines, and in bytes of each.
const (
	maxLines = 25
	maxLine  = 500
)

func (p *Problem) shorten() {
	lines := strings.SplitN(p.Detail, "\n", maxLines+1)
	if len(lines) > maxLines {
		lines[maxLines] = "and more"
	}
	for i, line := range lines {
		if len(line) > maxLine {
			lines[i] = strings.ToValidUTF8(line[:maxLine], "") + "…"
		}
	}
	p.Detail = strings.Join(lines, "\n")
	if len(p.Pointer) > maxLine {
		p.Pointer = strings.ToValidUTF8(p.Pointer[:maxLine], "") + "…"
	}
}

func (p Problem) write(w http.ResponseWriter) {
	p.Title = http.StatusText(p.Status)
	p.shorten()
	w.Header().Set("Content-Type", "application/problem+json")
	send(w, p.Status, p)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	send(w, http.StatusOK, v)
}

// answering is how long a client may take to read.
const answering = scenario.MaxDelay + 30*time.Second

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Cache-Control", "no-store")
	// Who was waited for without end, see lift, is so no longer.
	_ = http.NewResponseController(w).SetWriteDeadline(clock.Wall{}.Now().Add(answering))
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	// The client may have gone, and nobody else is told by the answer.
	_ = enc.Encode(v)
}
