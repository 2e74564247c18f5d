package sim

import (
	"fmt"
	"net/http"
	"time"

	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/internal/webhook"
)

// SignWebhook gives the headers with which the provider would send that body, for tests of
// receivers. Settings that s does not tell are those of a new world. It is nil where the
// provider sends nothing.
func (p *Provider) SignWebhook(s Signing) http.Header {
	if p.webhooks.sign == nil {
		return nil
	}
	told := s.Setting
	s.Setting = func(name string) string {
		if told != nil {
			if v := told(name); v != "" {
				return v
			}
		}
		return p.value(nil, name)
	}
	return p.webhooks.sign(s)
}

// An EventInfo is an event that a provider can send.
type EventInfo struct {
	Name   string // in full: esimgo.webhook.FirstUse
	Short  string // FirstUse
	Title  string // the provider's name for people
	Basis  Basis
	Source string
}

// Events lists what the provider can send.
func (p *Provider) Events() []EventInfo {
	out := make([]EventInfo, len(p.webhooks.events))
	for i, e := range p.webhooks.events {
		out[i] = EventInfo{p.eventName(e.name), e.name, p.title, e.basis, e.source}
	}
	return out
}

// SampleWebhook is an event by its full name, and a good payload of it about something
// made up at that instant.
func SampleWebhook(providers []*Provider, name string, at time.Time) (info EventInfo, body []byte, err error) {
	s, err := New(Config{Providers: providers, Freeze: at})
	if err != nil {
		return info, nil, err
	}
	defer func() { _ = s.Close() }()
	p, e := s.event(name)
	if e == nil {
		return info, nil, fmt.Errorf("%w %q%s", ErrNoEvent, name, nearest.Hint(name, s.vocab.Events))
	}
	err = s.try(Caller{World: "demo", Base: "demo"}, p, func(t *Turn) { body = marshal(e.sample(t)) })
	return EventInfo{name, e.name, p.title, e.basis, e.source}, body, err
}

// WebhookSecret is what signs a provider's events in the world of that name, unless the
// API or a setting of the world says otherwise there. It is "" where nothing is sent. No
// world is made.
func (s *Server) WebhookSecret(provider, world string) (secret string, err error) {
	p := s.provider(provider)
	if p == nil || len(p.webhooks.events) == 0 {
		return "", nil
	}
	caller, err := s.caller(world)
	if err != nil {
		return "", err
	}
	err = s.try(caller, p, func(t *Turn) { secret = t.secret() })
	return secret, err
}

// try runs a turn in a world that nobody else will see.
func (s *Server) try(c Caller, p *Provider, f func(*Turn)) error {
	w := s.newWorld(c)
	defer w.cancel()
	if err := w.begin(time.Time{}); err != nil {
		return err
	}
	w.targets = nil // what its scenarios set off goes nowhere
	w.clearOutbox()
	w.turn(p, f)
	return nil
}

// secret is what signs where the target has no secret of its own.
func (t *Turn) secret() string {
	if given := t.w.srv.cfg.Webhooks[t.a.provider.name].Secret; given != "" {
		return given
	}
	return t.a.provider.webhooks.secret(t)
}

// checkWebhooks refuses targets of the configuration to which nothing could be sent.
func (s *Server) checkWebhooks() error {
	for name, target := range s.cfg.Webhooks {
		if p := s.provider(name); p == nil || len(p.webhooks.events) == 0 {
			return fmt.Errorf("webhooks: there is no provider %q that sends any", name)
		}
		if target.URL == "" {
			continue // a secret alone, for a target that is told later
		}
		if err := webhook.CheckURL(target.URL, s.cfg.AllowWebhookHosts); err != nil {
			return fmt.Errorf("webhooks of %s: %w", name, err)
		}
	}
	return nil
}

// WebhookTimes are how long a provider waits for a receiver, in real time, and the waits
// before its further attempts in a world where nothing else was chosen.
func (s *Server) WebhookTimes(provider string) (timeout time.Duration, waits []time.Duration, err error) {
	p := s.provider(provider)
	if p == nil || len(p.webhooks.events) == 0 {
		return 0, nil, fmt.Errorf("there is no provider %q that sends webhooks", provider)
	}
	err = s.try(Caller{World: "demo", Base: "demo"}, p, func(t *Turn) { waits = p.webhooks.retries(t) })
	return p.webhooks.timeout, waits, err
}
