package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// TB is the part of testing.TB that StartT and other helpers of tests need.
type TB interface {
	Helper()
	Name() string
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// StartT runs a simulator for a test, on a free port of the loopback interface or in
// memory, and closes it when the test ends. Every answer is held against the OpenAPI
// document; one that does not fit fails the test.
func StartT(t TB, cfg Config) *Server {
	t.Helper()
	cfg.CheckReplies = true
	if cfg.OnReply == nil {
		cfg.OnReply = func(operation string, found []Finding) {
			t.Errorf("answer of %s breaks its document: %s", operation, sentences(found))
		}
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatalf("new simulator: %v", err)
	}
	if now := s.cfg.Real.Now(); cfg.Freeze.IsZero() && now.Before(tenDigits) {
		t.Fatalf("it is %s, when no API wrote instants as they do now: in a bubble, let time pass first, as by"+
			" time.Sleep(time.Until(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)))", now.Format(time.DateOnly))
	}
	if err := s.Start(context.Background()); err != nil {
		t.Fatalf("start simulator: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close simulator: %v", err)
		}
	})
	return s
}

// tenDigits is since when an instant in Unix seconds has the ten digits that the documents
// ask for. A bubble of testing/synctest begins in the year before.
var tenDigits = time.Unix(1e9, 0)

// WorldT is World for a test: a name that is no name fails it. With "" the world is the
// test's own: it has the test's name, and is forgotten when the test ends. Scenarios may
// follow either, as in "~esimfly-pending-details".
func (s *Server) WorldT(t TB, name string) *World {
	t.Helper()
	own := name == "" || name[0] == '~'
	if own {
		name = worldOfTest(t.Name()) + name
	}
	w, err := s.World(name)
	if err != nil {
		t.Fatalf("world %s: %v", name, err)
	}
	if own {
		t.Cleanup(func() { s.Forget(name) })
	}
	return w
}

var oddInWorld = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// worldOfTest makes a name of a world out of a test's. Two tests never share one: where
// something of the name is lost, a digest of it is added.
func worldOfTest(test string) string {
	if name := strings.ReplaceAll(test, "/", "."); worldName.MatchString(name) && !strings.Contains(test, ".") {
		return name
	}
	sum := sha256.Sum256([]byte(test))
	return oddInWorld.ReplaceAllString(test[:min(len(test), 50)], "-") + "-" + hex.EncodeToString(sum[:6])
}

// AdvanceT is Advance for a test, which fails where the clock cannot be moved.
func (w *World) AdvanceT(t TB, d time.Duration) []Happening {
	t.Helper()
	passed, err := w.Advance(d)
	if err != nil {
		t.Fatalf("advance world %s by %s: %v", w.name, d, err)
	}
	return passed
}

// ScenarioT reads a scenario, written as YAML in the test, and switches it on. One with a
// mistake fails the test and says where it is.
func (w *World) ScenarioT(t TB, text string) {
	t.Helper()
	if _, err := w.AddScenario([]byte(text)); err != nil {
		t.Fatalf("scenario in world %s: %v", w.name, err)
	}
}

// ReceiveT posts the webhooks of a provider in this world to h until the test ends, in
// memory, whatever the simulator listens on. [World.Start], [World.Reset] and
// [World.Restore] change nothing in that, and a [World.Fork] posts there too; a Patch of the
// webhooks that comes later, or a Fixture with such settings, goes before it. When the test
// ends, webhooks go where they went, and those still on their way to h have failed.
//
// Server.Env has the secret that signs them. The URL is for code that has to name its
// receiver to the API, which keeps it; nobody but the simulator reaches it. A handler must
// not move the clock of the world whose event it is given.
func (w *World) ReceiveT(t TB, provider string, h http.Handler) (url string) {
	t.Helper()
	host := "receiver-" + w.srv.receivers.next()
	l, err := w.srv.network.Listen(host)
	if err != nil {
		t.Fatalf("receiver: %v", err)
	}
	var unused unusedConns
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ConnState: unused.note}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) }) // until it is shut down
	t.Cleanup(func() {
		if err := unused.shutdown(server); err != nil {
			t.Errorf("receiver: %v", err)
		}
		serving.Wait()
	})
	r := receiver{provider: provider, host: host, url: "http://" + host + "/" + provider}
	if err := w.receive(r); err != nil {
		t.Fatalf("webhooks of %s to world %s: %v", provider, w.name, err)
	}
	t.Cleanup(func() { w.srv.unreceive(r, w) })
	return r.url
}

// NoFindingsT fails a test with a line for each thing that its code had better not ask: a
// request that the contract does not allow, and what else is noted in the world's journal.
func (w *World) NoFindingsT(t TB) {
	t.Helper()
	for _, e := range w.Journal(Filter{Finding: "*"}) {
		t.Errorf("world %s, request %s, %s %s: %s", w.name, e.ID, e.Method, e.URL, sentences(e.Findings))
	}
}

func sentences(found []Finding) string {
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("%s at %q: %s", f.Code, f.Pointer, f.Message))
	}
	return strings.Join(out, "; ")
}
