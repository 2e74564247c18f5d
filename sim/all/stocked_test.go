package all_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

// mounts are where each provider is called here.
var mounts = map[string]string{"roamify": "/api", "esimgo": "/v2.5", "esimfly": "/api/v1/business"}

// reads are calls that answer what is there; esim, order and the like are filled in.
var reads = map[string][]string{
	"roamify": {
		"/balance", "/esim/order?orderId={order}", "/esim/orders?limit=500", "/esim/orders?status=PENDING", "/esim?iccid={iccid}", "/esims?limit=500",
		"/esims?status=NEW", "/esim/usage?iccid={iccid}", "/esim/usage/details?iccid={iccid}", "/esim/event?iccid={iccid}",
		"/esim/event?referenceId={reference}", "/esims?referenceId={reference}", "/esim/topup/packages?iccid={iccid}",
		"/esim/history?iccid={iccid}", "/esim/vouchers?limit=50", "/esim/voucher/{voucher}", "/refunds?limit=50", "/refund?refundId={refund}",
		"/gifts/gifts", "/gifts/gift?orderId=gc-1", "/health",
	},
	"esimgo": {
		"/orders?limit=100", "/orders/{order}", "/esims/assignments?reference={order}", "/esims?perPage=100", "/esims/{iccid}?additionalFields=appleInstallUrl",
		"/esims/{iccid}/bundles", "/esims/{iccid}/bundles?includeUsed=true", "/esims/{iccid}/bundles/" + gb, "/inventory", "/organisation",
		"/organisation/groups", "/esims/qr/{order}", "/esims/csv/{order}", "/esims/{iccid}/history", "/esims/{iccid}/refresh",
		"/esims/{iccid}/compatible/" + gb, "/esims/{iccid}/location", "/esims/{iccid}/suspend",
	},
	"esimfly": {
		"/balance", "/esims/order?orderReference={order}", "/esims?include_base64=true&limit=100", "/esims?search={iccid}", "/esims/usage/query?iccid={iccid}",
		"/esims/usage/query?order_id={order}", "/orders?limit=100", "/orders?sort_by=amount", "/topup/packages?iccid={iccid}", "/webhooks",
		"POST /esims/status {iccid}", "POST /esims/network-events {iccid}", "POST /esims/usage-report {iccid}", "POST /esims/cancel {iccid}",
	},
}

// writes are what clients do on the way to a world that has something of everything.
var writes = map[string][]string{
	"roamify": {
		`POST /esim/order/topup {"iccid":"{iccid}","packageId":"` + cambodia + `"}`,
		`POST /esim/order {"referenceId":"mine","items":[{"packageId":"` + cambodia + `","quantity":2}]}`,
		`POST /esim/order/instant {"items":[{"packageId":"` + cambodia + `","quantity":1}]}`,
		`POST /esim/link {"iccid":"{iccid}"}`,
		`POST /esim/vouchers {"packageId":"` + cambodia + `","quantity":3,"referenceId":"batch","notes":""}`,
		`POST /refund {"iccid":"{iccid}","reason":"NOT_USED"}`,
		`POST /gifts/gift {"orderId":"gc-1","senderEmail":"ann@example.test","amount":20,"currency":"USD","sender":""}`,
	},
	"esimgo": {
		`POST /orders {"type":"transaction","assign":false,"order":[{"type":"bundle","quantity":4,"item":"` + gb + `"}]}`,
		`POST /orders {"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"` + gb + `"}]}`,
		`POST /esims/apply {"bundle":"` + gb + `"}`,
		`POST /esims/{iccid}/bundles {"name":"` + gb + `"}`,
		`POST /esims/{iccid}/suspend {"suspend":true}`,
		`POST /organisation/balance?amount=1000 {}`,
	},
	"esimfly": {
		`POST /esims/order ` + turkey,
		`POST /esims/order {"packageCode":"RB77_5D","packageName":"x","price":1,"idempotency_key":"k-2"}`,
		`POST /esims/order {"packageCode":"2184410","idempotency_key":"k-3","callbackUrl":"http://127.0.0.1:9/own"}`,
		`POST /topup/order {"iccid":"{iccid}","packageCode":"merhaba-7days-1gb-topup"}`,
		`POST /esims/suspend {"iccid":"{iccid}","action":"suspend"}`,
		`PUT /webhooks {"webhook_url":"http://127.0.0.1:9/esimfly"}`,
	},
}

// A bench is a simulator with one world that snapshots are put into.
type bench struct {
	testing.TB
	srv   *sim.Server
	world *sim.World
	bugs  *bytes.Buffer // what the log has of errors
	goods [][]byte      // good snapshots
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{TB: t, bugs: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(b.bugs, &slog.HandlerOptions{Level: slog.LevelError}))
	var err error
	if b.srv, err = sim.New(sim.Config{
		Providers: all.Providers(), InMemory: true, Log: log, Real: &hasty{slept: map[time.Duration]bool{}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := b.srv.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.srv.Close() })
	for _, scenarios := range [][]string{{}, {"esimfly-2026-09", "esimgo-async-order", "roamify-slow-orders", "esimgo-price-change"}} {
		b.goods = append(b.goods, b.fill(scenarios))
	}
	return b
}

// fill makes a world that has something of everything, and takes a snapshot of it.
func (b *bench) fill(scenarios []string) []byte {
	b.Helper()
	b.world = b.srv.WorldT(b.TB, "w")
	f := sim.Fixture{Scenarios: scenarios, Clock: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}
	for provider, of := range states {
		for state := range strings.FieldsSeq(of.orders) {
			f.Orders = append(f.Orders, sim.FixtureOrder{Provider: provider, Item: of.item, State: state, Quantity: 2})
		}
		for state := range strings.FieldsSeq(of.esims) {
			f.ESIMs = append(f.ESIMs, sim.FixtureESIM{Provider: provider, Item: of.item, State: state})
		}
	}
	slices.SortFunc(f.Orders, func(x, y sim.FixtureOrder) int { return strings.Compare(x.Provider, y.Provider) })
	slices.SortFunc(f.ESIMs, func(x, y sim.FixtureESIM) int { return strings.Compare(x.Provider, y.Provider) })
	if _, err := b.world.Start(f); err != nil {
		b.Fatal(err)
	}
	if err := b.world.Patch(sim.Patch{
		"roamify": {"vouchers": "on", "refunds": "on", "gifts": "on"},
		"":        {"validate": "report"}, "esimfly": {"rateLimit": "off"},
		"webhooks": {"esimgo": map[string]any{"url": "http://127.0.0.1:9/esimgo"}, "roamify": map[string]any{"url": "http://127.0.0.1:9/roamify"}},
	}); err != nil {
		b.Fatal(err)
	}
	b.writeAll("2026-06")
	b.writeAll("2025-07")
	return b.snapshot()
}

// writeAll has each write done with an eSIM or two, as far as it goes.
func (b *bench) writeAll(edition string) {
	if err := b.world.Patch(sim.Patch{"roamify": {"edition": edition}}); err != nil {
		b.Fatal(err)
	}
	met := map[string]int{}
	for _, e := range b.world.View().ESIMs {
		if met[e.Provider]++; met[e.Provider] > 2 {
			continue
		}
		for _, call := range writes[e.Provider] {
			b.call(e.Provider, strings.ReplaceAll(call, "{iccid}", e.ICCID))
		}
	}
}

func (b *bench) snapshot() []byte {
	b.Helper()
	s, err := b.world.Snapshot()
	if err != nil {
		b.Fatal(err)
	}
	data, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// put asks the control plane to put a snapshot back.
func (b *bench) put(data []byte) (int, []byte) {
	r := httptest.NewRequest(http.MethodPut, "http://localhost/_sim/worlds/w/snapshot", bytes.NewReader(data))
	w := httptest.NewRecorder()
	b.srv.Handler().ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// call makes a call such as "POST /orders {}", or a GET, and takes any answer but a 5xx.
func (b *bench) call(provider, call string) {
	b.Helper()
	method, path, body := http.MethodGet, call, ""
	if first, rest, ok := strings.Cut(call, " "); ok {
		method = first
		path, body, _ = strings.Cut(rest, " ")
	}
	if body != "" && body[0] != '{' {
		body = `{"iccid":"` + body + `"}`
	}
	url := b.srv.URL() + mounts[provider] + path
	req, err := http.NewRequestWithContext(b.Context(), method, url, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := b.world.Client(provider).Do(req)
	if err != nil {
		b.Errorf("%s %s: %v", provider, call, err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= http.StatusInternalServerError {
		b.Errorf("%s %s: %d %s %v", provider, call, res.StatusCode, data, err)
	}
}

// use does all there is to do in a world.
func (b *bench) use(chance *rand.Rand) {
	b.Helper()
	b.read(chance)
	v := b.world.View()
	for _, e := range v.ESIMs {
		kinds := []esim.ActionKind{esim.Install, esim.Attach, esim.Use, esim.Remove}
		_, err := phone.Act(b.world, e.ICCID, esim.Action{Kind: kinds[chance.IntN(4)], Bytes: 600 * esim.MiB}, esim.MiB)
		b.named("act", err)
	}
	for _, move := range moves(b.world.View()) {
		if chance.IntN(3) > 0 { // else the same would always come first
			_, err := b.world.Pass(move.edge, move.id)
			b.named(move.edge, err)
		}
	}
	b.read(chance)
	if _, err := b.world.Advance(400 * 24 * time.Hour); err != nil && !errors.Is(err, sim.ErrTime) {
		b.Errorf("advance: %v", err)
	}
	b.read(chance)
}

// named takes an error only where it tells why a thing cannot be done.
func (b *bench) named(what string, err error) {
	b.Helper()
	var edge *sim.EdgeError
	if err != nil && !errors.As(err, &edge) && !errors.Is(err, sim.ErrNoESIM) {
		b.Errorf("%s: %v", what, err)
	}
}

type move struct{ edge, id string }

func moves(v sim.View) (out []move) {
	data, _ := json.Marshal(v)
	var walk func(gjson.Result)
	walk = func(r gjson.Result) {
		for _, m := range r.Get("moves").Array() {
			out = append(out, move{m.Get("edge").Str, r.Get("id").Str})
		}
		if r.IsArray() || r.IsObject() {
			r.ForEach(func(_, each gjson.Result) bool {
				walk(each)
				return true
			})
		}
	}
	walk(gjson.ParseBytes(data))
	return out
}

// read looks at the world, with ids that are there.
func (b *bench) read(chance *rand.Rand) {
	b.Helper()
	v := b.world.View()
	for provider := range mounts {
		ids := map[string]string{"{reference}": "mine"}
		for _, o := range v.Orders {
			if o.Provider == provider && (ids["{order}"] == "" || chance.IntN(4) == 0) {
				ids["{order}"] = o.ID
			}
			for _, t := range o.Things {
				ids["{"+t.Entity+"}"] = t.ID
			}
		}
		for _, e := range v.ESIMs {
			if e.Provider == provider && (ids["{iccid}"] == "" || chance.IntN(4) == 0) {
				ids["{iccid}"] = e.ICCID
			}
			for _, t := range e.Things {
				ids["{"+t.Entity+"}"] = t.ID
			}
		}
		for _, path := range reads[provider] {
			for name, id := range ids {
				path = strings.ReplaceAll(path, name, id)
			}
			b.call(provider, path)
		}
	}
}
