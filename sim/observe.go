package sim

import "github.com/esimsim/esimsim/internal/journal"

// observe hands a finished exchange to all who keep account of what was asked and
// answered. It runs before the client has its answer; world is nil for requests that no
// world could be found for.
func (s *Server) observe(e *journal.Entry, world *World, book *journal.Journal) {
	book.Add(e)
	s.met.Add(e)
	if world != nil {
		world.met.Add(e)
	}
}
