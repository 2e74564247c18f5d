package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// wrkEnv asks for TestLoad; its value is how long wrk runs each time, in whole seconds: 2s.
const wrkEnv = "ESIMSIM_LOAD"

// onlyEnv names the loads, by a part of their names; without it all are driven.
const onlyEnv = "ESIMSIM_LOAD_ONLY"

// prismEnv is the program of another simulator, which is given our own document.
const prismEnv = "ESIMSIM_LOAD_PRISM"

// script lets wrk send requests that were made before, each thread its own.
const script = `
local threads = 0
function setup(thread) thread:set("id", threads); threads = threads + 1 end
local requests, at = {}, 0
function init(args)
  local file = io.open(args[1], "rb")
  local all, n = file:read("*a"), 0
  file:close()
  local pos = 1
  while pos <= #all do
    local a, b, c, d = all:byte(pos, pos + 3)
    local size = ((a * 256 + b) * 256 + c) * 256 + d
    if n % tonumber(args[2]) == id then requests[#requests + 1] = all:sub(pos + 4, pos + 3 + size) end
    pos, n = pos + 4 + size, n + 1
  end
end
function request() at = at % #requests + 1; return requests[at] end
`

// TestLoad drives wrk at the simulator, its twins and, where it is given, another
// simulator, and prints what they bear. It asserts nothing about speed: it is for reading,
// by make load.
func TestLoad(t *testing.T) {
	t.Parallel()
	span, err := time.ParseDuration(os.Getenv(wrkEnv))
	if err != nil {
		t.Skip("make load runs this")
	}
	wrk, err := exec.LookPath("wrk")
	if err != nil {
		t.Fatal("wrk is missing")
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "load\tconnections\treq/s\tp50\tp99\tCPU/req\tbase req/s\tbase CPU/req\treq/s ratio\tCPU ratio\t")
	for _, l := range loads { //nolint:paralleltest // the machine is for one reading at a time
		if !strings.Contains(l.name, os.Getenv(onlyEnv)) {
			continue
		}
		for _, connections := range []int{1, 16, 64, 256} {
			t.Run(l.name, func(t *testing.T) {
				// Each has servers of its own, and pays for no orders of the one before.
				d, own := newDriver(t, wrk, span)
				base := start(t, l.name, string(l.twin(t, open(t)).answer))
				a, b := d.drive(l, own, connections), d.drive(l, base, connections)
				_, _ = fmt.Fprintf(table, "%s\t%d\t%.0f\t%s\t%s\t%.0f µs\t%.0f\t%.0f µs\t%.2f\t%.2f\t\n",
					l.name, connections, a.rate, a.p50, a.p99, a.cpu, b.rate, b.cpu, a.rate/b.rate, b.cpu/a.cpu)
			})
		}
	}
	if path := os.Getenv(prismEnv); path != "" {
		(&driver{t: t, wrk: wrk, span: span}).prism(table, path)
	}
	_ = table.Flush()
}

// A driver starts wrk again and again.
type driver struct {
	t    *testing.T
	wrk  string
	span time.Duration
	dir  string
	menu menu
	made int // requests so far, so that none is like another
}

// newDriver starts a simulator, too, and makes ready what it is asked.
func newDriver(t *testing.T, wrk string, span time.Duration) (*driver, child) {
	d := &driver{t: t, wrk: wrk, span: span, dir: t.TempDir(), menu: menu{seen: map[string][]string{}}}
	if err := os.WriteFile(filepath.Join(d.dir, "load.lua"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	own := start(t, "esimsim", "")
	own.control(t, http.MethodPatch, "", settings)
	own.control(t, http.MethodPost, "/clock", map[string]any{"freeze": true}) // no limit on rates is met then
	conn := dial(t, own)
	d.menu.read(t, func(c call, n int) []byte { return bytes.Clone(conn.do(t, wireBytes(c.request(own.url, n)))) })
	return d, own
}

// A reading is what wrk says, and what the server's process spent.
type reading struct {
	rate     float64
	p50, p99 string
	cpu      float64 // microseconds for each request
}

// perSecond is more than any server here answers.
const perSecond = 120_000

func (d *driver) drive(l load, c child, connections int) reading {
	d.t.Helper()
	threads := min(connections, 2)
	var ready bytes.Buffer
	count := int(perSecond * d.span.Seconds())
	for range count {
		d.made++
		request := wireBytes(l.call(d.menu, keyOf(l.api, world), d.made).request(c.url, d.made))
		ready.Write(binary.BigEndian.AppendUint32(nil, uint32(len(request))))
		ready.Write(request)
	}
	file := filepath.Join(d.dir, "requests")
	if err := os.WriteFile(file, ready.Bytes(), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return d.run(c, connections, threads, "-s", filepath.Join(d.dir, "load.lua"), c.url, "--", file, strconv.Itoa(threads))
}

var (
	requests = regexp.MustCompile(`(\d+) requests in`)
	rate     = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	quantile = regexp.MustCompile(`(?m)^\s+(50|99)%\s+(\S+)`)
	faulty   = regexp.MustCompile(`(?m)^\s*(Non-2xx.*|Socket errors: .*)$`)
)

func (d *driver) run(c child, connections, threads int, args ...string) (r reading) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), d.span+time.Minute)
	defer cancel()
	before := c.cpu()
	args = append([]string{"-t", strconv.Itoa(threads), "-c", strconv.Itoa(connections), "-d", d.span.String(), "--latency"}, args...)
	out, err := exec.CommandContext(ctx, d.wrk, args...).CombinedOutput()
	spent := c.cpu() - before
	text := string(out)
	if err != nil || !rate.MatchString(text) {
		d.t.Fatalf("wrk: %v\n%s", err, text)
	}
	if bad := faulty.FindString(text); bad != "" {
		d.t.Errorf("%d connections: %s", connections, bad)
	}
	r.rate, _ = strconv.ParseFloat(rate.FindStringSubmatch(text)[1], 64)
	n, _ := strconv.ParseFloat(requests.FindStringSubmatch(text)[1], 64)
	r.cpu = spent / n / 1000
	for _, m := range quantile.FindAllStringSubmatch(text, -1) {
		if m[1] == "50" {
			r.p50 = m[2]
		} else {
			r.p99 = m[2]
		}
	}
	return r
}

// prism measures another simulator that serves examples of our own document.
func (d *driver) prism(table *tabwriter.Writer, path string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	cmd := exec.Command(path, "mock", "--port", port, "--verboseLevel", "warn", "../../openapi/esimgo.yaml")
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	c := child{url: "http://127.0.0.1:" + port, pid: cmd.Process.Pid}
	for {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
			break
		}
		if d.t.Context().Err() != nil {
			return
		}
	}
	for _, connections := range []int{1, 16, 64} {
		r := d.run(c, connections, 1, "-H", "X-API-Key: "+keyOf("esimgo", world), c.url+"/catalogue?page=2&perPage=50")
		_, _ = fmt.Fprintf(table, "Prism, EsimgoCatalogue\t%d\t%.0f\t%s\t%s\t%.0f µs\t\t\t\t\t\n", connections, r.rate, r.p50, strings.TrimSpace(r.p99), r.cpu)
	}
}
