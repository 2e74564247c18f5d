package esimgo_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimgo"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

var frozen = time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC)

// start runs a simulator whose worlds stand still.
func start(t *testing.T) *sim.Server {
	t.Helper()
	return sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimgo.Provider()}, Freeze: frozen})
}

// startWith is start with scenarios of the test's own, by name.
func startWith(t *testing.T, scenarios map[string]string) *sim.Server {
	t.Helper()
	library := fstest.MapFS{}
	for name, text := range scenarios {
		text = "version: 1\nname: " + name + "\nsummary: for a test\n" + text
		library[name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	return sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimgo.Provider()}, Freeze: frozen, Library: library})
}

// A client calls the API as one credential.
type client struct {
	*testing.T
	srv     *sim.Server
	world   string
	version string
}

func as(t *testing.T, srv *sim.Server, world string) client {
	t.Helper()
	return client{t, srv, world, "v2.4"}
}

// in is the same client, speaking another version.
func (c client) in(version string) client {
	c.version = version
	return c
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

// call sends a request; header holds names and values in turn.
func (c client) call(method, path, body string, header ...string) reply {
	c.Helper()
	req, err := http.NewRequestWithContext(c.Context(), method, c.srv.URL()+"/"+c.version+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	req.Header.Set("X-API-Key", "esimgo_"+c.world)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, data}
}

// ok is the body of an answer that must be 200.
func (c client) ok(method, path, body string, header ...string) []byte {
	c.Helper()
	r := c.call(method, path, body, header...)
	if r.status != http.StatusOK {
		c.Fatalf("%s %s %s: %d %s, want 200", method, path, body, r.status, r.body)
	}
	return r.body
}

func (c client) get(path string, header ...string) []byte {
	c.Helper()
	return c.ok(http.MethodGet, path, "", header...)
}

// refused says how an answer differs from that refusal.
func (c client) refused(r reply, status int, message string) {
	c.Helper()
	if want := `{"message":"` + message + `"}`; r.status != status || string(r.body) != want {
		c.Errorf("answer is %d %s, want %d %s", r.status, r.body, status, want)
	}
}

// golden compares with testdata/<name>.json, or testdata/<version>/<name>.json for other
// versions than the usual, with the origin put at a fixed name.
func (c client) golden(name string, body []byte) {
	c.Helper()
	if c.version != "v2.4" {
		name = c.version + "/" + name
	}
	golden.JSON(c.T, "testdata/"+name+".json", bytes.ReplaceAll(body, []byte(c.srv.URL()), []byte("http://sim.test")))
}

// buy orders a number of a bundle; extra are further fields of the line.
func (c client) buy(bundle string, quantity int, assign bool, extra string) order {
	c.Helper()
	return parse[order](c, c.ok(http.MethodPost, "/orders", orderBody("transaction", bundle, quantity, assign, extra)))
}

func orderBody(kind, bundle string, quantity int, assign bool, extra string) string {
	b, _ := json.Marshal(map[string]any{"type": kind, "assign": assign})
	line, _ := json.Marshal(map[string]any{"type": "bundle", "quantity": quantity, "item": bundle})
	if extra != "" {
		line = append(append(line[:len(line)-1], ','), extra+"}"...)
	}
	return string(b[:len(b)-1]) + `,"order":[` + string(line) + `]}`
}

// esim buys one bundle on a new eSIM and gives its ICCID.
func (c client) esim(bundle string) string {
	c.Helper()
	return c.buy(bundle, 1, true, "").Order[0].ICCIDs[0]
}

// use lets the eSIM use data and gives how much there was.
func (c client) use(iccid string, bytes esim.Bytes) (esim.Bytes, error) {
	c.Helper()
	a, err := phone.Act(c.srv.WorldT(c, c.world), iccid, esim.Action{Kind: esim.Use, Bytes: bytes}, esim.MB)
	return a.Used, err
}

func (c client) mustUse(iccid string, bytes esim.Bytes) {
	c.Helper()
	if used, err := c.use(iccid, bytes); err != nil || used != bytes {
		c.Fatalf("used %d of %d: %v", used, bytes, err)
	}
}

func (c client) act(iccid string, kind esim.ActionKind) {
	c.Helper()
	if _, err := phone.Act(c.srv.WorldT(c, c.world), iccid, esim.Action{Kind: kind}, esim.MB); err != nil {
		c.Fatal(err)
	}
}

func (c client) advance(d time.Duration) []sim.Happening {
	c.Helper()
	happened, err := c.srv.WorldT(c, c.world).Advance(d)
	if err != nil {
		c.Fatal(err)
	}
	return happened
}

// crawl lets the world's clock run, so slowly that a test sees one second only.
func (c client) crawl() {
	c.Helper()
	if _, err := c.srv.WorldT(c, c.world).Follow(1e-6); err != nil {
		c.Fatal(err)
	}
}

func (c client) set(name string, value any) {
	c.Helper()
	if err := c.srv.WorldT(c, c.world).Patch(sim.Patch{"esimgo": {name: value}}); err != nil {
		c.Fatal(err)
	}
}

// assignments are those of the eSIM, all of them, the newest first.
func (c client) assignments(iccid string) (found []assignment) {
	c.Helper()
	w := parse[struct {
		Bundles []struct{ Assignments []assignment }
	}](c, c.get("/esims/"+iccid+"/bundles?includeUsed=true&limit=200"))
	for _, b := range w.Bundles {
		found = append(found, b.Assignments...)
	}
	return found
}

// memory is all that the account shows of itself.
func (c client) memory() string {
	c.Helper()
	return string(bytes.Join([][]byte{
		c.get("/organisation"), c.get("/orders?limit=1000"), c.get("/esims?perPage=100"), c.get("/inventory"),
	}, nil))
}

// balance is that of the organisation.
func (c client) balance() float64 {
	c.Helper()
	return parse[struct{ Organisations []struct{ Balance float64 } }](c, c.get("/organisation")).Organisations[0].Balance
}

// edges are the names of what happened, in order.
func edges(happened []sim.Happening) (names []string) {
	for _, h := range happened {
		names = append(names, strings.TrimPrefix(h.Edge, "esimgo."))
	}
	return names
}

type order struct {
	Order []struct {
		ESIMs []struct{ ICCID, MatchingID, SMDPAddress string }
		Type  string
		Item  string
		// Absent while it is processing.
		ICCIDs []string
	}
	Total          float64
	Valid          *bool
	Status         string
	StatusMessage  string
	OrderReference string
}

type assignment struct {
	ID                string
	InitialQuantity   esim.Bytes
	RemainingQuantity esim.Bytes
	StartTime         string
	EndTime           string
	BundleState       string
}

func parse[T any](t testing.TB, body []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}
