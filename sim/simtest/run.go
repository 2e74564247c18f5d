package simtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/sim"
)

// Run checks every rule.
func Run(t *testing.T, s Subject) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, Subject){
		"table and document agree":        tableAgrees,
		"findings have their grounds":     findingsGrounded,
		"every operation succeeds":        everyOperation,
		"its clients are known":           clients,
		"refusals are in its own words":   refusals,
		"bad input changes nothing":       badInput,
		"worlds never see each other":     worldsApart,
		"one seed gives the same bytes":   sameBytes,
		"forty buyers, money for ten":     fortyBuyers,
		"sixty-four clients at once":      crowd,
		"strict refuses, report does not": modes,
		"what can happen next is told":    machines,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, s)
		})
	}
}

func tableAgrees(t *testing.T, s Subject) {
	doc, err := contract.Load(s.Provider.Document())
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]sim.OperationInfo{}
	for _, op := range s.Provider.Operations() {
		table[op.ID] = op
		if doc.Operation(op.ID) == nil {
			t.Errorf("%s is served but not in the document", op.ID)
		}
	}
	for _, op := range doc.Operations() {
		row, ok := table[op.ID]
		if !ok {
			t.Errorf("%s is in the document but not served", op.ID)
		} else if row.Method != op.Method || row.Path != op.Path {
			t.Errorf("%s: document says %s %s, table %s %s", op.ID, op.Method, op.Path, row.Method, row.Path)
		}
	}
}

func findingsGrounded(t *testing.T, s Subject) {
	bases := []sim.Basis{sim.Brief, sim.Observed, sim.Documented, sim.Assumed}
	told := map[sim.NamedFinding]bool{}
	for _, f := range sim.Findings([]*sim.Provider{s.Provider}) {
		if f.Provider != s.Provider.Name() {
			continue
		}
		if !strings.Contains(f.Code, ".") || !slices.Contains(bases, f.Basis) || !strings.HasSuffix(f.Says, ".") {
			t.Errorf("%+v needs a code with a dot, a basis and a sentence", f.NamedFinding)
		}
		if told[f.NamedFinding] {
			t.Errorf("%s is there twice", f.Code)
		}
		told[f.NamedFinding] = true
	}
}

func everyOperation(t *testing.T, s Subject) {
	x := s.session(t, s.start(t), "story")
	met := map[string]bool{}
	for _, c := range s.Calls {
		if a := x.do(c); a.status/100 != 2 {
			t.Errorf("%s: %d %s", c.Operation, a.status, a.body)
		}
		met[c.Operation] = true
	}
	for _, op := range s.Provider.Operations() {
		if !met[op.ID] {
			t.Errorf("the story never calls %s", op.ID)
		}
	}
}

// clients tells the story with the client that a world gives, which signs for itself.
func clients(t *testing.T, s Subject) {
	s.Sign = func(*http.Request, []byte, string) {}
	x := s.session(t, s.start(t), "client")
	x.http = x.srv.WorldT(t, "client").Client(s.Provider.Name())
	for _, c := range s.Calls {
		if a := x.do(c); a.status/100 != 2 {
			t.Errorf("%s: %d %s", c.Operation, a.status, a.body)
		}
	}
}

func refusals(t *testing.T, s Subject) {
	x := s.session(t, s.start(t), "refused")
	first := s.Calls[0]
	unknownKey := x.request(first)
	s.Sign(unknownKey, []byte(first.Body), "no such name!")
	wrongMethod := x.request(first)
	wrongMethod.Method = "PATCH"
	for name, c := range map[string]struct {
		req      *http.Request
		statuses []int
	}{
		"no key":       {x.plain(first.Method, first.Path, []byte(first.Body)), []int{401, 403}},
		"unknown key":  {unknownKey, []int{401, 403}},
		"revoked key":  {s.session(t, x.srv, "revoked-1").request(first), []int{401, 403}},
		"no right":     {s.session(t, x.srv, "forbidden").request(first), []int{403}},
		"no scenario":  {s.session(t, x.srv, "x~no-such-scenario").request(first), []int{401, 403}},
		"wrong method": {wrongMethod, []int{404, 405}},
		"no route":     {x.request(Call{Method: "GET", Path: "/nowhere/at/all"}), []int{404}},
	} {
		a := x.send(c.req)
		if !slices.Contains(c.statuses, a.status) {
			t.Errorf("%s: status %d, want one of %v: %s", name, a.status, c.statuses, a.body)
		}
		inOwnWords(t, name, a)
	}
	if got := x.srv.WorldT(t, "refused").Journal(sim.Filter{}); len(got) == 0 {
		t.Error("the journal of the world says nothing of its refused requests")
	}
}

// inOwnWords asks for a JSON object in the provider's content type, and the way to the
// journal.
func inOwnWords(t *testing.T, name string, a answer) {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil || len(v) == 0 {
		t.Errorf("%s: body is no JSON object: %s", name, a.body)
	}
	if ct := a.header.Get("Content-Type"); !strings.HasPrefix(ct, "application/json") {
		t.Errorf("%s: content type %q", name, ct)
	}
	if a.header.Get("X-Esimsim-Request") == "" {
		t.Errorf("%s: no X-Esimsim-Request", name)
	}
}

func badInput(t *testing.T, s Subject) {
	srv := s.start(t)
	x := s.session(t, srv, "bad")
	for _, c := range s.Calls {
		x.do(c)
	}
	world := srv.WorldT(t, "bad")
	before := s.dump(t, world)
	big := bytes.Repeat([]byte("x"), 2<<20)
	for _, c := range s.Calls {
		if c.Body == "" {
			continue
		}
		for name, body := range map[string]string{
			"cut off": x.fill(c.Body)[:len(x.fill(c.Body))-1], "no JSON": "hello", "array": "[]", "text": `"x"`,
			"number": "12", "null": "null", "empty object": "{}", "wrong types": wrongTypes(x.fill(c.Body)), "huge": string(big),
			"NUL": "{\"\x00\":1}", "bad UTF-8": "{\"a\":\"\xff\"}",
		} {
			bad := c
			bad.Body, bad.Keep, bad.Act = body, nil, nil
			a := x.send(x.request(bad))
			if a.status < 400 || a.status >= 500 {
				t.Errorf("%s with %s: status %d: %.300s", c.Operation, name, a.status, a.body)
			}
			inOwnWords(t, c.Operation+" with "+name, a)
		}
		chunked := x.request(Call{Method: c.Method, Mount: c.Mount, Path: c.Path})
		chunked.Body, chunked.ContentLength = io.NopCloser(bytes.NewReader(big)), -1
		if a := x.send(chunked); a.status < 400 || a.status >= 500 {
			t.Errorf("%s with a huge chunked body: status %d: %.300s", c.Operation, a.status, a.body)
		}
	}
	if diff := cmp.Diff(before, s.dump(t, world)); diff != "" {
		t.Errorf("bad input changed the state (-before +after):\n%s", diff)
	}
}

// wrongTypes turns every value of an object into one that no field takes.
func wrongTypes(body string) string {
	var v map[string]any
	if json.Unmarshal([]byte(body), &v) != nil {
		return "{}"
	}
	for k, old := range v {
		switch old.(type) {
		case map[string]any:
			v[k] = 7
		default:
			v[k] = map[string]any{"a": []int{1}}
		}
	}
	out, _ := json.Marshal(v)
	return string(out)
}

// dump is the state without what any admitted request may change.
func (s Subject) dump(t *testing.T, w *sim.World) map[string]any {
	t.Helper()
	raw, err := w.Dump()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	for name, data := range raw {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		if m, ok := v.(map[string]any); ok {
			for _, key := range s.Volatile {
				if _, known := m[key]; !known {
					t.Fatalf("state has no volatile member %q", key)
				}
				delete(m, key)
			}
		}
		out[name] = v
	}
	return out
}

func worldsApart(t *testing.T, s Subject) {
	srv := s.start(t)
	one, other := s.session(t, srv, "one"), s.session(t, srv, "other")
	for _, c := range s.Calls {
		one.do(c)
	}
	before := s.dump(t, srv.WorldT(t, "other"))
	if esims, ok := before["esims"].([]any); ok && len(esims) > 0 {
		t.Fatalf("a new world has eSIMs: %v", esims)
	}
	// What one kept means nothing to the other: no call that names it may succeed.
	other.kept = one.kept
	for _, c := range s.Calls {
		if c.Method != "GET" || !strings.Contains(c.Path, "{") {
			continue
		}
		c.Keep, c.Act = nil, nil
		if a := other.do(c); a.status < 400 && strings.Contains(string(a.body), one.fill(name(c.Path))) {
			t.Errorf("%s %s shows another world's: %.300s", c.Method, other.fill(c.Path), a.body)
		}
	}
}

// name is the first {name} of a path.
func name(path string) string {
	from := strings.Index(path, "{")
	return path[from : from+strings.Index(path[from:], "}")+1]
}

func sameBytes(t *testing.T, s Subject) {
	a, b := s.session(t, s.start(t), "same"), s.session(t, s.start(t), "same")
	// Another world's doings draw from other chance.
	s.session(t, b.srv, "elsewhere").do(s.Order)
	for _, c := range s.Calls {
		first, second := a.do(c), b.do(c)
		if diff := cmp.Diff(string(first.body), string(second.body)); diff != "" {
			t.Errorf("%s differs:\n%s", c.Operation, diff)
		}
		for _, h := range []http.Header{first.header, second.header} {
			h.Del("Date") // net/http's own, from the machine's clock
		}
		if diff := cmp.Diff(first.header, second.header); diff != "" {
			t.Errorf("headers of %s differ:\n%s", c.Operation, diff)
		}
	}
}

func fortyBuyers(t *testing.T, s Subject) {
	srv := s.start(t)
	world := srv.WorldT(t, "rush")
	if err := world.Patch(sim.Patch{s.Provider.Name(): {"balance": s.Price * 10}}); err != nil {
		t.Fatal(err)
	}
	x := s.session(t, srv, "rush")
	requests := make([]*http.Request, 40)
	for i := range requests {
		requests[i] = x.request(s.Order)
	}
	var wg sync.WaitGroup
	results := make([]int, len(requests))
	for i, req := range requests {
		wg.Go(func() {
			a, err := x.exchange(req)
			if err != nil {
				t.Error(err)
			}
			results[i] = a.status
		})
	}
	wg.Wait()
	bought := 0
	for _, status := range results {
		switch {
		case status/100 == 2:
			bought++
		case status/100 != 4:
			t.Errorf("a refused buyer got %d", status)
		}
	}
	if bought != 10 {
		t.Errorf("%d orders went through, want 10", bought)
	}
	if left := fmt.Sprint(world.View().Settings[s.Provider.Name()]["balance"]); left != "0" {
		t.Errorf("balance is %s, want 0", left)
	}
}

// crowd lets many clients buy and look at once in one world: the money is exact
// afterwards, and the journal holds every exchange.
func crowd(t *testing.T, s Subject) {
	const clients, rounds = 64, 3
	srv := s.start(t)
	world := srv.WorldT(t, "crowd")
	x, probe := s.session(t, srv, "crowd"), s.session(t, srv, "probe")
	if err := world.Patch(sim.Patch{s.Provider.Name(): {"balance": s.Price * (clients*rounds + 1)}}); err != nil {
		t.Fatal(err)
	}
	// Some limit nobody unless they are told to.
	_ = world.Patch(sim.Patch{s.Provider.Name(): {"rateLimit": "off"}})
	var looks []Call
	for _, c := range s.Calls {
		if c.Method == http.MethodGet && !strings.Contains(c.Path+c.Body, "{") && probe.send(probe.request(c)).status/100 == 2 {
			looks = append(looks, c)
		}
	}
	var wg sync.WaitGroup
	for i := range clients {
		var requests []*http.Request
		for n := range rounds {
			requests = append(requests, x.request(s.Order), x.request(looks[(i+n)%len(looks)]))
		}
		wg.Go(func() {
			for _, req := range requests {
				a, err := x.exchange(req)
				if err != nil || a.status/100 != 2 {
					t.Errorf("%s: %v %d %.200s", req.URL.Path, err, a.status, a.body)
				}
			}
		})
	}
	wg.Wait()
	if left := fmt.Sprint(world.View().Settings[s.Provider.Name()]["balance"]); left != fmt.Sprint(s.Price) {
		t.Errorf("balance is %s, want %v", left, s.Price)
	}
	entries, ids := world.Journal(sim.Filter{}), map[string]bool{}
	for _, e := range entries {
		ids[e.ID] = true
	}
	if len(entries) != 2*clients*rounds || len(ids) != len(entries) {
		t.Errorf("the journal has %d entries with %d ids, want %d", len(entries), len(ids), 2*clients*rounds)
	}
}

func modes(t *testing.T, s Subject) {
	srv := s.start(t)
	odd := s.Order
	odd.Path += "?no_such_key=1"
	for mode, refused := range map[sim.Mode]bool{sim.ModeStrict: true, sim.ModeReport: false, sim.ModeOff: false} {
		x := s.session(t, srv, "mode-"+string(mode))
		if err := srv.WorldT(t, x.name).Patch(sim.Patch{"": {"validate": string(mode)}}); err != nil {
			t.Fatal(err)
		}
		a := x.send(x.request(odd))
		if (a.status >= 400) != refused {
			t.Errorf("%s: undeclared query key: status %d: %s", mode, a.status, a.body)
		}
		if found := a.header.Get("X-Esimsim-Findings"); (found != "") != (mode != sim.ModeOff) {
			t.Errorf("%s: findings %q", mode, found)
		}
		if a := x.send(x.request(s.Order)); a.status/100 != 2 {
			t.Errorf("%s: a good order: status %d: %s", mode, a.status, a.body)
		}
	}
}
