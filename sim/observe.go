package sim

import "github.com/esimsim/esimsim/internal/journal"

// An Entry is one exchange in a journal, and never changes:
//
//   - ID, which the answer's X-Esimsim-Request names, World and Provider
//   - At, an instant of the world's clock, Real, one of the machine's, and Duration, of real time
//   - Operation, with the provider's name: esimfly.createOrder; "" for an unknown route
//   - Method, URL and Request, with its Header and Body, credentials hidden
//   - Status and Response, with its Header and Body, and Error, the name that scenarios
//     have for the error answered; "" for none
//   - Findings, what the client had better change, and Hint, what it may have meant
//   - Rules of scenarios that fired, as scenario:line, and Fault, what the wire did to the
//     response, of which what was left is shown
//   - Edges, what the request brought about
type Entry = journal.Entry

// A Filter chooses entries; its zero value takes all. Operation is a name with or without
// its provider, Status that of the answer, Finding a code, or "*" for any at all, Since an
// instant of the world's clock, and Limit asks for the newest so many.
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

// Operations are those that a journal can be filtered by.
func (p plane) Operations() []string { return p.s.vocab.Operations }

// FindingCodes are those that a journal can be filtered by.
func (p plane) FindingCodes() []string { return findingCodes(p.s.cfg.Providers) }
