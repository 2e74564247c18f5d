package sim

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/control"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/internal/scenario"
	"github.com/esimsim/esimsim/internal/webhook"
)

// Webhooks say which events a provider sends, and how. Its zero value sends none.
type Webhooks[S any] struct {
	// Events is the table of what can be sent.
	Events []Event[S]
	// Timeout is how long a receiver may take, in real time, unless the target says
	// otherwise.
	Timeout time.Duration
	// Retries are the waits before each further attempt, on the world's clock, counted from
	// the attempt before; nil means that there is one attempt only.
	Retries func(*Tx[S]) []time.Duration
	// Received says whether a status means that the event arrived.
	Received func(status int) bool
	// Target is where the API itself was told to send events, with "" for nowhere; what the
	// control plane or a flag says then holds. nil where the API has no say in it.
	Target func(*Tx[S]) Target
	// Listened is called when the settings give the account a target and it had none, so
	// that what is told of again and again may begin; nil where there is nothing to do.
	Listened func(*Tx[S])
	// Secret signs where a target has no secret of its own.
	Secret func(*Tx[S]) string
	// Sign gives the headers of one attempt. It is a pure function, so that tests of
	// receivers can use it without a world.
	Sign func(Signing) http.Header
}

// An Event is one kind of webhook. Its full name is provider.webhook.Name.
type Event[S any] struct {
	Name string // in the provider's own words: "Utilisation", "esim.provisioned"
	// Basis and Source say whose word event and payload rest on.
	Basis  Basis
	Source string
	// Sample is a good payload about what the account has, or about something made up where
	// it has nothing. It changes nothing.
	Sample func(*Tx[S]) any
}

// A Target is where events go.
type Target struct {
	URL    string        // http or https; "" for nowhere
	Secret string        // "" means the provider's own way of finding one
	Wait   time.Duration // instead of Webhooks.Timeout; 0 leaves that
}

// A Signing is what the headers of one attempt are made of.
type Signing struct {
	Event  string
	ID     string // of the delivery, the same at each attempt
	Secret string
	Body   []byte
	At     time.Time // of the attempt, on the world's clock
	// Setting is what the provider's setting of that name was when the event came about.
	Setting func(name string) string
}

// An Outgoing is an event that has come about.
type Outgoing struct {
	Event string
	// Body is encoded as JSON at once, so that it holds the figures of this instant.
	Body any
	// URL and Secret go before those of the world, where they are given.
	URL, Secret string
}

// webhooks are Webhooks without the type of the state.
type webhooks struct {
	events   []*event
	timeout  time.Duration
	retries  func(*Turn) []time.Duration
	received func(int) bool
	target   func(*Turn) Target
	listened func(*Turn)
	secret   func(*Turn) string
	sign     func(Signing) http.Header
}

type event struct {
	name   string
	basis  Basis
	source string
	sample func(*Turn) any
}

func eraseWebhooks[S any](d Webhooks[S], tx func(*Turn) *Tx[S]) webhooks {
	out := webhooks{
		timeout: d.Timeout, received: d.Received, sign: d.Sign,
		retries: func(t *Turn) []time.Duration {
			if d.Retries == nil {
				return nil
			}
			return d.Retries(tx(t))
		},
		target: func(t *Turn) Target {
			if d.Target == nil {
				return Target{}
			}
			return d.Target(tx(t))
		},
		listened: func(t *Turn) {
			if d.Listened != nil {
				d.Listened(tx(t))
			}
		},
		secret: func(t *Turn) string { return d.Secret(tx(t)) },
	}
	for _, e := range d.Events {
		out.events = append(out.events, &event{
			name: e.Name, basis: e.Basis, source: e.Source,
			sample: func(t *Turn) any { return e.Sample(tx(t)) },
		})
	}
	return out
}

func (h webhooks) event(name string) *event {
	for _, e := range h.events {
		if e.name == name {
			return e
		}
	}
	return nil
}

// eventName is how scenarios and the control plane call an event.
func (p *Provider) eventName(event string) string { return p.name + ".webhook." + event }

// Credential is the key with which callers come to this account: the user's own where one
// was given for this world, else the form that names have.
func (t *Turn) Credential() Credential { return t.w.srv.Credentials(t.a.provider, t.w.name)[0] }

// Base is the name of the world before its scenarios.
func (t *Turn) Base() string { return t.w.caller.Base }

// Listen says that events may have somewhere to go, though the settings name no target:
// from now on, what falls due happens at its instant and not when somebody next asks.
func (t *Turn) Listen() { t.w.listening = true }

// Webhook is where this account's events go now; its URL is "" where nobody listens.
func (t *Turn) Webhook() Target {
	if t.w.quiet {
		return Target{}
	}
	hooks := t.a.provider.webhooks
	target := hooks.target(t)
	if v, ok := t.extra.Setting(scenario.WebhookSettings, t.a.provider.name); ok && target.URL == "" {
		target, _ = t.w.srv.checkTarget(v) // it was checked when the scenario was named
	}
	if target.URL == "" {
		target = t.w.targets[t.a.provider.name]
	}
	if target.Secret == "" && target.URL != "" {
		target.Secret = t.secret()
	}
	return target
}

// Heard says whether this account's events have somewhere to go, so that none is made up
// for nobody.
func (t *Turn) Heard() bool { return t.Webhook().URL != "" }

// Send puts an event into the world's queue, unless nobody listens. It is delivered when
// the turn is over and the call that caused it, if one did, has its answer.
func (t *Turn) Send(o Outgoing) {
	p := t.a.provider
	if p.webhooks.event(o.Event) == nil {
		panic(fmt.Sprintf("%s has no event %q", p.name, o.Event))
	}
	if t.w.quiet {
		return
	}
	if d := t.delivery(o); d != nil {
		t.tamper(d)
	}
}

// delivery is the event made ready, nil where nobody listens.
func (t *Turn) delivery(o Outgoing) *delivery {
	p := t.a.provider
	target := Target{URL: o.URL, Secret: o.Secret}
	if target.URL == "" {
		target = t.Webhook()
	}
	if target.URL == "" {
		return nil
	}
	if target.Secret == "" {
		target.Secret = t.secret()
	}
	// No API says how long a receiver may take, so that what the settings say of it holds
	// wherever the event goes.
	target.Wait = cmp.Or(target.Wait, t.w.targets[p.name].Wait, p.webhooks.timeout)
	return &delivery{
		id: t.w.outbox.name(t.w), number: t.w.outbox.issued, provider: p, event: o.Event, target: target,
		body: string(marshal(o.Body)), settings: t.settings(), retries: p.webhooks.retries(t), at: t.Now, due: t.Now,
	}
}

// A Sent is an event as its sender knows of it.
type Sent struct {
	Number   int // among those of the world, from 1
	Event    string
	Body     string // "" where its bytes are no longer kept
	State    DeliveryState
	Attempts []Attempt
}

// Deliveries lists the last n events of this account, the newest first. What a scenario
// lost or doubled happened on the way, and the sender knows nothing of it.
func (t *Turn) Deliveries(n int) (out []Sent) {
	for _, d := range slices.Backward(t.w.outbox.log) {
		if len(out) == n {
			break
		}
		if d.provider == t.a.provider && d.copies < 2 && d.state != Dropped {
			out = append(out, Sent{d.number, d.event, d.body, d.state, slices.Clone(d.attempts)})
		}
	}
	return out
}

// trigger sends an event with a sample of a payload, whatever the state of things.
func (t *Turn) trigger(name string) (*delivery, error) {
	p, e := t.w.srv.event(name)
	if e == nil {
		return nil, fmt.Errorf("%w %q%s", ErrNoEvent, name, nearest.Hint(t.w.srv.fullEvent(name), t.w.srv.vocab.Events))
	}
	t.a = t.w.account(p, t.Now)
	d := t.delivery(Outgoing{Event: e.name, Body: e.sample(t)})
	if d == nil {
		return nil, fmt.Errorf(`%w: give it one with PATCH /_sim/worlds/%s {"webhooks":{"%s":{"url":"http://127.0.0.1:9000/hook"}}}, or --%s-webhook`, ErrNoTarget, t.w.name, p.name, p.name)
	}
	t.tamper(d)
	return d, nil
}

// fullEvent is the name of an event without what is left out most: the middle, or all
// before the provider's own word.
func (s *Server) fullEvent(name string) string {
	for _, full := range s.vocab.Events {
		provider, short, _ := strings.Cut(full, ".webhook.")
		if strings.EqualFold(name, short) || strings.EqualFold(name, provider+"."+short) {
			return full
		}
	}
	return name
}

func (s *Server) event(name string) (*Provider, *event) {
	provider, short, _ := strings.Cut(name, ".webhook.")
	if p := s.provider(provider); p != nil {
		return p, p.webhooks.event(short)
	}
	return nil, nil
}

// checkTarget reads the value of a target as a setting has it.
func (s *Server) checkTarget(v any) (t Target, err error) {
	if v == nil {
		return Target{}, nil // takes it away
	}
	members, ok := v.(map[string]any)
	if !ok {
		return t, fmt.Errorf(`a webhook is {"url":"http://127.0.0.1:9000/hook"}, or null for none`)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		m := members[name]
		text, isText := m.(string)
		switch {
		case !isText:
			err = fmt.Errorf("%s must be a text", name)
		case name == "url":
			t.URL, err = text, webhook.CheckURL(text, s.cfg.AllowWebhookHosts)
		case name == "secret":
			t.Secret = text
		case name == "timeout":
			if t.Wait, err = clock.ParseDuration(text); err == nil && (t.Wait < time.Millisecond || t.Wait > scenario.MaxDelay) {
				err = fmt.Errorf("timeout is real time from 1ms to %s", scenario.MaxDelay)
			}
		default:
			err = fmt.Errorf("a webhook has no %q%s", name, nearest.Hint(name, []string{"url", "secret", "timeout"}))
		}
		if err != nil {
			return Target{}, err
		}
	}
	if t.URL == "" {
		return t, fmt.Errorf("a webhook needs a url")
	}
	return t, nil
}

// A Delivery is an event that was sent to URL, or is on its way. ID is the same at each
// attempt, Event has the provider's name, as in esimgo.webhook.FirstUse, State is a
// DeliveryState, At is when it came about, Due when it is tried next, nil for no more, Rule
// what meddled with it, as scenario:line, and Attempts are those made.
type Delivery = control.Delivery

func (d *delivery) show() Delivery {
	out := Delivery{
		ID: d.key(), Event: d.provider.eventName(d.event), URL: redacted(d.target.URL), State: string(d.state),
		At: d.at, Rule: d.rule, Attempts: []control.Attempt{},
	}
	if d.pos >= 0 {
		due := d.due
		out.Due = &due
	}
	out.Attempts = append(out.Attempts, d.attempts...)
	return out
}

// redacted is a target as others may see it.
func redacted(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return ""
	}
	return journal.RedactTarget(u)
}

// Deliveries lists the webhooks of this world, oldest first.
func (w *World) Deliveries() []Delivery { return w.deliveries(0) }

// deliveries are the newest n, or all where that is 0.
func (w *World) deliveries(n int) (out []Delivery) {
	out = []Delivery{}
	w.turn(nil, func(*Turn) {
		log := w.outbox.log
		if n > 0 {
			log = newest(log, n)
		}
		for _, d := range log {
			out = append(out, d.show())
		}
	})
	return out
}

// Trigger sends an event, by its full name, with a good payload now, and waits for the
// first attempt. An error wraps ErrNoEvent or ErrNoTarget, or is that of ctx; that the
// receiver does not take it is none.
func (w *World) Trigger(ctx context.Context, event string) (Delivery, error) {
	return w.attempt(ctx, func(t *Turn) (*delivery, error) { return t.trigger(event) })
}

// Resend makes one more attempt of a delivery and waits for it: the same id, the same
// bytes, signed as of now. id is that of a [Delivery]; where the world does not remember it,
// the error wraps ErrNoDelivery. That the receiver does not take it is no error.
func (w *World) Resend(ctx context.Context, id string) (Delivery, error) {
	return w.attempt(ctx, func(t *Turn) (*delivery, error) { return t.resend(id) })
}

func (t *Turn) resend(id string) (*delivery, error) {
	o := t.w.outbox
	d := o.find(id)
	switch {
	case d == nil:
		return nil, fmt.Errorf("%w %q", ErrNoDelivery, id)
	case d.body == "":
		return nil, fmt.Errorf("%w %q any more: its bytes are no longer kept", ErrNoDelivery, id)
	case d.state == Pending && d.pos < 0:
		return d, nil // on the wire just now
	case d.state == Pending:
		l := o.lane(d.target.URL)
		d.due, d.behind = t.Now, false
		heap.Fix(&l.heap, d.pos)
	default:
		d.before, d.state, d.due = d.state, Pending, t.Now
		o.push(o.lane(d.target.URL), d)
	}
	return d, nil
}

// attempt lets choose put a delivery in the queue, and waits until it was tried.
func (w *World) attempt(ctx context.Context, choose func(*Turn) (*delivery, error)) (out Delivery, err error) {
	var d *delivery
	var done <-chan struct{}
	var gone <-chan struct{}
	w.turn(nil, func(t *Turn) {
		gone = w.outbox.ctx.Done()
		if d, err = choose(t); err == nil && d.state == Pending && !d.due.After(t.Now) {
			done = d.wait()
		}
	})
	if err != nil {
		return out, err
	}
	if done != nil {
		select {
		case <-done:
		case <-ctx.Done():
			return out, ctx.Err()
		case <-gone:
			return out, errReset
		}
	}
	w.turn(nil, func(*Turn) { out = d.show() })
	return out, nil
}
