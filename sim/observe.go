package sim

import "github.com/esimsim/esimsim/internal/journal"

// observe hands a finished exchange to all who keep account of what was asked and
// answered. It runs before the client has its answer; world is nil for requests that no
// world could be found for.
func (s *Server) observe(e *journal.Record, world *World, book *journal.Journal) {
	book.Keep(e)
	s.met.Add(&e.Entry)
	if world != nil {
		world.met.Add(&e.Entry)
	}
}
