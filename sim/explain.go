package sim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/internal/scenario"
)

// ScenarioSchema is a JSON Schema of scenario files that speak of these providers.
func ScenarioSchema(providers []*Provider) []byte { return scenario.Schema(vocabulary(providers)) }

// LintScenario reads a scenario strictly. The error names each mistake as
// file:line:column: message, one a line.
func LintScenario(providers []*Provider, file string, text []byte) (name, summary string, err error) {
	sc, err := scenario.Load(file, text, vocabulary(providers))
	if err != nil {
		return "", "", err
	}
	return sc.Name, sc.Summary, nil
}

// An Explanation is what is known of one operation, and whose word it rests on.
type Explanation struct {
	Name         string // in full: esimfly.createOrder
	Title        string // the provider's name for people
	Method, Path string // with the first mount
	Summary      string
	Basis        Basis
	Source       string
	Fields       []contract.Field // of the request
	Statuses     []string         // that its document lists, "default" among them
	Errors       []ErrorInfo      // that a scenario can make it answer
	Edges        []EdgeInfo       // of the provider; a transition is not bound to an operation
}

// An EdgeInfo is a transition of a state machine.
type EdgeInfo struct {
	Name    string // in full: esimfly.order.provisioned
	Default string // the policy in force without a scenario, as scenarios write it
	Basis   Basis
	Source  string
}

// Explain says what is known of an operation, named with its provider, as in
// esimfly.createOrder. An unknown name is an error that says which was meant.
func Explain(providers []*Provider, name string) (x Explanation, err error) {
	for _, p := range providers {
		for _, op := range p.operations {
			if p.name+"."+op.id != name {
				continue
			}
			doc, err := contract.Load(p.document)
			if err != nil {
				return x, err
			}
			described := doc.Operation(op.id)
			if described == nil {
				return x, fmt.Errorf("%s is not in its document", name)
			}
			x = Explanation{
				Name: name, Title: p.title, Method: op.method, Path: p.Base() + op.path, Summary: described.Summary,
				Basis: Basis(described.Basis), Source: described.Source, Fields: described.Fields(), Statuses: described.Statuses(),
			}
			for _, e := range Errors([]*Provider{p}) {
				if len(e.Operations) == 0 || slices.Contains(e.Operations, op.id) {
					x.Errors = append(x.Errors, e)
				}
			}
			x.Edges = Edges([]*Provider{p})
			return x, nil
		}
	}
	known := vocabulary(providers).Operations
	return x, fmt.Errorf("there is no operation %q%s", name, nearest.Hint(name, known))
}

// Edges lists the transitions that a scenario can put off.
func Edges(providers []*Provider) (out []EdgeInfo) {
	for _, p := range providers {
		for _, name := range p.edgeNames {
			e := p.edges[strings.TrimPrefix(name, p.name+".")]
			out = append(out, EdgeInfo{e.name, e.def.String(), e.basis, e.source})
		}
	}
	return out
}

// Overview has of each operation the name and the summary.
func Overview(p *Provider) (out []Explanation, err error) {
	doc, err := contract.Load(p.document)
	if err != nil {
		return nil, err
	}
	for _, op := range p.operations {
		x := Explanation{Name: p.name + "." + op.id, Title: p.title, Method: op.method, Path: p.Base() + op.path}
		if described := doc.Operation(op.id); described != nil {
			x.Summary, x.Basis, x.Source = described.Summary, Basis(described.Basis), described.Source
		}
		out = append(out, x)
	}
	return out, nil
}

// An ErrorInfo is an error that a scenario can ask for, at one provider.
type ErrorInfo struct {
	Name       string   // PRICE_MISMATCH
	Provider   string   // esimfly
	Status     int      // of HTTP
	Operations []string // ids; empty means all
	Body       []byte   // as the first of them answers it, outside any world
	Basis      Basis
	Source     string
}

// Errors lists what scenarios can ask for, by name.
func Errors(providers []*Provider) (out []ErrorInfo) {
	for _, p := range providers {
		for _, e := range p.errors {
			r := &Request{provider: p, Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{}, Answer: http.Header{}}
			if len(e.Operations) > 0 {
				r.Operation = e.Operations[0]
			}
			reply := p.encodeError(r, e.Err)
			body, raw := reply.Body.([]byte)
			if !raw {
				body = marshal(reply.Body)
			}
			out = append(out, ErrorInfo{
				Name: e.Name, Provider: p.name, Status: reply.Status,
				Operations: e.Operations, Body: body, Basis: e.Basis, Source: e.Source,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b ErrorInfo) int { return strings.Compare(a.Name, b.Name) })
	return out
}
