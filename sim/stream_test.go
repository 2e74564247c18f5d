package sim_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/control"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/sim"
)

// A listener reads server-sent events.
type listener struct {
	t    *testing.T
	res  *http.Response
	scan *bufio.Scanner
	stop context.CancelFunc
}

type event struct {
	kind, id string
	data     gjson.Result
}

// entry is the id of the entry that an event's id names.
func (e event) entry() string { return e.id[strings.LastIndex(e.id, "-")+1:] }

// listen opens a stream; when it returns, the server follows the journal.
func listen(t *testing.T, link string, header ...string) *listener {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	req, err := http.NewRequestWithContext(ctx, "GET", link, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %d %s", link, res.StatusCode, res.Header)
	}
	scan := bufio.NewScanner(res.Body)
	scan.Buffer(nil, 8<<20)
	return &listener{t, res, scan, stop}
}

// next is the next event, or the next comment as its id; ok is false at the end.
func (l *listener) next() (e event, ok bool) {
	l.t.Helper()
	for l.scan.Scan() {
		key, value, _ := strings.Cut(l.scan.Text(), ": ")
		switch key {
		case "":
			if l.scan.Text() == "" && e.kind != "" {
				return e, true
			}
			if value != "" {
				e.kind, e.id = "comment", value
			}
		case "event":
			e.kind = value
		case "id":
			e.id = value
		case "data":
			e.data = gjson.Parse(value)
		default:
			l.t.Fatalf("line %q", l.scan.Text())
		}
	}
	return e, false
}

// events are the next so many that are no comment, as "kind id", with the ids of entries.
func (l *listener) events(n int) (out []string) {
	l.t.Helper()
	for len(out) < n {
		e, ok := l.next()
		if !ok {
			l.t.Fatalf("the stream ended after %v: %v", out, l.scan.Err())
		}
		if e.kind != "comment" {
			out = append(out, strings.TrimSpace(e.kind+" "+e.entry()))
		}
	}
	return out
}

func TestStream(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	shop := caller{t, srv, "toy_w"}
	link := srv.URL() + "/_sim/worlds/w/requests/stream"
	live, named := listen(t, link), listen(t, link)
	things := listen(t, link+"?operation=createThing")
	id := shop.create().Get("id").String()
	shop.state(id)
	caller{t, srv, "toy_other"}.create()
	shop.create()
	after := func(id string) string { // as an event has it
		for {
			if e, ok := named.next(); !ok || e.entry() == id {
				return e.id
			}
		}
	}
	first, second := after("1"), after("2")
	for _, c := range []struct {
		l    *listener
		want string
	}{
		{live, "request 1, request 2, request 3"},
		{things, "request 1, request 3"},
		{listen(t, link), "request 1, request 2, request 3"},
		{listen(t, link+"?limit=1"), "request 3"},
		{listen(t, link+"?status=200&limit=2"), "request 2, request 3"},
		{listen(t, link, "Last-Event-ID", second), "request 3"},
		{listen(t, link+"?operation=createThing", "Last-Event-ID", first), "request 3"},
	} {
		if got := strings.Join(c.l.events(strings.Count(c.want, ",")+1), ", "); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	// What comes is the journal's own entry.
	new := listen(t, link+"?limit=0")
	shop.do("GET", "/toy/things/none?odd=1", "")
	e, _ := new.next()
	for e.kind == "comment" {
		e, _ = new.next()
	}
	_, _, list := shop.do("GET", "/_sim/worlds/w/requests?limit=1", "")
	if want := gjson.Parse(list.Get("requests.0").Raw).Value(); fmt.Sprint(e.data.Value()) != fmt.Sprint(want) || e.entry() != "4" {
		t.Errorf("%s %s\nwant %v", e.id, e.data, want)
	}
	if err := srv.WorldT(t, "w").Reset(); err != nil {
		t.Fatal(err)
	}
	shop.create()
	if got := new.events(2); got[0] != "cleared 0" || got[1] != "request 1" {
		t.Errorf("after a reset: %v", got)
	}
	// What was seen before has another run's id, though its number is taken again.
	if got := listen(t, link, "Last-Event-ID", first).events(2); got[0] != "cleared 0" || got[1] != "request 1" {
		t.Errorf("after a reset, who comes back: %v", got)
	}
	again := listen(t, link)
	e, _ = again.next()
	for e.kind == "comment" {
		e, _ = again.next()
	}
	srv.Forget("w")
	shop.create()
	shop.create()
	if got := listen(t, link, "Last-Event-ID", e.id).events(3); strings.Join(got, ", ") != "cleared 0, request 1, request 2" {
		t.Errorf("after the world was forgotten, who comes back: %v", got)
	}
	if e, ok := new.next(); !ok || e.kind != "cleared" {
		t.Errorf("a world that goes: %+v", e)
	}
	if _, ok := new.next(); ok || new.scan.Err() != nil {
		t.Errorf("the stream of a world that is gone goes on, %v", new.scan.Err())
	}
	for query, why := range map[string]string{"?limit=-1": "above 0", "?oeration=x": "did you mean operation?", "?format=har": "no such filter"} {
		if status, _, v := shop.do("GET", "/_sim/worlds/w/requests/stream"+query, ""); status != 400 || !strings.Contains(v.Get("detail").String(), why) {
			t.Errorf("%s: %d %s", query, status, v)
		}
	}
	head, err := http.Head(link)
	if err != nil {
		t.Fatal(err)
	}
	_ = head.Body.Close()
	if head.StatusCode != 200 || head.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD: %d %v", head.StatusCode, head.Header)
	}
}

// The end of the server is the end of its streams: in good order, since a connection
// that had to be cut would end without the last chunk. A client that reads nothing is no
// reason to wait.
func TestStreamEndsWithServer(t *testing.T) {
	t.Parallel()
	srv, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start})
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	link := srv.URL() + "/_sim/worlds/w/requests/stream"
	live, stuck := listen(t, link), listen(t, link)
	shop := caller{t, srv, "toy_w"}
	body := `{"name":"` + strings.Repeat("x", sim.MaxBody-100) + `"}`
	for range 12 { // more than the sockets' buffers hold
		shop.do("POST", "/toy/things", body)
	}
	live.events(12)
	before := clock.Wall{}.Now()
	if err := srv.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if took := (clock.Wall{}).Now().Sub(before); took >= 5*time.Second {
		t.Errorf("a client that reads nothing held up the end for %v", took)
	}
	if e, ok := live.next(); ok || live.scan.Err() != nil {
		t.Errorf("%+v, %v, want a good end", e, live.scan.Err())
	}
	_ = stuck.res.Body.Close()
}

// followed is a world of which only the journal is there.
type followed struct {
	control.World
	book journal.Journal
}

func (f *followed) Keep() bool { return true }

func (f *followed) Read(c journal.Filter, after string) *journal.Reader {
	if after != "" {
		return f.book.Resume(c, after)
	}
	return f.book.Follow(c)
}

// oneWorld is a simulator with a single world.
type oneWorld struct {
	control.Sim
	world *followed
}

func (o oneWorld) World(string) (control.World, error) { return o.world, nil }

// A stream outlives the deadlines of ordinary answers, and says that it is there.
func TestStreamHeartbeat(t *testing.T) {
	t.Parallel()
	world := &followed{}
	srv := httptest.NewUnstartedServer(control.New(control.Config{Sim: oneWorld{world: world}, Heartbeat: 10 * time.Millisecond}))
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	srv.Start()
	t.Cleanup(srv.Close)
	l := listen(t, srv.URL+"/_sim/worlds/w/requests/stream")
	for beats := range 20 { // four times the deadlines
		e, ok := l.next()
		if !ok {
			t.Fatalf("the stream ended after %d heartbeats: %v", beats, l.scan.Err())
		}
		if e.kind != "comment" {
			t.Fatalf("%+v, want a comment", e)
		}
	}
	world.book.Add(&journal.Entry{ID: "1"})
	if got := l.events(1); got[0] != "request 1" {
		t.Errorf("%v", got)
	}
	l.stop() // and it ends when the client goes, or the server could not be closed
}

// piped is a connection that takes what the other end reads and no more.
type piped struct {
	header http.Header
	*io.PipeWriter
}

func (p piped) Header() http.Header { return p.header }
func (p piped) WriteHeader(int)     {}
func (p piped) Flush()              {}

// A client too slow for the journal's bounds loses the oldest entries, is told how many,
// and holds nobody up.
func TestStreamSlowClient(t *testing.T) {
	t.Parallel()
	world := &followed{}
	handler := control.New(control.Config{Sim: oneWorld{world: world}})
	ctx, stop := context.WithCancel(t.Context())
	client, connection := io.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		handler.ServeHTTP(piped{http.Header{}, connection}, httptest.NewRequestWithContext(ctx, "GET", "http://localhost/_sim/worlds/w/requests/stream", nil))
		_ = connection.Close()
	}()
	l := &listener{t: t, scan: bufio.NewScanner(client)}
	if e, _ := l.next(); e.kind != "comment" {
		t.Fatalf("%+v", e)
	}
	world.book.Add(&journal.Entry{ID: "1"})
	first := make([]byte, 1)
	if _, err := io.ReadFull(client, first); err != nil { // now it is being sent
		t.Fatal(err)
	}
	for i := range journal.MaxEntries + 7 {
		world.book.Add(&journal.Entry{ID: strconv.Itoa(i + 2)})
	}
	l.scan = bufio.NewScanner(io.MultiReader(bytes.NewReader(first), client))
	if got := strings.Join(l.events(1), ", "); got != "request 1" {
		t.Errorf("%s", got)
	}
	if e, _ := l.next(); e.kind != "lost" || e.data.Raw != `{"lost":7}` {
		t.Errorf("%+v, want 7 lost", e)
	}
	if got := strings.Join(l.events(2), ", "); got != "request 9, request 10" {
		t.Errorf("%s", got)
	}
	stop()
	_ = client.Close()
	<-served
}

// With many writing and many reading, each client finds its exchange whole in the
// journal as soon as it has its answer, and each stream has each entry once, in the
// journal's order.
func TestJournalUnderLoad(t *testing.T) {
	t.Parallel()
	const writers, each, readers = 6, 25, 4
	srv := startToy(t, sim.Config{})
	world := srv.WorldT(t, "w")
	seen := make([][]string, readers)
	var reading, writing sync.WaitGroup
	for i := range readers {
		l := listen(t, srv.URL()+"/_sim/worlds/w/requests/stream")
		reading.Go(func() {
			for len(seen[i]) < writers*each {
				e, ok := l.next()
				if !ok {
					t.Errorf("stream %d ended: %v", i, l.scan.Err())
					return
				}
				if e.kind == "comment" {
					continue
				}
				if e.kind != "request" || e.data.Get("id").String() != e.entry() || e.data.Get("response.body").String() == "" {
					t.Errorf("%+v", e)
				}
				seen[i] = append(seen[i], e.entry())
			}
		})
	}
	for range writers {
		writing.Go(func() {
			c := caller{t, srv, "toy_w"}
			for range each {
				status, header, v := c.do("POST", "/toy/things", `{"name":"x"}`)
				id := header.Get("X-Esimsim-Request")
				found := world.Journal(sim.Filter{})
				at := slices.IndexFunc(found, func(e *journal.Entry) bool { return e.ID == id })
				if at < 0 || found[at].Status != status || found[at].Response.Body != v.Raw || found[at].Response.Header.Get("X-Esimsim-Request") != id {
					t.Errorf("request %s is not whole in the journal, at %d", id, at)
				}
			}
		})
	}
	writing.Wait()
	reading.Wait()
	var order []string
	for _, e := range world.Journal(sim.Filter{}) {
		order = append(order, e.ID)
	}
	for i := range seen {
		if !slices.Equal(order, seen[i]) {
			t.Errorf("stream %d had another order:\n%v\n%v", i, seen[i], order)
		}
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{Version: "v9"})
	c, shop := newController(t, srv), caller{t, srv, "toy_w"}
	shop.create()
	shop.do("GET", "/toy/things/none?odd=1", "")
	caller{t, srv, "sk_live"}.do("GET", "/toy/things/1", "")
	_, v := c.do("GET", "/worlds/w/requests?format=har&status=404", "")
	e := v.Get("log.entries.0")
	if v.Get("log.creator.version").String() != "v9" || v.Get("log.entries.#").Int() != 1 ||
		e.Get("request.url").String() != srv.URL()+"/toy/things/none?odd=1" || e.Get("request.queryString.0.name").String() != "odd" ||
		e.Get("response.status").Int() != 404 || e.Get("_esimsim.id").String() != "2" {
		t.Errorf("%s", v)
	}
	if started, err := time.Parse(time.RFC3339, e.Get("startedDateTime").String()); err != nil || started.IsZero() {
		t.Errorf("startedDateTime %s, %v", e.Get("startedDateTime"), err)
	}
	for _, path := range []string{"/worlds/w/requests?format=har", "/requests?format=har"} {
		_, v := c.do("GET", path, "")
		if strings.Contains(v.Raw, "toy_w") || strings.Contains(v.Raw, "sk_live") || !strings.Contains(v.Raw, journal.Secret) {
			t.Errorf("%s shows a key, or hides none: %s", path, v)
		}
	}
	res := get(t, srv.URL()+"/_sim/worlds/w/requests?format=har", "", "")
	_ = res.Body.Close()
	if got := res.Header.Get("Content-Disposition"); got != `attachment; filename="w.har"` {
		t.Errorf("Content-Disposition %s", got)
	}
	if status, v := c.do("GET", "/worlds/w/requests?format=hra", ""); status != 400 || !strings.Contains(v.Get("detail").String(), "did you mean har?") {
		t.Errorf("%d %s", status, v)
	}
}

// A filter by an operation or a finding that there is none of would choose nothing.
func TestFilterValues(t *testing.T) {
	t.Parallel()
	c := newController(t, startToy(t, sim.Config{}))
	for _, path := range []string{"/requests", "/worlds/w/requests", "/worlds/w/requests/stream"} {
		for query, want := range map[string]string{
			"operation=createThin":    `operation: there is no operation "createThin", did you mean toy.createThing?`,
			"operation=toy.getThing2": `operation: there is no operation "toy.getThing2", did you mean toy.getThing?`,
			"finding=body.undeclard":  `finding: there is no finding "body.undeclard", did you mean body.undeclared?`,
			"finding=route.unkown":    `finding: there is no finding "route.unkown", did you mean route.unknown?`,
			"finding=toy.swa":         `finding: there is no finding "toy.swa", did you mean toy.saw?`,
			"finding=saw":             `finding: there is no finding "saw", did you mean toy.saw?`,
			"finding=shop.unheard-of": `finding: there is no finding "shop.unheard-of"`,
		} {
			key, _, _ := strings.Cut(query, "=")
			if status, v := c.do("GET", path+"?"+query, ""); status != 400 || v.Get("detail").String() != want || v.Get("pointer").String() != "query/"+key {
				t.Errorf("%s?%s: %d %s", path, query, status, v)
			}
		}
	}
	for _, query := range []string{
		"operation=createThing", "operation=toy.createThing", "operation=", "finding=*", "finding=body.required",
		"finding=header.repeated", "finding=method.unknown", "finding=toy.saw", "finding=",
	} {
		if status, v := c.do("GET", "/worlds/w/requests?"+query, ""); status != 200 {
			t.Errorf("%s: %d %s", query, status, v)
		}
	}
}

// A request for no route is told the nearest one that its provider has.
func TestNearestRoute(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{shopProvider()}, Library: library, Freeze: start})
	for asked, want := range map[string]string{
		"GET /shop/v1/order":                      "GET /shop/v1/orders",
		"POST /shop/v1/order":                     "POST /shop/v1/orders",
		"GET /shop/v1/Orders":                     "GET /shop/v1/orders",
		"PUT /shop/v1/orders":                     "GET /shop/v1/orders",
		"GET /shop/v1/ordres/5f3e-1":              "GET /shop/v1/orders/{id}",
		"GET /shop/v1/orders/5f3e-1/item/7":       "GET /shop/v1/orders/{id}/items/{item}",
		"DELETE /shop/v1/orders/5f3e-1":           "GET /shop/v1/orders/{id}",
		"GET /shop/v1/esim/89103000000000001/use": "GET /shop/v1/esims/{iccid}/usage",
		"GET /shop/v1/balances":                   "GET /shop/v1/balance",
		"GET /shop/v2/balances":                   "GET /shop/v2/esims/{iccid}",
		"GET /shop/v1/account/balance":            "GET /shop/v1/balance",
	} {
		method, path, _ := strings.Cut(asked, " ")
		_, header, _ := caller{t, srv, "toy_w"}.do(method, path, "")
		kind := "route"
		if method == "PUT" || method == "DELETE" {
			kind = "method"
		}
		if got := header.Get("X-Esimsim-Hint"); got != "no such "+kind+"; the nearest is "+want {
			t.Errorf("%s: %q, want %s", asked, got, want)
		}
		if got := header.Get("X-Esimsim-Findings"); got != kind+".unknown" {
			t.Errorf("%s: findings %q, want %s.unknown", asked, got, kind)
		}
		got := srv.WorldT(t, "w").Journal(sim.Filter{Limit: 1, Finding: kind + ".unknown"})
		if len(got) != 1 || got[0].Operation != "" || got[0].Hint != header.Get("X-Esimsim-Hint") || got[0].Findings[0].Message != got[0].Hint {
			t.Errorf("%s: the journal has %+v", asked, got)
		}
	}
}

// shopProvider has more paths than the toy, and nothing behind them.
func shopProvider() *sim.Provider {
	d := sim.Definition[struct{}]{
		Name: "shop", Title: "Shop", Mounts: []string{"/shop/v1", "/shop/v2"}, Document: []byte(toyDocument),
		Key:      func(r *sim.Request) string { return r.Header.Get("X-Toy") },
		Identify: func(r *sim.Request) (string, error) { return strings.TrimPrefix(r.Header.Get("X-Toy"), "toy_"), nil },
		KeyOf:    func(name string) (key, secret string) { return "toy_" + name, "" },
		Credentials: func(key, _ string) []sim.Credential {
			return []sim.Credential{{Name: "X-Toy", Value: key}}
		},
		Open:        func(*sim.Tx[struct{}]) {},
		EncodeError: encodeToyError,
	}
	for i, route := range []string{
		"GET /orders", "POST /orders", "GET /orders/{id}", "GET /orders/{id}/items/{item}",
		"GET /esims/{iccid}", "GET /esims/{iccid}/usage", "GET /balance",
	} {
		method, path, _ := strings.Cut(route, " ")
		op := sim.Operation[struct{}]{ID: "op" + strconv.Itoa(i), Method: method, Path: path}
		if !strings.Contains(path, "esims") {
			op.Mounts = []string{"/shop/v1"}
		}
		d.Operations = append(d.Operations, op)
	}
	return sim.Define(d)
}
