package esimfly

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
)

// The inputs are those of api-docs, Authentication; the signature printed there is a
// placeholder, these are computed.
func TestSignVectors(t *testing.T) {
	t.Parallel()
	c := credential{
		timestamp: "1628670421000", requestID: "4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2", accessCode: "esf_11111",
	}
	s := newSigner("sk_1111")
	for body, want := range map[string]string{
		`{"packageCode":"PHAJHEAYP"}`:  "FA2050B34D3C61025B991E8C82967BC583C02A92ED625D985F46DC7E25BFA934",
		`{"packageCode": "PHAJHEAYP"}`: "46CA67C64BDE01294FF232415CB88C3A79F1E5AA3536CE485F15392383A14D98",
		"":                             "F0B625B05DD9B5D5402286987CE4A6D14AC52B0056D2A1592ABBB57BA5FC3BC4",
	} {
		for range 2 { // the second time from the kept hash
			if got := string(s.sign(c, []byte(body))); got != want {
				t.Errorf("body %s: signature %s, want %s", body, got, want)
			}
		}
	}
}

// The headers of an event, and its signature of a known body.
func TestSignEvent(t *testing.T) {
	t.Parallel()
	got := signEvent(sim.Signing{
		Event: "esim.provisioned", ID: "4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2", Secret: "whsec_test",
		Body: []byte(`{"event":"esim.provisioned"}`), At: time.Date(2026, 10, 5, 9, 22, 10, 640e6, time.UTC),
	})
	want := http.Header{
		"X-Webhook-Event":     {"esim.provisioned"},
		"X-Webhook-Signature": {"sha256=1200a87cefe7769e8b090e78c2682a89327c0cc74544a3587d50208512a7cbe8"},
		"X-Webhook-Timestamp": {"2026-10-05T09:22:10.640Z"},
		"X-Webhook-Id":        {"4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2"},
		"Content-Type":        {"application/json"},
		"User-Agent":          {"eSIMfly-Webhook/1.0"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("headers %v", got)
	}
}

//nolint:paralleltest // AllocsPerRun counts the whole process
func TestSignDoesNotAllocate(t *testing.T) {
	c := credential{timestamp: "1628670421000", requestID: "4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2", accessCode: "esf_11111"}
	s, body := newSigner("sk_1111"), []byte(`{"packageCode":"PHAJHEAYP"}`)
	if n := testing.AllocsPerRun(100, func() { s.sign(c, body) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzRequestID(f *testing.F) {
	for _, s := range []string{
		"4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2", "4CE9D9CD-AC9E-4E17-B3A2-C66C358C1CE2",
		"4ce9d9cd-ac9e-1e17-b3a2-c66c358c1ce2", "", strings.Repeat("-", 36), "4ce9d9cd-ac9e-4e17-é3a2-c66c358c1ce",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := len(s) == 36
		for i, r := range []byte(s) {
			switch {
			case i == 8 || i == 13 || i == 18 || i == 23:
				want = want && r == '-'
			case i == 14:
				want = want && r == '4'
			case i == 19:
				want = want && strings.IndexByte("89abAB", r) >= 0
			default:
				want = want && strings.IndexByte("0123456789abcdefABCDEF", r) >= 0
			}
		}
		if got := isUUIDv4(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	})
}

func FuzzTimestamp(f *testing.F) {
	now := time.UnixMilli(1628670421000)
	for _, s := range []string{"1628670421000", "1628670421", "", "-1", "+1628670421000", "1e3", strings.Repeat("9", 30)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !(credential{timestamp: s}).fresh(now) {
			return
		}
		digits := strings.TrimLeft(s, "0")
		if len(digits) != 13 || !strings.HasPrefix(digits, "1628670") {
			t.Errorf("%q is fresh at %d", s, now.UnixMilli())
		}
	})
}

func FuzzTarget(f *testing.F) {
	for _, s := range []string{"https://shop.example/hook", "http://127.0.0.1:9", "http://8.8.8.8", "http://[::1", "//shop", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if isTarget(s) && !strings.HasPrefix(strings.ToLower(s), "http") {
			t.Errorf("%q was taken", s)
		}
	})
}

// The windows are the clock's own.
func TestWindows(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC)
	for l, from := range map[limit]string{hourly: "08:00:00", perMinute: "08:15:00", aDay: "00:00:00"} {
		var w window
		w.roll(now, l)
		w.Calls = l.most
		if got := w.From.Format(time.TimeOnly); got != from {
			t.Errorf("%d calls from %s, want %s", l.most, got, from)
		}
		end := w.From.Add(l.length)
		if w.roll(end.Add(-1), l); w.Calls != l.most {
			t.Errorf("%d calls: forgotten before the end", l.most)
		}
		if w.roll(end, l); w.Calls != 0 || !w.From.Equal(end) {
			t.Errorf("%d calls: %d left at the end, from %s", l.most, w.Calls, w.From)
		}
	}
}

func TestRequestIDsForget(t *testing.T) {
	t.Parallel()
	var m requestIDs
	now := time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC)
	for range 10 {
		for _, id := range []string{"a", "b", "c"} {
			if !m.use(id, now) || m.use(id, now) {
				t.Fatalf("%s at %s", id, now)
			}
		}
		now = now.Add(replayWindow)
	}
	if n := len(m.Recent) + len(m.Before); n > 6 {
		t.Errorf("%d ids are kept", n)
	}
}

// Every error a rule can ask for, by operation and edition, and every kind of the
// engine's.
func TestErrorBodies(t *testing.T) {
	t.Parallel()
	for _, edition := range []string{edition2025, edition2026} {
		t.Run(edition, func(t *testing.T) {
			t.Parallel()
			golden.JSON(t, "testdata/"+edition+"/errors.json", errorBodies(t, edition))
		})
	}
	w := wording{edition2025, "401"}
	if r := encodeAs(w, &sim.Request{}, errRateLimited); r.Status != 401 {
		t.Errorf("rate limit: status %d, want 401", r.Status)
	}
	r := encodeAs(w, &sim.Request{}, &sim.MethodError{Allow: []string{"GET", "POST"}})
	if got := r.Header.Get("Allow"); got != "GET, POST" {
		t.Errorf("Allow %q", got)
	}
}

func errorBodies(t *testing.T, edition string) []byte {
	t.Helper()
	type body struct {
		Name   string `json:"name"`
		Status int    `json:"status"`
		Body   any    `json:"body"`
	}
	var all []body
	add := func(name, operation string, err error) {
		r := encodeAs(wording{edition, "429"}, &sim.Request{Operation: operation}, err)
		all = append(all, body{name, r.Status, r.Body})
	}
	for _, e := range namedErrors {
		if errors.Is(e.Err, sim.ErrInternal) {
			for _, op := range Provider().Operations() {
				add(e.Name+" of "+op.ID, op.ID, e.Err)
			}
			continue
		}
		add(e.Name+" "+strings.Join(e.Operations, " "), "", e.Err)
	}
	add("no route", "", sim.ErrNoRoute)
	add("wrong method", "", &sim.MethodError{Allow: []string{"GET", "POST"}})
	add("too large", "createOrder", sim.ErrTooLarge)
	add("violation", "createOrder", &sim.ViolationError{Findings: []sim.Finding{{Message: "send /price: it is required"}}})
	add("forbidden", "getBalance", sim.ErrForbidden)
	add("unknown", "", json.Unmarshal([]byte("{"), new(any)))
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
