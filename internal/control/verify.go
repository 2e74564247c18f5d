package control

import (
	"errors"
	"net/http"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/scenario"
)

const (
	maxExpectations = 1 << 20 // bytes
	maxWait         = time.Minute
)

// verify holds the journal against expectations, and waits for them if asked to.
func (h *handler) verify(w http.ResponseWriter, r *http.Request, world World) {
	query := r.URL.Query()
	if !known(w, query, "query key", "wait") {
		return
	}
	var wait time.Duration
	if text := query.Get("wait"); text != "" {
		var err error
		if wait, err = clock.ParseDuration(text); err != nil || wait > maxWait {
			badQuery(w, "wait", "is a length of time up to 60s, such as 5s")
			return
		}
	}
	data, ok := readAll(w, r, maxExpectations)
	if !ok {
		return
	}
	lift(w)
	report, err := world.Verify(r.Context(), data, wait)
	var mistake scenario.Problem
	switch {
	case errors.As(err, &mistake):
		Problem{Status: http.StatusBadRequest, Detail: err.Error(), Pointer: mistake.Pointer}.write(w)
	case err != nil:
		// Only the world can lack something: the call was right.
		Problem{Status: http.StatusConflict, Detail: err.Error()}.write(w)
	default:
		answer(w, report)
	}
}
