// Package simtest holds every rule that all providers must obey. A provider joins with
// one call of Run in a test of its own.
package simtest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// Start is the instant at which the worlds of the suite stand still.
var Start = time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC)

// host is the one all requests name, so that links do not depend on a free port.
const host = "esimsim.test:8484"

// A Subject is a provider and what the suite must know of it.
type Subject struct {
	Provider *sim.Provider
	// Sign puts the credential of a name on a request with that body.
	Sign func(r *http.Request, body []byte, name string)
	// Settings hold in every world of the suite, such as an edition.
	Settings map[string]any
	// Calls is a story in which every operation of the table succeeds at least once.
	Calls []Call
	// Stateless are the edges that change nothing which has states.
	Stateless []string
	// Trails lead to what machines have and chance would seldom come to.
	Trails []Trail
	// Later are further calls that may come after the story, more or less in that order.
	Later []Call
	// Order buys one piece at Price; it can be repeated.
	Order Call
	Price float64
	// Items of the catalogue, for fixtures of every state.
	Items []string
	// Volatile names members of the account's state that any admitted request may
	// change, such as remembered request ids.
	Volatile []string
}

// A Trail is edges passed one after another, in a world where none passes by itself.
type Trail struct {
	From  string   // state of an eSIM that a fixture has; "" goes on from the end of the story
	Calls []Call   // before that
	Edges []string // with the id of a thing after a space, which may be kept; else the newest passes it
}

// A Call is one request. {name} in Path and Body stands for a value that an earlier call
// kept.
type Call struct {
	Operation string
	Method    string
	Mount     string // "" means the usual one
	Path      string // below the mount, with the query
	Body      string // "" sends none
	Header    http.Header
	Keep      map[string]string // name to gjson path of the answer
	// Act runs before the call, for stories that need a device or the clock.
	Act func(t *testing.T, w *sim.World)
}

// An answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// session is one caller's way through a story.
type session struct {
	t    *testing.T
	s    Subject
	srv  *sim.Server
	http *http.Client
	name string
	kept map[string]string
}

func (s Subject) start(t *testing.T) *sim.Server {
	t.Helper()
	return sim.StartT(t, sim.Config{Providers: []*sim.Provider{s.Provider}, Freeze: Start})
}

func (s Subject) session(t *testing.T, srv *sim.Server, name string) *session {
	t.Helper()
	if world, err := srv.World(name); err == nil && len(s.Settings) > 0 {
		if err := world.Patch(sim.Patch{s.Provider.Name(): maps.Clone(s.Settings)}); err != nil {
			t.Fatal(err)
		}
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	return &session{t: t, s: s, srv: srv, http: client, name: name, kept: map[string]string{}}
}

func (x *session) fill(text string) string {
	for name, v := range x.kept {
		text = strings.ReplaceAll(text, "{"+name+"}", v)
	}
	return text
}

// request makes the request of a call, signed.
func (x *session) request(c Call) *http.Request {
	x.t.Helper()
	body := []byte(x.fill(c.Body))
	mount := c.Mount
	if mount == "" {
		mount = x.s.Provider.Base()
	}
	req := x.at(mount, c.Method, x.fill(c.Path), body)
	for k, v := range c.Header {
		req.Header[k] = v
	}
	x.s.Sign(req, body, x.name)
	return req
}

func (x *session) plain(method, path string, body []byte) *http.Request {
	x.t.Helper()
	return x.at(x.s.Provider.Base(), method, path, body)
}

func (x *session) at(mount, method, path string, body []byte) *http.Request {
	x.t.Helper()
	var r io.Reader
	if len(body) > 0 {
		r = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(x.t.Context(), method, x.srv.URL()+mount+path, r)
	if err != nil {
		x.t.Fatal(err)
	}
	req.Host = host
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

func (x *session) do(c Call) answer {
	x.t.Helper()
	if c.Act != nil {
		c.Act(x.t, x.srv.WorldT(x.t, x.name))
	}
	a := x.send(x.request(c))
	for name, path := range c.Keep {
		v := gjson.GetBytes(a.body, path)
		if !v.Exists() {
			x.t.Fatalf("%s: answer has no %s to keep: %s", c.Operation, path, a.body)
		}
		x.kept[name] = v.String()
	}
	return a
}

// attempt is do for a call that may be refused; then nothing is kept of it.
func (x *session) attempt(c Call) {
	x.t.Helper()
	if c.Act != nil {
		c.Act(x.t, x.srv.WorldT(x.t, x.name))
	}
	a := x.send(x.request(c))
	if a.status >= http.StatusInternalServerError {
		got := x.srv.WorldT(x.t, x.name).Journal(sim.Filter{Limit: 1})
		if len(got) != 1 || got[0].Status != a.status || got[0].Error == "" {
			x.t.Errorf("%s: %d, which no error of the provider's is: %s", c.Operation, a.status, a.body)
		}
	}
	for name, path := range c.Keep {
		if v := gjson.GetBytes(a.body, path); v.Exists() && a.status/100 == 2 {
			x.kept[name] = v.String()
		}
	}
}

func (x *session) send(req *http.Request) answer {
	x.t.Helper()
	a, err := x.exchange(req)
	if err != nil {
		x.t.Fatal(err)
	}
	return a
}

func (x *session) exchange(req *http.Request) (answer, error) {
	res, err := x.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	return answer{res.StatusCode, res.Header, body}, nil
}
