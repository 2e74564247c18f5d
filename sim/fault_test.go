package sim_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
)

// rules is a library with one scenario "r" of the given rules.
func rules(text string) fstest.MapFS {
	return fstest.MapFS{"r.yaml": {Data: []byte("version: 1\nname: r\nrules:\n" + text)}}
}

func startRules(t *testing.T, text string) *sim.Server {
	t.Helper()
	return sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: rules(text), Freeze: start})
}

// raw sends a request on a bare socket and gives all that comes back, and how it ended.
func raw(t *testing.T, srv *sim.Server, method, path, body string) (string, error) {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: x\r\nX-Toy: toy_f~r\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", method, path, len(body), body)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(conn)
	return string(data), err
}

func TestFaultsOnTheWire(t *testing.T) {
	t.Parallel()
	const post = `{"name":"x"}`
	for kind, check := range map[string]func(t *testing.T, got string, err error){
		"reset": func(t *testing.T, got string, err error) {
			if got != "" || !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%q, %v, want a TCP reset", got, err)
			}
		},
		"close": func(t *testing.T, got string, err error) {
			if got != "" || err != nil {
				t.Errorf("%q, %v, want a plain end before any header", got, err)
			}
		},
		"empty": func(t *testing.T, got string, err error) {
			if !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") || !strings.Contains(got, "Content-Length: 0\r\n") || !strings.HasSuffix(got, "\r\n\r\n") {
				t.Errorf("%q, %v, want 200 and no body", got, err)
			}
		},
		"html502": func(t *testing.T, got string, err error) {
			if !strings.HasPrefix(got, "HTTP/1.1 502 ") || !strings.Contains(got, "<h1>502 Bad Gateway</h1>") || !strings.Contains(got, "Content-Type: text/html\r\n") {
				t.Errorf("%q, %v, want a proxy's page", got, err)
			}
		},
		"wrongType": func(t *testing.T, got string, err error) {
			if head, body, _ := strings.Cut(got, "\r\n\r\n"); !strings.Contains(head, "text/html") || !strings.HasPrefix(body, "{") {
				t.Errorf("%q, %v, want JSON under text/html", got, err)
			}
		},
		"malformed": func(t *testing.T, got string, err error) {
			head, body, _ := strings.Cut(got, "\r\n\r\n")
			if !strings.Contains(head, "Content-Length: "+strconv.Itoa(len(body))+"\r\n") || !strings.HasPrefix(body, "{") || strings.HasSuffix(body, "}") {
				t.Errorf("%q, %v, want JSON that breaks off under its own length", got, err)
			}
		},
		"truncate": func(t *testing.T, got string, err error) {
			head, body, _ := strings.Cut(got, "\r\n\r\n")
			if body == "" || strings.Contains(head, "Content-Length: "+strconv.Itoa(len(body))+"\r\n") || !strings.Contains(head, "Content-Length: ") {
				t.Errorf("%q, %v, want less than was promised", got, err)
			}
		},
		"{kind: truncate, at: 3}": func(t *testing.T, got string, err error) {
			if _, body, _ := strings.Cut(got, "\r\n\r\n"); len(body) != 3 {
				t.Errorf("%q, %v, want three bytes", got, err)
			}
		},
		"{kind: drip, pace: 1ms}": func(t *testing.T, got string, err error) {
			if _, body, _ := strings.Cut(got, "\r\n\r\n"); err != nil || !strings.HasSuffix(body, "}") {
				t.Errorf("%q, %v, want the whole body in the end", got, err)
			}
		},
	} {
		for _, phase := range []string{"before", "after"} {
			t.Run(kind+" "+phase, func(t *testing.T) {
				t.Parallel()
				srv := startRules(t, "- {on: toy.createThing, first: 1, phase: "+phase+", do: {fault: "+kind+"}}\n")
				got, err := raw(t, srv, "POST", "/toy/things", post)
				check(t, got, err)
				want := map[string]int{"before": 0, "after": 1}[phase]
				if made := len(srv.WorldT(t, "f~r").View().ESIMs); made != want {
					t.Errorf("%d things were made, want %d", made, want)
				}
				e := srv.WorldT(t, "f~r").Journal(sim.Filter{})[0]
				if !strings.Contains(kind, e.Fault) || e.Fault == "" || len(e.Rules) != 1 {
					t.Errorf("journal: fault %q, rules %v", e.Fault, e.Rules)
				}
				if got, err := raw(t, srv, "POST", "/toy/things", post); err != nil || !strings.HasPrefix(got, "HTTP/1.1 200") {
					t.Errorf("the next call: %q, %v", got, err)
				}
			})
		}
	}
}

// slowClock lets a test see that somebody waits.
type slowClock struct {
	clock.Wall
	waiting chan struct{}
}

func (s slowClock) Sleep(ctx context.Context, d time.Duration) error {
	if d > time.Minute {
		s.waiting <- struct{}{}
	}
	return s.Wall.Sleep(ctx, d)
}

// A hung answer ends at once when its client goes, and when the simulator does.
func TestHangEnds(t *testing.T) {
	t.Parallel()
	waiting := make(chan struct{})
	srv := sim.StartT(t, sim.Config{
		Providers: []*sim.Provider{toyProvider()}, Library: rules("- {on: toy.createThing, do: {fault: hang}}\n"), Real: slowClock{waiting: waiting},
	})
	hang := func(ctx context.Context) chan error {
		done := make(chan error, 1)
		req, err := http.NewRequestWithContext(ctx, "POST", srv.URL()+"/toy/things", strings.NewReader(`{"name":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Toy", "toy_h~r")
		go func() {
			res, err := http.DefaultClient.Do(req)
			if err == nil {
				_ = res.Body.Close()
			}
			done <- err
		}()
		<-waiting
		return done
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone := hang(ctx)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("the client that went: %v", err)
	}
	left := hang(t.Context())
	if err := srv.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := <-left; err == nil {
		t.Error("a hung call was answered")
	}
}

func TestRespond(t *testing.T) {
	t.Parallel()
	srv := startRules(t, `- {on: toy.getThing, when: "path endsWith '/tea'", do: {respond: {status: 418, headers: {X-Tea: pot}, body: {short: true}}}}
- {on: toy.getThing, do: {respond: {status: 503, body: "busy"}}}
`)
	c := caller{t, srv, "toy_x~r"}
	status, header, v := c.do("GET", "/toy/things/tea", "")
	if status != 418 || header.Get("X-Tea") != "pot" || v.Raw != `{"short":true}` {
		t.Errorf("%d %v %s", status, header, v)
	}
	if status, header, v = c.do("GET", "/toy/things/1", ""); status != 503 || v.Raw != "" && v.String() != "busy" && header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%d %v %s", status, header, v)
	}
}

// The counts of a rule hold under many callers: exactly the first ten are refused.
func TestCountsHoldUnderLoad(t *testing.T) {
	t.Parallel()
	srv := startRules(t, "- {on: toy.createThing, first: 10, do: {error: BROKEN}}\n")
	var refused atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range 4 {
				if status, _, _ := (caller{t, srv, "toy_load~r"}).do("POST", "/toy/things", `{"name":"x"}`); status == 503 {
					refused.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if got := refused.Load(); got != 10 {
		t.Errorf("%d refused, want 10", got)
	}
}

// A drip comes a byte at a time.
func TestDripIsSlow(t *testing.T) {
	t.Parallel()
	srv := startRules(t, "- {on: toy.createThing, do: {fault: {kind: drip, pace: 2ms}}}\n")
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "POST /toy/things HTTP/1.1\r\nHost: x\r\nX-Toy: toy_d~r\r\nContent-Length: 12\r\n\r\n{\"name\":\"x\"}")
	r := bufio.NewReader(conn)
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if r.Buffered() > 5 {
		t.Errorf("%d bytes came with the header", r.Buffered())
	}
}
