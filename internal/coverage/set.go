package coverage

import (
	"maps"
	"strings"
	"sync"

	"github.com/esimsim/esimsim/internal/journal"
)

// A Set counts what was met. Its zero value is empty and ready; it is safe for use from
// any goroutine. It costs what was met and not what there is, since there may be
// thousands; what it knows already it counts without allocating. Its lock is innermost,
// like that of a journal.
type Set struct {
	mu     sync.Mutex
	counts map[key]uint64
}

// Add counts the operation, status and error of a finished exchange. A spoilt answer is
// none: where the wire had a fault, the caller has not met the status. Edges are counted
// by Pass, since most of them pass without a request.
func (s *Set) Add(e *journal.Entry) {
	_, op, _ := strings.Cut(e.Operation, ".")
	s.mu.Lock()
	defer s.mu.Unlock()
	if op != "" {
		s.count(key{e.Provider, Operations, op, 0})
	}
	if e.Fault != "" {
		return
	}
	if op != "" {
		s.count(key{e.Provider, Statuses, op, e.Status})
	}
	if e.Error != "" {
		s.count(key{e.Provider, Errors, e.Error, 0})
	}
}

// Pass counts edges that were passed, by a request or by time.
func (s *Set) Pass(edges []journal.Edge) {
	if len(edges) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range edges {
		if e.Edge == "" {
			continue // attempts are counted by Send
		}
		provider, name, _ := strings.Cut(e.Edge, ".")
		s.count(key{provider, Edges, name, 0})
	}
}

// Send counts a webhook that was sent: its provider's name and its event.
func (s *Set) Send(provider, event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(key{provider, Webhooks, event, 0})
}

func (s *Set) count(k key) {
	if s.counts == nil {
		s.counts = map[key]uint64{}
	}
	s.counts[k]++
}

// Clear forgets everything.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = nil
}

func (s *Set) all() map[key]uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}
