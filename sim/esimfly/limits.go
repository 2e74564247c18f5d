package esimfly

import (
	"net/http"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/sim"
)

const (
	// The page: "1000 requests per hour per API key".
	callsPerHour = 1000
	// The page: "Request IDs are stored for 24 hours".
	replayWindow = 24 * time.Hour
)

// requestIDs are those used within the last day of the world's time, in two halves so
// that the old ones can be let go together.
type requestIDs struct {
	Since  time.Time        // when Recent was begun
	Recent map[string]int64 // by id, the Unix time in milliseconds of its use
	Before map[string]int64
}

// use notes the id and tells whether it was new.
func (m *requestIDs) use(id string, now time.Time) bool {
	if m.Recent == nil || now.Sub(m.Since) >= replayWindow {
		m.Before, m.Recent, m.Since = m.Recent, map[string]int64{}, now
	}
	at, used := m.Recent[id]
	if !used {
		at, used = m.Before[id]
	}
	if used && now.Sub(time.UnixMilli(at)) < replayWindow {
		return false
	}
	m.Recent[id] = now.UnixMilli()
	return true
}

// An hour counts a key's calls within one hour of the world's clock. That the hours are
// the clock's own, and do not begin with a first call, is assumed.
type hour struct {
	From  time.Time
	Calls int
}

// roll starts a new hour where the old one is over.
func (h *hour) roll(now time.Time) {
	if from := now.Truncate(time.Hour); !from.Equal(h.From) {
		*h = hour{From: from}
	}
}

// count takes one call, or refuses it when there were too many.
func (h *hour) count(tx *sim.Tx[state], r *sim.Request) error {
	if h.Calls < callsPerHour {
		h.Calls++
		return nil
	}
	if tx.Setting("rateLimit") == "enforce" {
		return errRateLimited
	}
	r.Note(sim.Finding{
		Code: "esimfly.rate-limit", Basis: string(sim.Brief),
		Message: "slow down: esimfly refuses a key's calls beyond 1000 an hour with 429",
	})
	return nil
}

// tell sets the headers of every answer. The documents give the reset as ISO 8601.
func (h *hour) tell(answer http.Header) {
	answer.Set("X-Ratelimit-Limit", strconv.Itoa(callsPerHour))
	answer.Set("X-Ratelimit-Remaining", strconv.Itoa(callsPerHour-h.Calls))
	answer.Set("X-Ratelimit-Reset", h.From.Add(time.Hour).Format("2006-01-02T15:04:05.000Z"))
}
