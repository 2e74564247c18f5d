package control

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/nearest"
)

func (h *handler) requests(w http.ResponseWriter, r *http.Request, world World) {
	h.entries(w, r, variable(r, "world"), world.Requests, "format", createKey)
}

func (h *handler) lone(w http.ResponseWriter, r *http.Request) {
	h.entries(w, r, "refused", h.sim.Requests, "format")
}

// request answers one entry. Where there is no world there is none, and so none is made.
func (h *handler) request(w http.ResponseWriter, r *http.Request) {
	world, err := h.sim.Existing(variable(r, "world"))
	if err != nil {
		Problem{Status: http.StatusBadRequest, Detail: err.Error()}.write(w)
		return
	}
	id := variable(r, "id")
	if world != nil {
		if e := world.Request(id); e != nil {
			answer(w, e)
			return
		}
	}
	Problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("the journal holds no request %q, or no more", id)}.write(w)
}

// entries answers a journal, as our own JSON or as an archive of that name. It has further
// keys beside those of a filter.
func (h *handler) entries(w http.ResponseWriter, r *http.Request, name string, list func(journal.Filter) iter.Seq[*journal.Entry], keys ...string) {
	query := r.URL.Query()
	f, ok := h.filter(w, query, keys...)
	if !ok {
		return
	}
	switch format := query.Get("format"); format {
	case "", "json":
		one := func(e *journal.Entry) any { return e }
		answerList(w, map[string][]any{"requests": {}}, list(f), one)
	case "har":
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+".har"))
		from := Origin(r)
		one := func(e *journal.Entry) any { return e.Archive(from) }
		answerList(w, journal.Archive(nil, from, h.sim.Health().Version), list(f), one)
	default:
		badQuery(w, "format", "is json or har"+nearest.Hint(format, []string{"json", "har"}))
	}
}

// Origin is where the caller of a request found us.
func Origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func badQuery(w http.ResponseWriter, key, why string) {
	Problem{Status: http.StatusBadRequest, Detail: key + ": " + why, Pointer: "query/" + key}.write(w)
}

// known refuses keys of the query that are none of the allowed ones.
func known(w http.ResponseWriter, query url.Values, what string, allowed ...string) bool {
	for key := range query {
		if !slices.Contains(allowed, key) {
			badQuery(w, key, fmt.Sprintf("there is no such %s: use %s%s", what, strings.Join(allowed, ", "), nearest.Hint(key, allowed)))
			return false
		}
	}
	return true
}

// filter reads what chooses entries. When it says false it has answered.
func (h *handler) filter(w http.ResponseWriter, query url.Values, more ...string) (f journal.Filter, ok bool) {
	if !known(w, query, "filter", append([]string{"operation", "status", "finding", "since", "limit"}, more...)...) {
		return f, false
	}
	bad := func(key, why string) (journal.Filter, bool) {
		badQuery(w, key, why)
		return f, false
	}
	f.Operation, f.Finding = query.Get("operation"), query.Get("finding")
	if f.Operation != "" && !h.operates(f.Operation) {
		return bad("operation", fmt.Sprintf("there is no operation %q%s", f.Operation, nearest.Hint(f.Operation, h.sim.Operations())))
	}
	if f.Finding != "" && f.Finding != "*" {
		if codes := h.sim.FindingCodes(); !slices.Contains(codes, f.Finding) {
			return bad("finding", fmt.Sprintf("there is no finding %q%s", f.Finding, nearest.Hint(f.Finding, codes)))
		}
	}
	var err error
	if query.Has("status") {
		if f.Status, err = strconv.Atoi(query.Get("status")); err != nil {
			return bad("status", "is a number such as 400")
		}
	}
	if query.Has("limit") {
		if f.Limit, err = strconv.Atoi(query.Get("limit")); err != nil || f.Limit < 1 {
			return bad("limit", "is a number above 0")
		}
	}
	if query.Has("since") {
		if f.Since, err = time.Parse(time.RFC3339, query.Get("since")); err != nil {
			return bad("since", "is an instant such as 2026-07-01T00:00:00Z")
		}
	}
	return f, true
}

// operates says whether there is an operation of that name, with its provider's or without.
func (h *handler) operates(name string) bool {
	return slices.ContainsFunc(h.sim.Operations(), func(full string) bool {
		return full == name || strings.HasSuffix(full, "."+name)
	})
}

// heartbeat is often enough for the proxies and clients that give up after half a minute
// of silence.
const heartbeat = 15 * time.Second

// goodbye is how long a stream may take for its last bytes.
const goodbye = time.Second

// stream sends the journal as server-sent events: what is held, then what comes, until
// the client goes or the server ends. It takes no place in anybody's way: entries wait in
// the journal, whose bounds hold, and a client too slow for them is told what it lost.
func (h *handler) stream(w http.ResponseWriter, r *http.Request, world World) {
	query := r.URL.Query()
	none := query.Get("limit") == "0" // of those held
	if none {
		query.Del("limit")
	}
	f, ok := h.filter(w, query, createKey)
	if !ok {
		return
	}
	if none {
		f.Limit = -1
	}
	s := &stream{w: w, control: http.NewResponseController(w)}
	// From here on a request is seen, and the client may know it.
	reader := world.Read(f, r.Header.Get("Last-Event-ID"))
	lift(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	// A client that reads nothing any more must not hold up the end of the server.
	defer context.AfterFunc(r.Context(), func() {
		_ = s.control.SetWriteDeadline(clock.Wall{}.Now().Add(goodbye))
	})()
	s.send(": esimsim\n\n")
	for s.err == nil && world.Keep() {
		err := h.next(r.Context(), reader)
		if r.Context().Err() != nil {
			return
		}
		if err != nil {
			s.send(": still here\n\n")
			continue
		}
		s.forward(r.Context(), reader)
	}
}

// next waits for an entry, but for no longer than a heartbeat.
func (h *handler) next(ctx context.Context, reader *journal.Reader) error {
	beat := h.Heartbeat
	if beat == 0 {
		beat = heartbeat
	}
	ctx, cancel := context.WithTimeout(ctx, beat)
	defer cancel()
	return reader.Wait(ctx)
}

// lift takes away the deadline that bounds ordinary answers. That of reading net/http
// lifts itself once the body is read.
func lift(w http.ResponseWriter) {
	// A writer without deadlines has nothing to lift.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
}

// A stream writes events; the first error ends it.
type stream struct {
	w       io.Writer
	control *http.ResponseController
	err     error
}

// forward sends what there is, one entry at a time so that a slow client holds on to
// one, and what was missed before it.
func (s *stream) forward(ctx context.Context, reader *journal.Reader) {
	for s.err == nil && ctx.Err() == nil {
		entries, gap := reader.Take(1)
		if gap.Cleared {
			s.event("cleared", reader.EventID("0"), struct{}{}) // ids begin anew, and a client goes on from here
		}
		if gap.Lost > 0 {
			s.event("lost", "", struct {
				Lost uint64 `json:"lost"`
			}{gap.Lost})
		}
		if len(entries) == 0 {
			return
		}
		s.event("request", reader.EventID(entries[0].ID), entries[0])
	}
}

func (s *stream) event(kind, id string, data any) {
	var text strings.Builder
	text.WriteString("event: " + kind + "\n")
	if id != "" {
		text.WriteString("id: " + id + "\n")
	}
	text.WriteString("data: ")
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(data); err != nil { // which ends the line
		s.err = err
		return
	}
	s.send(text.String() + "\n")
}

func (s *stream) send(text string) {
	if s.err != nil {
		return
	}
	if _, s.err = io.WriteString(s.w, text); s.err == nil {
		s.err = s.control.Flush()
	}
}
