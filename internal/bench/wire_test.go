package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// serveEnv tells this test binary to be the server of a benchmark: "esimsim", or the name
// of the load whose twin it is.
const serveEnv = "ESIMSIM_BENCH_SERVE"

func TestMain(m *testing.M) {
	role := os.Getenv(serveEnv)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := serve(role); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// profileEnv names a folder for a profile of each simulator that was measured.
const profileEnv = "ESIMSIM_BENCH_PROFILES"

// serve runs until its input ends. It tells its address on its output.
func serve(role string) error {
	if role == "esimsim" {
		if folder := os.Getenv(profileEnv); folder != "" {
			f, err := os.Create(filepath.Join(folder, strconv.Itoa(os.Getpid())+".pprof"))
			if err == nil {
				err = pprof.StartCPUProfile(f)
			}
			if err != nil {
				return err
			}
			defer pprof.StopCPUProfile()
		}
		s, err := sim.New(sim.Config{Providers: all.Providers()})
		if err == nil {
			err = s.Start(context.Background())
		}
		if err != nil {
			return err
		}
		fmt.Println(s.URL())
		_, err = io.Copy(io.Discard, os.Stdin)
		return err
	}
	in := bufio.NewReader(os.Stdin)
	for _, l := range loads {
		if l.name != role {
			continue
		}
		// The answer comes from outside: making it here would leave a heap behind, and
		// with a larger heap the collector has less to do.
		answer, err := in.ReadBytes('\n')
		if err != nil {
			return err
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		b := &base{load: l, answer: bytes.TrimSpace(answer)}
		go func() { _ = http.Serve(listener, b.handler()) }()
		fmt.Println("http://" + listener.Addr().String())
	}
	_, err := io.Copy(io.Discard, in)
	return err
}

// A child is a server in a process of its own.
type child struct {
	url  string
	pid  int
	stop func() // the same as when the test ends
}

// start runs a child with that input before anything else.
func start(b testing.TB, role, input string) child {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"="+role)
	ready := filepath.Join(b.TempDir(), "ready.json")
	if binary := os.Getenv("ESIMSIM_BINARY"); binary != "" && role == "esimsim" {
		cmd = exec.CommandContext(ctx, binary, "serve", "--listen", "127.0.0.1:0", "--log-level", "warn", "--ready-file", ready)
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		defer cancel()
		_ = in.Close()
		if cmd.Path != os.Args[0] {
			_ = cmd.Process.Signal(os.Interrupt) // a program does not look at its input
		}
		_ = cmd.Wait()
	})
	b.Cleanup(stop)
	if _, err := io.WriteString(in, input+"\n"); err != nil {
		b.Fatal(err)
	}
	c := child{pid: cmd.Process.Pid, stop: stop}
	lines := bufio.NewScanner(out)
	for c.url == "" && lines.Scan() {
		for word := range strings.FieldsSeq(lines.Text()) {
			if strings.HasPrefix(word, "http://127.0.0.1:") {
				c.url = word
				break
			}
		}
	}
	if c.url == "" {
		b.Fatal("the server told no address")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return c
}

// cpu is what the threads of the process have run so far, in nanoseconds; 0 where that
// cannot be told.
func (c child) cpu() (sum float64) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", c.pid))
	for _, f := range files {
		data, _ := os.ReadFile(f)
		ran, _, _ := strings.Cut(string(data), " ")
		n, _ := strconv.ParseFloat(ran, 64)
		sum += n
	}
	return sum
}

// control calls the control plane.
func (c child) control(b testing.TB, method, path string, body any) {
	b.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequest(method, c.url+"/_sim/worlds/"+world+path, bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if answer, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		b.Fatalf("%s %s: %d %s", method, path, res.StatusCode, answer)
	}
}

// A connection carries one request after the other.
type connection struct {
	net.Conn
	in   *bufio.Reader
	body bytes.Buffer
}

func dial(b testing.TB, c child) *connection {
	b.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return &connection{Conn: conn, in: bufio.NewReader(conn)}
}

// do sends bytes and reads the answer; it is good until the next call.
func (c *connection) do(b testing.TB, request []byte) []byte {
	if _, err := c.Write(request); err != nil {
		b.Fatal(err)
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	c.body.Reset()
	if _, err := c.body.ReadFrom(res.Body); err != nil {
		b.Fatal(err)
	}
	check(b, res.StatusCode, res.Header, c.body.Bytes())
	return c.body.Bytes()
}

func wireBytes(r *http.Request) []byte {
	var out bytes.Buffer
	if err := r.Write(&out); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// A measured server is asked in turn with the other, so that what else the machine does
// meets both.
type measured struct {
	child
	conn      *connection
	cpu, wall float64 // nanoseconds
}

// batch sends requests, one after the other.
func (m *measured) batch(b *testing.B, requests [][]byte) {
	cpu, wall := m.child.cpu(), clock.Wall{}.Now()
	for _, r := range requests {
		m.conn.do(b, r)
	}
	m.wall += float64(clock.Wall{}.Now().Sub(wall))
	m.cpu += m.child.cpu() - cpu
}

func BenchmarkWire(b *testing.B) {
	for _, l := range loads {
		b.Run(l.name, func(b *testing.B) { l.wire(b) })
	}
}

func (l load) wire(b *testing.B) {
	own := &measured{child: start(b, "esimsim", "")}
	own.conn = dial(b, own.child)
	own.control(b, http.MethodPatch, "", settings)
	own.control(b, http.MethodPost, "/clock", map[string]any{"freeze": true})
	m := menu{seen: map[string][]string{}}
	m.read(b, func(c call, n int) []byte { return bytes.Clone(own.conn.do(b, wireBytes(c.request(own.url, n)))) })
	base := &measured{child: start(b, l.name, string(l.twin(b, open(b)).answer))}
	base.conn = dial(b, base.child)
	key, n := keyOf(l.api, world), 0
	var rounds float64
	for b.Loop() {
		// One round of the loop is an hour of calls, so that no timer is in the way.
		rounds++
		own.control(b, http.MethodPost, "/clock", map[string]any{"advance": "1h"})
		var ready [][]byte
		for range perHour {
			n++
			ready = append(ready, wireBytes(l.call(m, key, n).request(own.url, n)))
		}
		own.batch(b, ready)
		base.batch(b, ready)
	}
	calls := rounds * perHour
	b.ReportMetric(0, "ns/op") // of both together, which says nothing
	b.ReportMetric(own.wall/calls, "ns/call")
	b.ReportMetric(base.wall/calls, "base-ns/call")
	b.ReportMetric(base.wall/own.wall, "time-ratio")
	b.ReportMetric(own.cpu/calls, "cpu-ns/call")
	b.ReportMetric(base.cpu/calls, "base-cpu-ns/call")
	b.ReportMetric(base.cpu/own.cpu, "cpu-ratio")
}
