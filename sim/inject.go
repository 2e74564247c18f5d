package sim

import (
	"fmt"
	"net/http"
	"time"

	"github.com/esimsim/esimsim/internal/scenario"
)

// match finds the rules that fire for this call, those of the request's own header
// first, and makes the changes they ask for.
func (x *exchange) match(t *Turn) {
	if !x.extra.HasRules() && !t.w.script.HasRules() {
		return
	}
	call := &scenario.Call{
		Operation: x.op.name, Now: t.Now, Since: t.Now.Sub(t.w.begun),
		Env:     func() scenario.Env { return x.env(t) },
		Answers: func(name string) bool { return x.provider.named(name, x.op.id) != nil },
	}
	for _, s := range []*scenario.Script{x.extra, t.w.script} {
		before, after := s.Match(call)
		if x.before == nil {
			x.before = before
		}
		if x.after == nil {
			x.after = after
		}
	}
	if call.Exhausted() {
		x.srv.log.Warn("the conditions of all rules together are too dear for this request: those behind do not hold", "world", t.w.name, "operation", x.op.name)
	}
	for _, f := range []*scenario.Firing{x.before, x.after} {
		if f != nil {
			x.srv.noteFired(f.Rule)
		}
	}
	if x.before != nil && x.before.Set != nil {
		if err := t.w.apply(x.before.Set, t.Now); err != nil {
			x.srv.log.Warn("rule", "rule", x.before.Rule, "err", err)
		}
	}
}

// env is what conditions look at.
func (x *exchange) env(t *Turn) scenario.Env {
	size := len(x.req.Body) + len(x.req.URL.Path) + len(x.req.URL.RawQuery)
	env := scenario.Env{
		Method: x.req.Method, Path: x.req.URL.Path, Query: map[string]string{}, Header: map[string]string{},
		Account: t.w.settingsOf(x.provider, t.Now),
	}
	for k, v := range x.req.Query {
		env.Query[k] = v[0]
	}
	for k, v := range x.req.Header {
		size += len(k) + len(v[0])
		env.Header[k] = v[0]
		env.Header[lower(k)] = v[0]
	}
	if v, ok := x.req.JSON(); ok {
		env.Body = v.Value()
	}
	env.Work = scenario.NewWork(size)
	return env
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// rules names those that fired.
func (x *exchange) rules() (names []string) {
	for _, f := range []*scenario.Firing{x.before, x.after} {
		if f != nil {
			names = append(names, f.Rule)
		}
	}
	return names
}

// faultBefore lets a rule wait, and answer before anything has happened; done says that
// it answered.
func (x *exchange) faultBefore() (reply Reply, done bool, err error) {
	f := x.before
	if f == nil {
		return Reply{}, false, nil
	}
	if err := x.wait(f.Delay); err != nil {
		return Reply{}, true, err
	}
	if f.Fault != nil && f.Fault.Shapes() && f.Error == "" && f.Respond == nil {
		x.fault = f.Fault
		return x.example(), true, nil
	}
	return x.instead(f)
}

// faultAfter lets a rule wait, and put another answer in the place of the true one. What
// was done stays done.
func (x *exchange) faultAfter(reply Reply, err error) (Reply, error) {
	f := x.after
	if f == nil {
		return reply, err
	}
	if f.Delay > 0 {
		x.release() // the service's own events do not wait for an answer that dawdles
	}
	if err := x.wait(f.Delay); err != nil {
		return Reply{}, err
	}
	if other, done, otherErr := x.instead(f); done || otherErr != nil {
		return other, otherErr
	}
	return reply, err
}

// instead gives the answer of a rule: an error by name, one written out, or a fault of
// the wire, which may spoil the others.
func (x *exchange) instead(f *scenario.Firing) (reply Reply, done bool, err error) {
	name := f.Error
	if f.RateLimit != nil {
		name = scenario.RateLimited
	}
	if f.Fault != nil {
		x.fault = f.Fault
	}
	switch {
	case name != "":
		err = x.provider.named(name, x.op.id)
		return Reply{}, err != nil, err
	case f.Respond != nil:
		x.written = true
		return written(f.Respond), true, nil
	case f.Fault != nil && !f.Fault.Shapes():
		return Reply{}, true, nil
	}
	return Reply{}, false, nil
}

// written is an answer spelt out in a scenario.
func written(r *scenario.Respond) Reply {
	out := Reply{Status: r.Status, Body: r.Body, Header: http.Header{}}
	if text, ok := r.Body.(string); ok {
		out.Body, out.Type = []byte(text), "text/plain; charset=utf-8"
	}
	for name, v := range r.Header {
		out.Header.Set(name, v)
	}
	if t := out.Header.Get("Content-Type"); t != "" {
		out.Type = t
	}
	return out
}

// example is the document's own example of a good answer.
func (x *exchange) example() Reply {
	status, body, ok := x.srv.docs[x.provider.name]().Operation(x.op.id).Example()
	if !ok {
		body = []byte("{}")
	}
	return Reply{Status: status, Body: body}
}

// wait holds one caller, not the world.
func (x *exchange) wait(d time.Duration) error {
	if d == 0 {
		return nil
	}
	if err := x.srv.cfg.Real.Sleep(x.http.Context(), d); err != nil {
		return fmt.Errorf("%w: delay ended: %w", ErrInternal, err)
	}
	return nil
}
