package sim

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/internal/network"
)

// openReach lets clients of this process come to the simulator: over HTTPS too, where it is
// served, as it trusts the authority made at start, or the very certificate that was given.
func (s *Server) openReach() {
	host := reachable(s.listener.Addr())
	hosts := map[string]network.Dial{host: network.System(host)}
	if s.cfg.InMemory {
		hosts[host] = func(ctx context.Context) (net.Conn, error) { return s.network.Dial(ctx, net.JoinHostPort(host, "80")) }
	}
	var roots *x509.CertPool
	if s.tlsListener != nil {
		host = reachable(s.tlsListener.Addr())
		hosts[host] = network.System(host)
		roots = s.trusted
	}
	s.reach.Open(hosts, roots)
}

// Client is for code that sends credentials by itself. It reaches [Server.URL] and
// [Server.TLSURL] and nothing else: code that has another address in it is told so. Before
// Start it reaches nothing; its connections end with the simulator.
func (s *Server) Client() *http.Client { return s.reach.Client() }

// Client is Server.Client with this world's credential at that provider put on every
// request, in the place of any other, and where the API has requests signed, the signature
// of its exact bytes. A name that no provider has panics. Where any key is taken (AuthAny),
// each has a world of its own and none leads to this one.
func (w *World) Client(provider string) *http.Client {
	p := w.srv.known(provider)
	return w.srv.reach.ClientBy(func(next http.RoundTripper) http.RoundTripper {
		return &authorizing{world: w, provider: p, next: next}
	})
}

// BaseURL is what a client of that provider has for its base URL, as the vendor's own
// would: origin, and for some a path. It panics for a name that no provider has, and before
// Start.
func (w *World) BaseURL(provider string) string {
	return w.srv.URL() + w.srv.known(provider).ClientBase()
}

// known is the provider of that name, which whoever asks has written down in his code.
func (s *Server) known(name string) *Provider {
	p := s.provider(name)
	if p == nil {
		names := slices.Sorted(maps.Keys(s.docs))
		panic(fmt.Sprintf("there is no provider %q here%s", name, nearest.Hint(name, names)))
	}
	return p
}

// authorizing is a transport that puts a credential on what goes by.
type authorizing struct {
	world    *World
	provider *Provider
	next     http.RoundTripper
}

// RoundTrip sends a copy, as it may not change the request.
func (a *authorizing) RoundTrip(r *http.Request) (*http.Response, error) {
	own := r.Clone(r.Context())
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
		own.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		own.Body, _ = own.GetBody()
		own.ContentLength = int64(len(body))
	}
	if len(body) == 0 { // or net/http would not know that there is none, and not say so
		own.Body, own.GetBody = http.NoBody, nil
	}
	if own.Header == nil {
		own.Header = http.Header{}
	}
	a.provider.authorize(own, a.world.authorization(a.provider, body))
	return a.next.RoundTrip(own)
}

// authorization is that of one request: fresh by the world's clock where that stands still,
// so that the bytes repeat, else by the machine's, which is right whatever the world's does.
func (w *World) authorization(p *Provider, body []byte) Authorization {
	now := w.srv.cfg.Real.Now()
	if mode, _ := w.clock.State(); mode == clock.Frozen {
		now = w.clock.Now()
	}
	key, secret := w.srv.key(p, w.name)
	chance := seedOf(w.srv.cfg.Seed, w.name, "request", w.asked.next())
	return Authorization{Key: key, Secret: secret, Body: body, Now: now, ID: uuidOf(chance.Uint64(), chance.Uint64())}
}

// Env is what code that is set up by its environment needs in the world of that name: the
// variables that esimsim exec sets, such as ESIMFLY_BASE_URL, ESIMFLY_ACCESS_CODE and
// ESIMFLY_SECRET_KEY. No world is made, and a name that can have none is an error, as
// is a simulator that was not started: without a base URL, code would call the real API.
func (s *Server) Env(world string) (map[string]string, error) {
	if s.listener == nil {
		return nil, errNotStarted
	}
	out := map[string]string{"ESIMSIM_URL": s.URL()}
	if s.TLSURL() != "" {
		out["ESIMSIM_TLS_URL"] = s.TLSURL()
	}
	for _, p := range s.cfg.Providers {
		prefix := strings.ToUpper(p.name)
		out[prefix+"_BASE_URL"] = s.URL() + p.ClientBase()
		secret, err := s.WebhookSecret(p.name, world)
		if err != nil {
			return nil, fmt.Errorf("world %q: %w", world, err)
		}
		for _, c := range s.Credentials(p, world) {
			if c.Env != "" {
				out[c.Env] = c.Value
			}
			if c.Value == secret {
				secret = "" // it has a name already
			}
		}
		if secret != "" {
			out[prefix+"_WEBHOOK_SECRET"] = secret
		}
	}
	return out, nil
}
