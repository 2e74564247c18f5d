package sim

import (
	"slices"

	"github.com/esimsim/esimsim/internal/contract"
)

// What the engine itself finds odd about a request, beside what its document shows.
var (
	oddUnreadable = NamedFinding{
		Code: "body.unreadable", Basis: Assumed,
		Says: "The body broke off before it was as long as Content-Length says.",
	}
	oddHeader = NamedFinding{
		Code: "header.esimsim", Basis: Assumed,
		Says: "A header that is meant for the simulator asks for what there is not.",
	}
	oddMethod = NamedFinding{
		Code: "method.unknown", Basis: Assumed,
		Says: "The path is one of the API, but no operation has it with that method.",
	}
	oddRoute = NamedFinding{
		Code: "route.unknown", Basis: Assumed,
		Says: "No operation has that path, or no API is served there at all.",
	}
	oddMore = NamedFinding{
		Code: "findings.more", Basis: Assumed,
		Says: "The request had more findings than are kept of one.",
	}
)

var namedFindings = []*NamedFinding{&oddUnreadable, &oddHeader, &oddMethod, &oddRoute, &oddMore}

// at is the finding as a request has it.
func (n *NamedFinding) at(pointer, message string) Finding {
	return Finding{Code: n.Code, Pointer: pointer, Message: message, Basis: string(n.Basis)}
}

// A FindingInfo is what a code in the journal means.
type FindingInfo struct {
	Provider string // esimgo; "" for what is the same for all
	// NamedFinding has no basis where it is that of the operation, or of its parameter.
	NamedFinding
}

// Findings lists what can be odd about a request: by its document, to the engine, and to
// each of the providers.
func Findings(providers []*Provider) (out []FindingInfo) {
	for _, n := range contract.NamedFindings() {
		out = append(out, FindingInfo{"", NamedFinding{Code: n.Code, Says: n.Says}})
	}
	engine := &Provider{findings: namedFindings}
	for _, p := range append([]*Provider{engine}, providers...) {
		for _, n := range p.findings {
			out = append(out, FindingInfo{p.name, *n})
		}
	}
	return out
}

// findingCodes are the codes of Findings, each once.
func findingCodes(providers []*Provider) (codes []string) {
	for _, f := range Findings(providers) {
		if !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	}
	return codes
}
