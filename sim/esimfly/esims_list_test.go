package esimfly_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

// first is the ICCID of an order's first eSIM.
func first(a answer) string { return gjson.GetBytes(a.body, "esims.0.iccid").Str }

// let makes one eSIM act, wherever it is among the others.
func (c *client) let(iccid string, a esim.Action) {
	c.t.Helper()
	if _, err := phone.Act(c.world, iccid, a, esim.MiB); err != nil {
		c.t.Fatal(err)
	}
}

// buy orders a package by its code, in the newer edition.
func (c *client) buy(code string) string {
	c.t.Helper()
	return first(c.place(`{"packageCode":"` + code + `"}`))
}

// One eSIM in use, whole: list, usage and live status agree.
func TestESIMInUse(t *testing.T) {
	t.Parallel()
	for _, edition := range []string{"", newer} {
		c := dial(t, server(t), "inuse"+edition)
		dir := "testdata/"
		if edition != "" {
			dir += "2026-09/"
		}
		iccid := first(c.place(`{"packageCode":"2184410","packageName":"Turkey 3GB 15Days","price":4.36}`))
		c.advance(33*time.Hour + 47*time.Minute)
		c.let(iccid, esim.Action{Kind: esim.Use, Bytes: 512 * esim.MiB})
		c.advance(day)
		c.let(iccid, esim.Action{Kind: esim.Use, Bytes: 256 * esim.MiB})
		body := `{"iccid":"` + iccid + `"}`
		golden.JSON(t, dir+"listEsims-active.json", c.get("/esims").body)
		golden.JSON(t, dir+"queryUsage-active.json", c.get("/esims/usage/query?iccid="+iccid).body)
		golden.JSON(t, dir+"listOrders-active.json", c.get("/orders").body)
		golden.JSON(t, dir+"getEsimStatus-active.json", c.post("/esims/status", body).body)
		golden.JSON(t, dir+"getUsageReport-active.json", c.post("/esims/usage-report", body).body)
		golden.JSON(t, dir+"listNetworkEvents-active.json", c.post("/esims/network-events", body).body)
	}
}

func TestESIMUnlimited(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "endless"+newer)
	iccid := c.buy("esim_UL_1D_TR_V2")
	c.let(iccid, esim.Action{Kind: esim.Use, Bytes: 5 * esim.GiB})
	golden.JSON(t, "testdata/2026-09/listEsims-unlimited.json", c.get("/esims").body)
	golden.JSON(t, "testdata/2026-09/getEsimStatus-unlimited.json", c.post("/esims/status", `{"esimId":2503}`).body)
	golden.JSON(t, "testdata/2026-09/listOrders-unlimited.json", c.get("/orders").body)
}

// A carrier's eSIM has a telephone number, which begins as its package says.
func TestESIMOfCarrier(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "carrier"+newer)
	c.buy("VF-25000MB-1000T-1000V")
	golden.JSON(t, "testdata/2026-09/listEsims-carrier.json", scanned(t, c.get("/esims?include_base64=true").body))
}

// listed asks for a page of eSIMs or orders and gives its ids and pagination.
func (c *client) listed(path string) (ids string, at string) {
	c.t.Helper()
	a := c.get(path)
	if a.status != 200 {
		c.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	var list []string
	for _, id := range gjson.GetBytes(a.body, "data.esims.#.id").Array() {
		list = append(list, id.Raw)
	}
	for _, id := range gjson.GetBytes(a.body, "data.orders.#.id").Array() {
		list = append(list, id.Raw)
	}
	p := gjson.GetBytes(a.body, "data.pagination")
	return strings.Join(list, " "), fmt.Sprintf("%s/%s %s/%s", p.Get("page"), p.Get("total_pages"), p.Get("limit"), p.Get("total"))
}

func TestListESIMs(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "list"+newer)
	ids, at := c.listed("/esims")
	if ids != "" || at != "1/0 20/0" {
		t.Errorf("an empty account lists %q, %s", ids, at)
	}
	c.place(`{"packageCode":"merhaba-7days-1gb","quantity":2}`) // 2503, 2504
	active := c.buy("2184410")                                  // 2505
	c.let(active, esim.Action{Kind: esim.Use, Bytes: 1})
	c.buy("europe-5gb-30days") // 2506
	c.post("/esims/cancel", `{"esimId":2506}`)
	c.buy("RB77_5D") // 2507, pending
	for path, want := range map[string]string{
		"/esims":                           "2507 2506 2505 2504 2503; 1/1 20/5",
		"/esims?limit=2":                   "2507 2506; 1/3 2/5",
		"/esims?limit=2&page=2":            "2505 2504; 2/3 2/5",
		"/esims?limit=2&page=3":            "2503; 3/3 2/5",
		"/esims?limit=2&page=4":            "; 4/3 2/5",
		"/esims?page=9223372036854775807":  "; 9223372036854775807/1 20/5",
		"/esims?limit=500&page=-1":         "2507 2506 2505 2504 2503; 1/1 100/5",
		"/esims?status=all":                "2507 2506 2505 2504 2503; 1/1 20/5",
		"/esims?status=NEW":                "2507 2504 2503; 1/1 20/3",
		"/esims?status=NEW&limit=1&page=2": "2504; 2/3 1/3",
		"/esims?status=ACTIVE":             "2505; 1/1 20/1",
		"/esims?status=CANCELLED":          "2506; 1/1 20/1",
		"/esims?status=new":                "; 1/0 20/0",
		"/esims?search=TURKEY":             "2505 2504 2503; 1/1 20/3",
		"/esims?search=rb77":               "2507; 1/1 20/1",
		"/esims?search=" + active[10:]:     "2505; 1/1 20/1",
		"/esims?search=Atlantis":           "; 1/0 20/0",
	} {
		ids, at := c.listed(path)
		if got := ids + "; " + at; got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestUsageRefuses(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "usage")
	made := c.place(turkey)
	const unknown = `{"error":"Not Found","message":"eSIM not found or you do not have access to it"}`
	c.get("/esims/usage/query").is(t, 400, `{"error":"Bad Request","message":"Either iccid or order_id is required"}`)
	c.get("/esims/usage/query?iccid=8932042000010078801").is(t, 404, unknown)
	c.get("/esims/usage/query?order_id=order_1692123456_ab7cd").is(t, 404, unknown)
	c.get("/esims/usage").is(t, 404, `{"success":false,"error":"Not found"}`)

	both := c.get("/esims/usage/query?order_id=nothing&from_date=2026-04-01&iccid=" + first(made))
	if got := both.header.Get("X-Esimsim-Findings"); both.status != 200 || got != "esimfly.usage-both, esimfly.usage-dates" {
		t.Errorf("both: status %d, findings %q", both.status, got)
	}
}

// Looks at the usage of a pending order count like those at the order.
func TestUsageIsALook(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "looks~esimfly-pending-details")
	ref := gjson.GetBytes(c.place(turkey).body, "orderReference").Str
	for i, want := range []string{"PENDING_", "PENDING_", "8932042"} {
		got := gjson.GetBytes(c.get("/esims/usage/query?order_id="+ref).body, "data.esim.iccid").Str
		if !strings.HasPrefix(got, want) {
			t.Errorf("look %d: %s", i, got)
		}
	}
}
