package verify

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/nesting"
	"github.com/esimsim/esimsim/internal/scenario"
)

// A request is an entry as conditions see it, made out when the first one asks.
type request struct {
	*journal.Entry
	accounts *accounts
	seen     *scenario.Answered
}

// operation is what patterns are held against. A request for no route of a provider fits
// "provider.*" and "*", so that a stray one is not overlooked.
func (r *request) operation() string {
	if r.Operation == "" {
		return r.Provider + "."
	}
	return r.Operation
}

// answered has the fields that rules see, and what was answered.
func (r *request) answered(call int) scenario.Answered {
	if r.seen == nil {
		r.seen = &scenario.Answered{
			Env: scenario.Env{
				Method: r.Method, Query: map[string]string{}, Header: headers(r.Request.Header),
				Account: r.accounts.of(r.Provider),
			},
			Status: r.Status, Error: r.Error,
		}
		if u, err := url.ParseRequestURI(r.URL); err == nil {
			r.seen.Path = u.Path
			for k, v := range u.Query() {
				r.seen.Query[k] = v[0]
			}
		}
		if !nesting.TooDeep([]byte(r.Request.Body)) && gjson.Valid(r.Request.Body) {
			r.seen.Body = gjson.Parse(r.Request.Body).Value()
		}
	}
	out := *r.seen
	out.Call = call
	return out
}

// headers are the first values, by name as sent by HTTP/1 and in lower case.
func headers(h http.Header) map[string]string {
	out := make(map[string]string, 2*len(h))
	for k, v := range h {
		if len(v) > 0 {
			out[k], out[strings.ToLower(k)] = v[0], v[0]
		}
	}
	return out
}

// accounts asks for each account once.
type accounts struct {
	ask   Accounts // nil where no condition looks at one
	known map[string]map[string]any
}

func (a *accounts) of(provider string) map[string]any {
	if a.ask == nil {
		return nil
	}
	if a.known[provider] == nil {
		if a.known == nil {
			a.known = map[string]map[string]any{}
		}
		a.known[provider] = a.ask(provider)
	}
	return a.known[provider]
}
