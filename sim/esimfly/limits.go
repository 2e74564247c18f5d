package esimfly

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
)

// The page: "Request IDs are stored for 24 hours".
const replayWindow = 24 * time.Hour

// A limit is how many calls a key has in a window of the world's clock.
type limit struct {
	most   int
	length time.Duration
}

var (
	// The page: "1000 requests per hour per API key".
	hourly = limit{1000, time.Hour}
	// api-docs, Rate limits, late revisions: typically 100 a minute and 10 000 a day besides.
	perMinute = limit{100, time.Minute}
	aDay      = limit{10_000, 24 * time.Hour}
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

// A window counts a key's calls within one stretch of the world's clock. That hours are
// the clock's own, and do not begin with a first call, is assumed.
type window struct {
	From  time.Time
	Calls int

	reset string // when it is over, as the headers have it; made when first told
}

// roll starts anew where the old stretch is over.
func (w *window) roll(now time.Time, l limit) {
	if from := now.Truncate(l.length); !from.Equal(w.From) {
		*w = window{From: from}
	}
}

// A meter is a window with its limit.
type meter struct {
	*window
	limit
}

// meters are those of the edition, the hour first: the documents print the headers with
// its numbers.
func (s *state) meters(tx *sim.Tx[state]) []meter {
	list := []meter{{&s.Hour, hourly}}
	if newer(tx) {
		list = append(list, meter{&s.Minute, perMinute}, meter{&s.Day, aDay})
	}
	for _, m := range list {
		m.roll(tx.Now, m.limit)
	}
	return list
}

// count takes one call, or refuses it when there were too many. It gives the meter to
// tell of: the one that is used up, else the hour.
func count(tx *sim.Tx[state], r *sim.Request, meters []meter) (meter, error) {
	for _, m := range meters {
		if m.Calls < m.most {
			continue
		}
		if tx.Setting("rateLimit") == "enforce" {
			return m, errRateLimited
		}
		r.Note(&oddRateLimit, "", fmt.Sprintf("slow down: esimfly refuses a key's calls beyond %d in %s", m.most, clock.FormatDuration(m.length)))
		return m, nil
	}
	for _, m := range meters {
		m.Calls++
	}
	return meters[0], nil
}

// tell sets the headers of every answer. The documents give the reset as ISO 8601.
func (m meter) tell(answer http.Header) {
	if m.reset == "" {
		m.reset = m.From.Add(m.length).Format(wireMillis)
	}
	// One array for all, since this is on the road of every call.
	values := [...]string{strconv.Itoa(m.most), strconv.Itoa(m.most - m.Calls), m.reset}
	for i, name := range [...]string{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		answer[name] = values[i : i+1 : i+1]
	}
}

// tellMeter puts the headers on answers to requests that are refused before they count:
// the page has them "included in responses".
func tellMeter(tx *sim.Tx[state], r *sim.Request) { tx.State.meters(tx)[0].tell(r.Answer) }
