package brief_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// start runs a simulator with all providers; each scenario is the policies, rules or
// settings of one, in YAML, and is on in every world.
func start(t *testing.T, scenarios ...string) *sim.Server {
	t.Helper()
	cfg := sim.Config{Providers: all.Providers()}
	for i, text := range scenarios {
		name := fmt.Sprintf("brief-%d", i+1)
		file := filepath.Join(t.TempDir(), name+".yaml")
		head := "version: 1\nname: " + name + "\nsummary: One of the tests.\n"
		if err := os.WriteFile(file, []byte(head+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg.Scenarios = append(cfg.Scenarios, file)
	}
	s := sim.StartT(t, cfg)
	// A connection that was opened ahead and never used would hold up the end.
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return s
}

// A client calls one provider as one world.
type client struct {
	server *sim.Server
	world  string
	base   string
	// sign puts the credential on a request.
	sign func(r *http.Request, body string)
}

func newClient(s *sim.Server, world, prefix string, sign func(*http.Request, string)) client {
	return client{server: s, world: world, base: s.URL() + prefix, sign: sign}
}

// call sends one request; header holds names and values in turn, and "" leaves one out.
func (c client) call(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	got, err := c.do(t.Context(), method, path, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// do is call for goroutines, which may not end a test.
func (c client) do(ctx context.Context, method, path, body string, header ...string) (reply, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.sign != nil {
		c.sign(r, body)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if r.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			r.Header.Del(header[i])
		}
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	return reply{r.Method + " " + r.URL.RequestURI(), res.StatusCode, res.Header, data}, err
}

func (c client) get(t *testing.T, path string, header ...string) reply {
	t.Helper()
	return c.call(t, http.MethodGet, path, "", header...)
}

func (c client) post(t *testing.T, path, body string, header ...string) reply {
	t.Helper()
	return c.call(t, http.MethodPost, path, body, header...)
}

// fetch reads a link that an answer gave, without any credential.
func fetch(t *testing.T, link string) reply {
	t.Helper()
	return client{base: link}.get(t, "")
}

// A reply is one answer.
type reply struct {
	call   string
	status int
	header http.Header
	body   []byte
}

// want fails the test on any other status.
func (r reply) want(t *testing.T, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("%s: want status %d, got %d\n%s", r.call, status, r.status, r.body)
	}
	return r
}

func (r reply) json(t *testing.T) *node {
	t.Helper()
	n, err := parse(r.body)
	if err != nil {
		t.Fatalf("%s: want JSON, got %v\n%s", r.call, err, r.body)
	}
	return n
}

// at is the value by that path, such as data.items.0.esimId.
func (r reply) at(t *testing.T, path string) *node {
	t.Helper()
	n := r.json(t).at(path)
	if n == nil {
		t.Fatalf("%s: want a value at %s, got\n%s", r.call, path, r.body)
	}
	return n
}

func (r reply) text(t *testing.T, path string) string {
	t.Helper()
	n := r.at(t, path)
	if n.kind != "string" {
		t.Fatalf("%s: want a string at %s, got %s", r.call, path, n)
	}
	return n.text
}

func (r reply) number(t *testing.T, path string) float64 {
	t.Helper()
	n := r.at(t, path)
	f, ok := n.number()
	if !ok {
		t.Fatalf("%s: want a number at %s, got %s", r.call, path, n)
	}
	return f
}

// list is the array by that path; "" is the answer itself.
func (r reply) list(t *testing.T, path string) []*node {
	t.Helper()
	n := r.json(t)
	if path != "" {
		n = r.at(t, path)
	}
	if n.kind != "array" {
		t.Fatalf("%s: want an array at %q, got %s", r.call, path, n)
	}
	return n.items
}

// isJSON wants the content type of JSON.
func (r reply) isJSON(t *testing.T) {
	t.Helper()
	if kind := r.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		t.Errorf("%s: want Content-Type application/json, got %q", r.call, kind)
	}
}

// refused wants an answer of 400 to 499.
func (r reply) refused(t *testing.T) {
	t.Helper()
	if r.status < 400 || r.status > 499 {
		t.Errorf("%s: want a refusal, got %d\n%s", r.call, r.status, r.body)
	}
}

// advice are findings about how fast, how much and how often, of which the pages say nothing.
var advice = []string{"esimgo.rate-limit", "esimgo.large-order", "esimgo.order-repeated"}

// findings are the codes of what the request has wrong.
func (r reply) findings() (codes []string) {
	for code := range strings.SplitSeq(r.header.Get("X-Esimsim-Findings"), ", ") {
		if code != "" && !slices.Contains(advice, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// clean wants 200 without a finding: the request keeps to the contract.
func (r reply) clean(t *testing.T) reply {
	t.Helper()
	r.want(t, http.StatusOK)
	if found := r.findings(); len(found) > 0 {
		t.Errorf("%s: want no finding, got %s", r.call, found)
	}
	return r
}

// odd wants a refusal or a finding: what the page does not allow is never silent.
func (r reply) odd(t *testing.T) {
	t.Helper()
	if r.status < 400 && len(r.findings()) == 0 {
		t.Errorf("%s: want a refusal or a finding, got %d without one\n%s", r.call, r.status, r.body)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: want %v, got %v", what, want, got)
	}
}

// control calls the control plane about the client's world.
func (c client) control(t *testing.T, method, path, body string) reply {
	t.Helper()
	plane := newClient(c.server, c.world, "/_sim/worlds/"+url.PathEscape(c.world), nil)
	return plane.call(t, method, path, body)
}

func (c client) set(t *testing.T, settings string) {
	t.Helper()
	c.control(t, http.MethodPatch, "", settings).want(t, http.StatusOK)
}

// stop holds the world's clock at an instant.
func (c client) stop(t *testing.T, at time.Time) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"set": at.UTC().Format(time.RFC3339Nano)})
	if err != nil {
		t.Fatal(err)
	}
	c.control(t, http.MethodPost, "/clock", string(body)).want(t, http.StatusOK)
}

func (c client) advance(t *testing.T, duration string) {
	t.Helper()
	c.control(t, http.MethodPost, "/clock", `{"advance":"`+duration+`"}`).want(t, http.StatusOK)
}

// device lets the device that carries an eSIM do something with it.
func (c client) device(t *testing.T, iccid, action, body string) {
	t.Helper()
	c.control(t, http.MethodPost, "/esims/"+iccid+"/"+action, body).want(t, http.StatusOK)
}

// An output is what a program wrote.
type output struct{ stdout, stderr string }

// run carries out a program and wants it to succeed.
func run(t *testing.T, env []string, name string, args ...string) output {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(append(os.Environ(), "NO_PROXY=*", "no_proxy=*"), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\nstdout: %s\nstderr: %s", name, err, &stdout, &stderr)
	}
	return output{stdout.String(), stderr.String()}
}

// works tells whether a program ends well.
func works(t *testing.T, name string, args ...string) bool {
	t.Helper()
	return exec.CommandContext(t.Context(), name, args...).Run() == nil
}
