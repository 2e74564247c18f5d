package sim_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
)

func dialRaw(t *testing.T, srv *sim.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// status is that of the next answer on a connection.
func status(t *testing.T, conn net.Conn) int {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// Clients that say too much are cut short, and those that say too little hold up nobody.
func TestHostileClients(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	shop := caller{t, srv, "toy_calm"}

	connections := 10_000
	if testing.Short() {
		connections = 100
	}
	idle(t, srv, connections)
	unused := dialRaw(t, srv)
	slow := dialRaw(t, srv)
	if _, err := io.WriteString(slow, "GET /toy/things/1 HTTP/1.1\r\nX-To"); err != nil {
		t.Fatal(err)
	}
	half := dialRaw(t, srv)
	if _, err := io.WriteString(half, "POST /toy/things HTTP/1.1\r\nHost: x\r\nX-Toy: toy_calm\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		shop.create()
	}

	endless := dialRaw(t, srv)
	go func() {
		_, _ = io.WriteString(endless, "GET / HTTP/1.1\r\n")
		for i := 0; ; i++ {
			if _, err := fmt.Fprintf(endless, "X-%d: %s\r\n", i, strings.Repeat("x", 1000)); err != nil {
				return
			}
		}
	}()
	if got := status(t, endless); got != 431 {
		t.Errorf("headers without end: %d, want 431", got)
	}

	large := dialRaw(t, srv)
	go func() {
		_, _ = io.WriteString(large, "POST /toy/things HTTP/1.1\r\nHost: x\r\nX-Toy: toy_calm\r\nContent-Length: 2097152\r\n\r\n")
		_, _ = io.WriteString(large, strings.Repeat("x", 2<<20))
	}()
	if got := status(t, large); got != 413 {
		t.Errorf("2 MiB: %d, want 413", got)
	}

	// One on which nothing was said so far is still good for something.
	if _, err := io.WriteString(unused, "GET /_sim/health HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if got := status(t, unused); got != 200 {
		t.Errorf("an idle connection: %d, want 200", got)
	}
}

// Who takes his time is cut off, also who sends a byte now and then, and who has had an
// answer and says no more.
func TestSlowClientsAreCut(t *testing.T) {
	t.Parallel()
	const short, never = 200 * time.Millisecond, time.Hour
	const head = "POST /toy/things HTTP/1.1\r\nHost: x\r\nX-Toy: toy_calm\r\nContent-Length: 100000\r\n\r\n"
	for name, c := range map[string]struct {
		header, read, idle time.Duration
		first              string
		drips              bool
		want               string // of what it is told before the end
	}{
		"silent from the start":    {short, never, never, "", false, ""},
		"silent in the head":       {short, never, never, "GET /toy/things/1 HTTP/1.1\r\nX-To", false, "HTTP/1.1 400"},
		"a byte at a time of it":   {short, never, never, "GET /toy/things/1 HTTP/1.1\r\nX-To", true, "HTTP/1.1 400"},
		"silent in the body":       {never, short, never, head + "{", false, "HTTP/1.1 400"},
		"a byte at a time of that": {never, short, never, head + "{", true, "HTTP/1.1 400"},
		"silent after an answer":   {never, never, short, "GET /_sim/health HTTP/1.1\r\nHost: localhost\r\n\r\n", false, "HTTP/1.1 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := startPatient(t, sim.Patience{Header: c.header, Read: c.read, Write: never, Idle: c.idle})
			conn := dialRaw(t, srv)
			if _, err := io.WriteString(conn, c.first); err != nil {
				t.Fatal(err)
			}
			told := make(chan string)
			go func() {
				answer, _ := io.ReadAll(conn) // ends when the connection does
				told <- string(answer)
			}()
			sent := 0
			for {
				select {
				case answer := <-told:
					if !strings.HasPrefix(answer, c.want) || c.want == "" && answer != "" {
						t.Errorf("it was told %q, want %q", answer, c.want)
					}
					if c.drips && sent == 0 {
						t.Error("it was cut before it could be slow")
					}
					return
				default:
				}
				// Another is answered meanwhile, and as long as that takes is a pause.
				w := httptest.NewRecorder()
				srv.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/_sim/worlds/calm", nil))
				if w.Code != 200 {
					t.Fatalf("another client: %d", w.Code)
				}
				if c.drips {
					if _, err := io.WriteString(conn, "x"); err == nil {
						sent++
					}
				}
			}
		})
	}
}

// Who does not read on is cut off too, and then nothing is left that Close would wait for.
func TestUnreadAnswerIsCut(t *testing.T) {
	t.Parallel()
	const short, never = time.Second, time.Hour
	srv := startPatient(t, sim.Patience{Header: never, Read: never, Write: short, Idle: never})
	srv.SetDrain(never)
	shop := caller{t, srv, "toy_calm"}
	for range 24 { // whose journal is more than a kernel keeps for a connection
		shop.do("POST", "/toy/things", `{"name":"`+strings.Repeat("x", 1_000_000)+`"}`)
	}
	conn := dialRaw(t, srv)
	if _, err := io.WriteString(conn, "GET /_sim/worlds/calm/requests HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil { // now it is being answered
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	closed := make(chan error, 1)
	go func() { closed <- srv.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Errorf("close: %v", err)
		}
	case <-ctx.Done():
		t.Fatal("it was not cut")
	}
	if rest, _ := io.ReadAll(conn); len(rest) == 0 || strings.HasSuffix(string(rest), "\r\n0\r\n\r\n") {
		t.Errorf("it has all that is left to read, %d bytes", len(rest))
	}
}

func startPatient(t *testing.T, p sim.Patience) *sim.Server {
	t.Helper()
	srv, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start})
	if err != nil {
		t.Fatal(err)
	}
	srv.SetPatience(p)
	if err := srv.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	return srv
}

// idleEnv tells this test binary to hold connections and say nothing: how many, and to
// which address.
const idleEnv = "ESIMSIM_TEST_IDLE"

// idle has another process hold connections until the test ends: both ends together would
// be more files than one process may have.
func idle(t *testing.T, srv *sim.Server, connections int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", idleEnv, connections, srv.Addr()))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	var held int
	if _, err := fmt.Fscan(out, &held); err != nil {
		t.Fatal(err)
	}
	if held != connections {
		t.Logf("only %d of %d connections could be opened here", held, connections)
	}
	if held < min(connections, 1000) {
		t.Errorf("%d connections are too few to say anything", held)
	}
}

// hold is what the other process does: it dials, says how often it could, and waits.
func hold(order string) {
	var connections int
	var addr string
	if _, err := fmt.Sscan(order, &connections, &addr); err != nil {
		panic(err)
	}
	var conns []net.Conn
	for len(conns) < connections {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		conns = append(conns, conn)
	}
	fmt.Println(len(conns))
	_, _ = io.Copy(io.Discard, os.Stdin)
	runtime.KeepAlive(conns)
}

// The end comes in time whatever is under way, and whoever was promised an answer in full
// has it in full.
func TestCloseUnderLoad(t *testing.T) {
	t.Parallel()
	srv := startRules(t, "  - {on: toy.getThing, when: 'query.f == \"hang\"', do: {fault: hang}}\n"+
		"  - {on: toy.getThing, when: 'query.f == \"drip\"', do: {fault: drip}}\n")
	shop := caller{t, srv, "toy_f~r"}
	id := shop.create().Get("id").Str
	ask := func(query string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL()+"/toy/things/"+id+query, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("X-Toy", shop.key)
		return http.DefaultClient.Do(req)
	}
	var wg sync.WaitGroup
	for range 4 {
		for _, query := range []string{"?f=hang", "?f=drip"} {
			wg.Go(func() {
				res, err := ask(query)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			})
		}
	}
	var whole atomic.Int64
	warm := make(chan struct{})
	for range 16 {
		wg.Go(func() {
			for {
				res, err := ask("")
				if err != nil {
					return // no answer at all, which a client can tell
				}
				body, err := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if err != nil || !strings.HasSuffix(string(body), "}") {
					t.Errorf("half an answer: %v %q", err, body)
				}
				if whole.Add(1) == 200 {
					close(warm)
				}
			}
		})
	}
	<-warm
	began := clock.Wall{}.Now()
	if err := srv.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if took := (clock.Wall{}).Now().Sub(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	wg.Wait()
}

// Worlds come and go by the thousand, and those that were dropped leave nothing.
func TestManyWorlds(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	worlds := 10_000
	if testing.Short() {
		worlds = 200
	}
	for i := range worlds {
		name := fmt.Sprintf("w%d", i)
		srv.WorldT(t, name)
		if i%2 == 0 && !srv.Forget(name) {
			t.Fatalf("%s is not there", name)
		}
	}
	if n := len(srv.WorldNames()); n != worlds/2 {
		t.Errorf("%d worlds, want %d", n, worlds/2)
	}
	for _, name := range srv.WorldNames() {
		srv.Forget(name)
	}
	if n := len(srv.WorldNames()); n != 0 {
		t.Errorf("%d worlds are left", n)
	}
}
