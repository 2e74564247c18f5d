// Package journal keeps what was asked of a world and what it answered: a bounded ring,
// oldest out first.
package journal

import (
	"iter"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/esimsim/esimsim/internal/contract"
)

// The bounds of one journal.
const (
	MaxEntries = 10_000
	MaxBytes   = 64 << 20
)

// An Entry is one exchange, complete: it is written before the client has its answer
// and never changed.
type Entry struct {
	ID        string             `json:"id"`
	At        time.Time          `json:"at"`   // on the world's clock
	Real      time.Time          `json:"real"` // on the machine's
	World     string             `json:"world,omitempty"`
	Provider  string             `json:"provider,omitempty"`
	Operation string             `json:"operation,omitempty"` // with the provider's name: esimfly.createOrder
	Method    string             `json:"method"`
	URL       string             `json:"url"`
	Request   Message            `json:"request"`
	Status    int                `json:"status"`
	Error     string             `json:"error,omitempty"` // name of the error answered, as scenarios write it
	Response  Message            `json:"response"`
	Findings  []contract.Finding `json:"findings,omitempty"`
	Hint      string             `json:"hint,omitempty"`
	Rules     []string           `json:"rules,omitempty"` // of scenarios, that fired, as scenario:line
	Fault     string             `json:"fault,omitempty"` // what the wire did; the response is what was left
	Edges     []Edge             `json:"edges,omitempty"`
	Duration  time.Duration      `json:"durationNs"` // real time spent
}

// A Message is one direction of an exchange.
type Message struct {
	Header http.Header `json:"header,omitempty"`
	Body   string      `json:"body,omitempty"`
}

// An Edge is a transition that was passed, or an attempt to deliver a webhook.
type Edge struct {
	At   time.Time `json:"at"`
	Edge string    `json:"edge,omitempty"`
	ID   string    `json:"id"` // of what passed it, or of the delivery

	// Of an attempt to deliver a webhook, in the place of Edge:
	Webhook string `json:"webhook,omitempty"` // the event, as in esimgo.webhook.FirstUse
	Attempt int    `json:"attempt,omitempty"` // counted from 1
	Status  int    `json:"status,omitempty"`  // of the receiver's answer; 0 when there was none
	Error   string `json:"error,omitempty"`   // why there was none
}

// overhead is what an entry costs beside its texts, roughly.
const overhead = 1024

func (r *Record) size() int {
	n := overhead + len(r.URL) + len(r.Request.Body) + len(r.Response.Body) + r.request.size() + r.response.size()
	for _, f := range r.Findings {
		n += len(f.Code) + len(f.Pointer) + len(f.Message) + len(f.Basis)
	}
	for _, h := range []http.Header{r.Request.Header, r.Response.Header} {
		for k, vs := range h {
			n += len(k)
			for _, v := range vs {
				n += len(v)
			}
		}
	}
	return n
}

// MaxTotal bounds what the journals of one budget hold together.
const MaxTotal = 1 << 30

// A Budget is shared by journals; its zero value is empty.
type Budget struct{ bytes atomic.Int64 }

// Within is an empty journal that keeps to a budget. No other journal has its run, whatever
// program it is of.
func Within(b *Budget, run string) *Journal { return &Journal{budget: b, run: run} }

// A Journal is safe for use from any goroutine. Its lock is the innermost: nothing else
// is taken under it.
type Journal struct {
	mu      sync.Mutex
	entries []kept // a queue: the first start entries are gone
	start   int
	bytes   int
	budget  *Budget // nil for one of its own
	run     string

	// Places count entries from the first one ever added, and go on over a Clear.
	first  uint64        // of the oldest entry held
	begun  uint64        // of the first entry since the last Clear
	clears uint64        // how often
	more   chan struct{} // closed at the next change; nil when nobody waits for it
}

// A kept record has its size beside it, so that one that goes is not looked at again.
type kept struct {
	*Record
	bytes int
}

// weigh counts n bytes more, or fewer.
func (j *Journal) weigh(n int) {
	j.bytes += n
	if j.budget != nil {
		j.budget.bytes.Add(int64(n))
	}
}

// full says whether the oldest must go.
func (j *Journal) full() bool {
	held := len(j.held())
	crowded := j.bytes > MaxBytes || j.budget != nil && j.budget.bytes.Load() > MaxTotal
	return held > MaxEntries || held > 1 && crowded
}

// Add is Keep for an entry that has its texts.
func (j *Journal) Add(e *Entry) { j.Keep(&Record{Entry: *e}) }

// Keep appends an entry and drops the oldest beyond the bounds. It waits for no reader.
func (j *Journal) Keep(e *Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	k := kept{e, e.size()}
	j.entries = append(j.entries, k)
	j.weigh(k.bytes)
	for j.full() {
		j.weigh(-j.entries[j.start].bytes)
		j.entries[j.start] = kept{}
		j.start++
		j.first++
	}
	if j.start > MaxEntries {
		j.entries = append([]kept(nil), j.entries[j.start:]...)
		j.start = 0
	}
	j.wake()
}

// Clear forgets everything.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.first = j.end()
	j.begun = j.first
	j.clears++
	j.weigh(-j.bytes)
	j.entries, j.start = nil, 0
	j.wake()
}

// epoch names the time since the last Clear, after so many of them, among those of all
// journals.
func (j *Journal) epoch(clears uint64) string { return j.run + "." + strconv.FormatUint(clears, 10) }

// Find is the entry of that id, nil where none is held.
func (j *Journal) Find(id string) *Entry {
	j.mu.Lock()
	held := slices.Clone(j.held())
	j.mu.Unlock()
	for _, e := range held {
		if e.ID == id {
			return e.open()
		}
	}
	return nil
}

// held are the entries there are; the caller holds the lock.
func (j *Journal) held() []kept { return j.entries[j.start:] }

// end is the place of the next entry.
func (j *Journal) end() uint64 { return j.first + uint64(len(j.held())) }

func (j *Journal) wake() {
	if j.more != nil {
		close(j.more)
		j.more = nil
	}
}

// A Filter chooses entries; its zero value takes all.
type Filter struct {
	Operation string    // esimfly.createOrder, or createOrder of any provider
	Status    int       // 0: any
	Finding   string    // a code among the findings; "*" any at all
	Since     time.Time // at or after, on the world's clock
	Limit     int       // the newest so many; 0: all
}

// List gives the chosen entries, newest last.
func (j *Journal) List(f Filter) []*Entry {
	return slices.AppendSeq([]*Entry{}, j.Each(f))
}

// Each is List one by one, made when it is called for: a full journal takes several times as
// much when it is opened for a reader as it does when it is kept.
func (j *Journal) Each(f Filter) iter.Seq[*Entry] {
	// Entries never change, so that only the list is copied under the lock.
	j.mu.Lock()
	held := slices.Clone(j.held())
	j.mu.Unlock()
	var chosen []*Record
	for _, e := range held {
		if f.takes(&e.Entry) {
			chosen = append(chosen, e.Record)
		}
	}
	if f.Limit > 0 && len(chosen) > f.Limit {
		chosen = chosen[len(chosen)-f.Limit:]
	}
	return func(yield func(*Entry) bool) {
		for _, e := range chosen {
			if !yield(e.open()) {
				return
			}
		}
	}
}

func (f Filter) takes(e *Entry) bool {
	if f.Operation != "" && f.Operation != e.Operation && e.Provider+"."+f.Operation != e.Operation {
		return false
	}
	if f.Status != 0 && f.Status != e.Status || e.At.Before(f.Since) {
		return false
	}
	if f.Finding == "" {
		return true
	}
	for _, found := range e.Findings {
		if f.Finding == "*" || f.Finding == found.Code {
			return true
		}
	}
	return false
}
