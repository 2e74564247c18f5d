package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

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

// An ErrorInfo is an error that a scenario can ask for, at one provider.
type ErrorInfo struct {
	Name       string
	Provider   string
	Status     int
	Operations []string // ids; empty means all
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
			out = append(out, ErrorInfo{
				Name: e.Name, Provider: p.name, Status: p.encodeError(r, e.Err).Status,
				Operations: e.Operations, Basis: e.Basis, Source: e.Source,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b ErrorInfo) int { return strings.Compare(a.Name, b.Name) })
	return out
}
