package browser

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimfly"
	"github.com/esimsim/esimsim/sim/simtest"
)

// A shop is a client that buys at two of the APIs, in the world of that name.
type shop struct {
	t    *testing.T
	srv  *sim.Server
	name string
}

func (s shop) do(method, path, body string, header ...string) string {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.srv.URL()+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error() // what a scenario may want
	}
	defer func() { _ = res.Body.Close() }()
	out, _ := io.ReadAll(res.Body) // nor need it be whole
	return string(out)
}

func (s shop) roamify(method, path, body string) string {
	s.t.Helper()
	return s.do(method, path, body, "Authorization", "Bearer roamify_"+s.name)
}

func (s shop) esimgo(method, path, body string) string {
	s.t.Helper()
	return s.do(method, path, body, "X-API-Key", "esimgo_"+s.name)
}

// esimfly places an order, once a world: it is signed at the instant at which the worlds
// stand still, and no two requests may have the same id.
func (s shop) esimfly() {
	s.t.Helper()
	const id = "7f1a2d0e-3c44-4b19-8a56-0c9b1f6f2d31"
	access, stamp := "esf_"+s.name, strconv.FormatInt(began.UnixMilli(), 10)
	s.do("POST", "/api/v1/business/esims/order", esimflyOrder, "RT-AccessCode", access, "RT-Timestamp", stamp, "RT-RequestID", id,
		"RT-Signature", esimfly.Sign("sk_"+s.name, stamp, id, access, []byte(esimflyOrder)))
}

// Orders that succeed.
const (
	esimflyOrder = `{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72}`
	roamifyOrder = `{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}]}`
	esimgoOrder  = `{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}]}`
)

func (s shop) world() *sim.World { return s.srv.WorldT(s.t, s.name) }

// filled is a world of that name in which things happened, good and bad, with one receiver
// of webhooks that answers and one that does not.
func filled(t *testing.T, srv *sim.Server, name string) shop {
	t.Helper()
	s := shop{t, srv, name}
	w := s.world()
	f, err := sim.ReadFixture([]byte(`{
	  "clock": "2026-07-01T08:00:00Z",
	  "settings": {"esimfly": {"balance": 25.5}},
	  "orders": [
	    {"provider": "esimgo", "item": "esim_1GB_7D_GB_V2", "quantity": 2, "ago": "90d"},
	    {"provider": "esimfly", "item": "merhaba-7days-1gb", "state": "pending_details", "reference": "order_1782864000_abc12"},
	    {"provider": "roamify", "item": "esim-cambodia-7days-1gb-all", "state": "PENDING"}
	  ],
	  "esims": [
	    {"provider": "esimgo", "item": "esim_1GB_7D_GB_V2", "state": "Active", "ago": "3d"},
	    {"provider": "esimfly", "item": "merhaba-7days-1gb", "state": "ACTIVE", "ago": "2d"},
	    {"provider": "roamify", "item": "esim-cambodia-7days-1gb-all", "state": "INSTALLED", "usedMB": 500, "country": "KH", "iccid": "8944500102198304826", "ago": "1d"}
	  ]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Start(f); err != nil {
		t.Fatal(err)
	}
	if err := w.Patch(sim.Patch{"webhooks": {
		"esimgo": map[string]any{"url": simtest.Listen(t).URL}, "roamify": map[string]any{"url": "http://127.0.0.1:1/closed"},
	}}); err != nil {
		t.Fatal(err)
	}
	s.esimgo("GET", "/v2.4/catalogue?perPage=2", "")
	s.esimgo("POST", "/v2.4/orders", esimgoOrder)
	s.roamify("POST", "/api/esim/order", `{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1,"colour":"red"}]}`)
	s.esimgo("POST", "/v2.4/orders", `{"type":"transaction","assign":"yes","order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}]}`)
	s.roamify("GET", "/api/packages", "")
	s.esimgo("GET", "/v2.4/organisation", "")
	s.roamify("GET", "/api/esim/orders", "")
	for _, event := range []string{"esimgo.webhook.LowBalance", "roamify.webhook.usage", "esimgo.webhook.FirstUse"} {
		if _, err := w.Trigger(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
