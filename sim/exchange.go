package sim

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/internal/fault"
	"github.com/esimsim/esimsim/internal/scenario"
)

// An exchange is one request on its way to an answer.
type exchange struct {
	srv      *Server
	provider *Provider
	op       *operation // nil when no route matched
	miss     error      // why not
	http     *http.Request
	req      *Request

	world  *World // nil until the credential has named one
	at     time.Time
	epoch  int              // of the world, when the request was admitted
	extra  *scenario.Script // of the request's own header
	before *scenario.Firing // the rule that acts before anything has happened
	after  *scenario.Firing // and the one that acts afterwards
	fault  *fault.Fault     // what the wire does to the answer
	// written says that a rule wrote the answer out, so that no document binds it.
	written bool
	passed  []Happening
	held    []*delivery // webhooks that this call caused, sent when it is answered
	hint    string
	refusal string // name of the error answered
	asked   Mode   // by the request's own header
	mode    Mode

	// What every exchange needs stands here, so that it is made in one piece.
	request Request
	turn    Turn     // one after the other
	texts   []string // values of headers, which outlive the exchange
}

// exchanges are those that are over. One takes a kilobyte.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// end gives the exchange back. Nobody who was handed a part of it may have kept it.
func (x *exchange) end() {
	*x = exchange{}
	exchanges.Put(x)
}

// exchange walks one request down the road: read, route, authenticate, fault, validate,
// operate, encode, record, write. The order is behaviour, so it stands here once.
func (s *Server) exchange(w http.ResponseWriter, r *http.Request, p *Provider, op *operation, mount string, params []param, miss error) {
	x := newExchange(w, r, s, p, op, mount, params)
	defer x.end()
	x.miss = miss
	out := x.answer(w)
	x.record(out)
	if x.fault != nil {
		// What is set so far is what the fault may leave out.
		out.Header = out.Header.Clone()
		clear(w.Header())
		// What the wire does is no matter of the webhooks.
		x.release()
		x.fault.Write(w, r, fault.Answer(out), s.cfg.Real)
		return
	}
	x.write(w, out)
	if len(x.held) > 0 {
		_ = http.NewResponseController(w).Flush() // the client has its answer first
		x.release()
	}
}

func (x *exchange) release() { x.releaseBefore(math.MaxUint64) }

// releaseBefore lets go the webhooks that stand before another one in their queue.
func (x *exchange) releaseBefore(seq uint64) {
	if len(x.held) > 0 {
		x.held = x.world.release(x.held, seq)
	}
}

func newExchange(w http.ResponseWriter, r *http.Request, s *Server, p *Provider, op *operation, mount string, params []param) *exchange {
	const usualTexts = 5
	x := exchanges.Get().(*exchange)
	x.srv, x.provider, x.op, x.http = s, p, op, r
	x.req, x.texts = &x.request, make([]string, 0, usualTexts)
	x.request = Request{
		provider: p,
		Mount:    mount, Method: r.Method, URL: r.URL, Header: r.Header, Query: query(r.URL.RawQuery),
		Answer: w.Header(), http: r, params: params,
		Real: s.cfg.Real.Now(), settings: s.chosen[p.name],
	}
	if op != nil {
		x.req.Operation = op.id
	}
	x.req.RemoteIP, _, _ = net.SplitHostPort(r.RemoteAddr)
	return x
}

// query reads a query as the services' own servers do, to whom a semicolon is a
// character like any other; net/url drops what has one.
func query(raw string) url.Values {
	if raw == "" {
		return nil
	}
	values, _ := url.ParseQuery(strings.ReplaceAll(raw, ";", "%3B"))
	return values // what cannot be read is left out, as Request.URL.Query does
}

// answer never panics: a bug of ours is a 500 in the provider's words.
func (x *exchange) answer(w http.ResponseWriter) (out answer) {
	defer func() {
		if v := recover(); v != nil {
			x.srv.log.Error("panic", "operation", x.req.Operation, "value", v, "stack", string(debug.Stack()))
			out = x.encode(x.provider.encodeError(x.req, fmt.Errorf("%w: %v", ErrInternal, v)))
		}
	}()
	reply, err := x.run(w)
	for _, find := range x.req.later {
		find()
	}
	if err != nil {
		x.refusal = x.provider.nameOf(err, x.req.Operation)
		reply = x.provider.encodeError(x.req, err)
		if reply.Status >= http.StatusInternalServerError && x.refusal == "" {
			x.srv.log.Error("an error of our own", "operation", x.req.Operation, "err", err)
		}
	}
	return x.encode(reply)
}

func (x *exchange) run(w http.ResponseWriter) (Reply, error) {
	if err := x.read(w); err != nil {
		x.missed()
		return Reply{}, err
	}
	if x.op == nil {
		x.missed()
		return Reply{}, x.miss
	}
	if err := x.identify(); err != nil {
		return Reply{}, err
	}
	if err := x.admit(); err != nil {
		return Reply{}, err
	}
	if reply, done, err := x.faultBefore(); done || err != nil {
		return reply, err
	}
	if err := x.validate(); err != nil {
		return Reply{}, err
	}
	reply, err := x.operate()
	return x.faultAfter(reply, err)
}

// read takes the body once and keeps its exact bytes, since signatures are made of them.
func (x *exchange) read(w http.ResponseWriter) error {
	if x.http.Body == nil || x.http.ContentLength == 0 {
		return nil
	}
	var err error
	if n := x.http.ContentLength; n > 0 && n <= MaxBody {
		x.req.Body = make([]byte, n)
		_, err = io.ReadFull(x.http.Body, x.req.Body)
	} else {
		x.req.Body, err = io.ReadAll(http.MaxBytesReader(w, x.http.Body, MaxBody))
	}
	if err != nil {
		if over := (*http.MaxBytesError)(nil); errors.As(err, &over) {
			return ErrTooLarge
		}
		return x.violation(&oddUnreadable, "", "send the whole body, as long as Content-Length says: it broke off")
	}
	return nil
}

// violation notes a finding for which the request is refused.
func (x *exchange) violation(odd *NamedFinding, pointer, message string) error {
	f := odd.at(pointer, message)
	x.req.findings = append(x.req.findings, f)
	return &ViolationError{Findings: []Finding{f}}
}

// identify finds the world that the credential stands for.
func (x *exchange) identify() error {
	caller, own, err := x.srv.ownKey(x.provider, x.req)
	if !own {
		var name string
		if name, err = x.provider.identify(x.req); err == nil {
			caller, err = x.srv.caller(name)
		}
	}
	if err != nil && x.op != nil && x.op.open {
		caller, err = x.srv.caller(nobody)
	}
	x.req.Caller = caller
	if err != nil {
		x.hint = x.srv.hint(x.provider, err)
		return err
	}
	x.world, err = x.srv.worldOf(x.req.Caller, x.req.Real)
	return err
}

// nobody is the world of those who call an open operation without a known key.
const nobody = "default"

// hint tells the forms of a key that would work.
func (s *Server) hint(p *Provider, err error) string {
	var forms []string
	for _, c := range p.Credentials("demo") {
		forms = append(forms, c.Name+": "+c.Value)
	}
	hint := "known keys look like " + strings.Join(forms, ", ")
	var name *nameError
	if errors.As(err, &name) {
		hint = name.hint + "; " + hint
	}
	return hint
}

// missed finds out whose a request was that is refused in any case, for the journal and
// for headers that every answer to a known key carries. A bad key is not told: the route
// or the body comes before it.
func (x *exchange) missed() {
	if x.identify() == nil {
		x.world.turn(x.provider, func(t *Turn) {
			_ = x.ownHeaders(t) // what is wrong with them comes after the route and the body too
			x.at, x.req.settings = t.Now, t.settings()
			x.provider.missed(t, x.req)
		})
	} else {
		x.mode = x.srv.strayMode(x.http)
	}
	if x.op == nil {
		x.noteMiss()
	}
}

// admit asks the account's memory, and counts the call with the rules of its scenarios:
// one critical section, so that a rule's counts hold whoever else is calling.
func (x *exchange) admit() (err error) {
	x.passed = x.world.take(&x.turn, x.provider, func(t *Turn) {
		x.at, x.epoch = t.Now, t.w.epoch
		odd := x.ownHeaders(t) // told after a bad key, but what they choose holds from here
		x.req.settings = t.settings()
		if err = x.provider.admit(t, x.req); err == nil && x.req.Caller.Forbidden {
			err = ErrForbidden
		}
		if err == nil {
			err = odd
		}
		if err == nil {
			x.match(t)
		}
	})
	return err
}

// ownHeaders reads what a request asks of the simulator itself.
func (x *exchange) ownHeaders(t *Turn) (err error) {
	refuse := func(header, why string) error {
		x.hint = why
		return x.violation(&oddHeader, "header/"+header, why)
	}
	if x.extra, err = t.w.extra(x.req.First(ScenarioHeader)); err != nil {
		return refuse(ScenarioHeader, err.Error())
	}
	if asked := Mode(x.req.First(ValidateHeader)); asked != "" {
		if !slices.Contains(Modes, asked) {
			return refuse(ValidateHeader, fmt.Sprintf("%s is one of provider, strict, report, off", ValidateHeader))
		}
		x.asked = asked
	}
	t.extra, t.asked = x.extra, x.asked
	x.mode = t.mode()
	return nil
}

// validate compares the request with the document; the operation itself refuses, in the
// provider's words, what the real API refuses.
func (x *exchange) validate() error {
	if x.mode == ModeOff {
		return nil
	}
	op := x.srv.docs[x.provider.name]().Operation(x.op.id)
	found := op.CheckRequest(contract.Request{
		Query: x.req.Query, Header: x.req.Header, Empty: len(x.req.Body) == 0, Body: x.req.JSON,
	})
	x.req.findings = append(x.req.findings, found...)
	if x.mode == ModeStrict && len(found) > 0 {
		return &ViolationError{Findings: found}
	}
	return nil
}

// operate runs the operation in the world's turn.
func (x *exchange) operate() (reply Reply, err error) {
	var eager []awaited
	var gone <-chan struct{}
	passed := x.world.take(&x.turn, x.provider, func(t *Turn) {
		t.defers = true
		defer func() { x.held, eager = t.held, t.eager }()
		gone = t.w.outbox.ctx.Done()
		if t.w.epoch != x.epoch {
			// The world was reset meanwhile: nothing may come of a call of before.
			x.fault, err = &fault.Fault{Kind: fault.Close}, errReset
			return
		}
		x.at, t.extra, t.asked = t.Now, x.extra, x.asked
		if reply, err = x.op.run(t, x.req); err == nil && x.op.method != http.MethodGet {
			t.w.ordered = true
		}
	})
	if x.passed == nil {
		x.passed = passed
	} else {
		x.passed = append(x.passed, passed...)
	}
	if n := len(eager); n > 0 {
		x.releaseBefore(eager[n-1].seq)
	}
	for _, e := range eager {
		select {
		case <-e.done:
		case <-gone:
		case <-x.http.Context().Done():
		}
	}
	return reply, err
}

// An answer is a reply as bytes.
type answer fault.Answer

// encode makes bytes of a reply. Its headers are those that will be written.
func (x *exchange) encode(r Reply) answer {
	header, body := x.req.Answer, []byte(nil)
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	if r.Type == "" {
		r.Type = x.provider.contentType
	}
	switch v := r.Body.(type) {
	case nil:
	case []byte:
		body = v
	case Later:
		var err error
		if body, err = v(); err != nil {
			panic(fmt.Sprintf("make a body: %v", err))
		}
	default:
		body = marshal(v)
	}
	for k, v := range r.Header {
		if _, already := header[k]; !already {
			header[k] = v
		}
	}
	if body != nil {
		x.header("Content-Type", r.Type)
	}
	return answer{r.Status, header, body}
}

// header sets a header of the answer by its canonical name. The values stand in the
// exchange, which spares a slice for each.
func (x *exchange) header(name, value string) {
	x.texts = append(x.texts, value)
	n := len(x.texts)
	x.req.Answer[name] = x.texts[n-1 : n : n]
}

func (x *exchange) write(w http.ResponseWriter, out answer) {
	x.header("Content-Length", strconv.Itoa(len(out.Body)))
	w.WriteHeader(out.Status)
	// The client may have gone; the exchange has happened all the same.
	_, _ = w.Write(out.Body)
}
