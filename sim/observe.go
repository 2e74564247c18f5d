package sim

import "github.com/esimsim/esimsim/internal/journal"

// An Entry is one exchange in a journal, and never changes. Its ID is what the answer's
// X-Esimsim-Request names; At is an instant of the world's clock, Real one of the machine's.
// Operation has the provider's name before it, as in esimfly.createOrder. Request and
// Response have Header and Body, with credentials hidden; Status is the response's, and
// Error the name by which scenarios know the error answered. Findings tell what the client
// had better change, Rules and Fault what a scenario did, and Edges what the request brought
// about.
type Entry = journal.Entry

// A Filter chooses entries; its zero value takes all. Operation is a name with or without
// its provider, Status a status, Finding a code or "*" for any at all, Since an instant of
// the world's clock, and Limit asks for the newest so many.
type Filter = journal.Filter

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
