package esimgo_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
)

// unready wants the answer of a read whose result is still being made.
func (c client) unready(path string) {
	c.Helper()
	r := c.call("GET", path, "")
	c.refused(r, 503, "processing, please try again later")
	if got := r.header.Get("Retry-After"); got != "5" {
		c.Errorf("%s: Retry-After is %q, want 5", path, got)
	}
}

func TestScenarioAsyncOrder(t *testing.T) {
	t.Parallel()
	srv := start(t)
	t.Run("up to five", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "five~esimgo-async-order")
		if o := c.buy(gb, 5, true, ""); o.Status != "completed" || len(o.Order[0].ESIMs) != 5 {
			t.Errorf("order is %+v, want it completed", o)
		}
	})
	t.Run("looks", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "looks~esimgo-async-order")
		body := c.ok("POST", "/orders", orderBody("transaction", gb, 6, true, ""))
		c.golden("createOrder-dispatched", body)
		reference := parse[order](t, body).OrderReference
		if c.balance() != 992.8 {
			t.Errorf("balance is %v, want the order charged", c.balance())
		}
		c.unready("/esims/assignments?reference=" + reference)
		c.unready("/esims/qr/" + reference)
		if o := parse[order](t, c.get("/orders/"+reference)); o.Status != "completed" || len(o.Order[0].ESIMs) != 6 {
			t.Errorf("third look sees %+v, want it completed", o)
		}
		if n := strings.Count(string(c.get("/esims/csv/"+reference)), "\n"); n != 7 {
			t.Errorf("CSV has %d lines, want 7", n)
		}
	})
	t.Run("two minutes", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "waits~esimgo-async-order")
		iccid := c.esim(gb)
		targets := `"iccids":["` + strings.Repeat(iccid+`","`, 5) + iccid + `"]`
		o := c.buy("esim_5GB_30D_JP_V2", 6, true, targets)
		c.unready(on(iccid, "esim_5GB_30D_JP_V2"))
		r := c.call("DELETE", on(iccid, "esim_5GB_30D_JP_V2"), "")
		c.refused(r, 503, "processing, please try again later")
		c.get(on(iccid, gb))
		c.refused(c.call("GET", on(iccid, "nix"), ""), 400, "bundle not found")
		got := edges(c.advance(2 * time.Minute))
		if len(got) != 8 || got[0] != "order.dispatched" || got[1] != "order.completed" || got[7] != "bundle.queued" {
			t.Errorf("happened %v", got)
		}
		if n := len(c.assignments(iccid)); n != 7 {
			t.Errorf("%d assignments, want 7", n)
		}
		if o = parse[order](t, c.get("/orders/"+o.OrderReference)); o.StatusMessage != "Order completed: 6 eSIMs assigned" {
			t.Errorf("order is %+v", o)
		}
	})
	t.Run("applied", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "applied~esimgo-async-order")
		c.buy(gb, 5, false, "")
		c.buy(gb, 5, false, "")
		w := parse[applied](t, c.ok("POST", "/esims/apply", `{"name":"`+gb+`","repeat":6}`))
		c.unready(on(w.ESIMs[0].ICCID, gb))
		c.unready("/esims/" + w.ESIMs[0].ICCID + "/bundles")
		c.unready("/esims/assignments?reference=" + w.ApplyReference)
		rows := parse[struct{ ESIMs []struct{ LastAction string } }](t, c.get("/esims")).ESIMs
		for _, row := range rows {
			if row.LastAction != "Bundle Applied" {
				t.Errorf("the last action on a new eSIM is %q", row.LastAction)
			}
		}
		if len(rows) != 6 {
			t.Errorf("%d eSIMs, want those of the answer", len(rows))
		}
		c.advance(2 * time.Minute)
		c.get("/esims/" + w.ESIMs[0].ICCID + "/bundles")
		c.get(on(w.ESIMs[0].ICCID, gb))
	})
}

func TestScenarioOrderFailed(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo~esimgo-order-failed")
	o := c.buy(gb, 2, true, "")
	if o.Status != "processing" || c.balance() != 997.6 {
		t.Errorf("order is %+v with a balance of %v", o, c.balance())
	}
	if got := edges(c.advance(time.Minute)); !slices.Equal(got, []string{"order.failed"}) {
		t.Errorf("happened %v", got)
	}
	c.golden("getOrder-failed", c.get("/orders/"+o.OrderReference))
	if c.balance() != 1000 {
		t.Errorf("balance is %v, want the payment back", c.balance())
	}
	c.refused(c.call("GET", "/esims/assignments?reference="+o.OrderReference, ""), 400, "order failed")
	for _, edge := range []string{"order.dispatched", "order.completed", "order.failed"} {
		if err := passErr(c, "esimgo."+edge, o.OrderReference); err == nil {
			t.Errorf("a failed order passed %s", edge)
		}
	}
}

// A failed apply gives the bundles back to the stock they came from.
func TestFailedApply(t *testing.T) {
	t.Parallel()
	srv := startWith(t, map[string]string{"held": "policies: {esimgo.order.dispatched: manual}"})
	c := as(t, srv, "demo~held")
	for range 3 {
		c.buy(gb, 2, false, "")
	}
	before := string(c.get("/inventory"))
	w := parse[applied](t, c.ok("POST", "/esims/apply", `{"name":"`+gb+`","repeat":6}`))
	if got := string(c.get("/inventory")); got == before {
		t.Error("an apply under way took nothing")
	}
	lines := func(status string) {
		t.Helper()
		o := parse[order](t, c.get("/orders/"+w.ApplyReference))
		if o.Status != status || len(o.Order) != 6 {
			t.Fatalf("order is %+v, want it %s with six lines", o, status)
		}
		for i, l := range o.Order {
			if l.ICCIDs[0] != w.ESIMs[i].ICCID || l.ESIMs[0].MatchingID == "" || l.Item != w.ApplyReference+"-"+strconv.Itoa(i) {
				t.Errorf("line %d is %+v, want the eSIM of the answer", i, l)
			}
		}
	}
	lines("processing")
	kept := w.ESIMs[3].ICCID
	c.act(kept, esim.Install)
	if err := passErr(c, "esimgo.order.failed", w.ApplyReference); err != nil {
		t.Fatal(err)
	}
	if got := string(c.get("/inventory")); got != before {
		t.Errorf("inventory is %s, want %s", got, before)
	}
	lines("failed")
	for _, e := range w.ESIMs {
		switch r := c.call("GET", "/esims/"+e.ICCID, ""); {
		case e.ICCID == kept && r.status != 200:
			t.Errorf("the eSIM that was installed meanwhile: %d %s", r.status, r.body)
		case e.ICCID != kept:
			c.refused(r, 403, "access denied")
		}
	}
	if got := string(c.get("/esims")); !strings.Contains(got, `"rows":1,`) || !strings.Contains(got, kept) {
		t.Errorf("eSIMs are %s, want the installed one", got)
	}
}

// An eSIM that was there before stays when an apply onto it fails.
func TestFailedApplyOntoESIM(t *testing.T) {
	t.Parallel()
	srv := startWith(t, map[string]string{"failing": "policies: {esimgo.order.completed: manual, esimgo.order.failed: {after: 1m}}"})
	c := as(t, srv, "demo~failing")
	c.buy(gb, 1, false, "")
	if err := passErr(c, "esimgo.order.completed", parse[struct{ Orders []order }](t, c.get("/orders")).Orders[0].OrderReference); err != nil {
		t.Fatal(err)
	}
	w := parse[applied](t, c.ok("POST", "/esims/apply", `{"name":"`+gb+`"}`))
	if err := passErr(c, "esimgo.order.completed", w.ApplyReference); err != nil {
		t.Fatal(err)
	}
	iccid := w.ESIMs[0].ICCID
	c.buy(gb, 1, false, "")
	if err := passErr(c, "esimgo.order.completed", parse[struct{ Orders []order }](t, c.get("/orders")).Orders[0].OrderReference); err != nil {
		t.Fatal(err)
	}
	again := parse[applied](t, c.ok("POST", "/esims/apply", `{"name":"`+gb+`","iccid":"`+iccid+`"}`))
	c.advance(time.Minute)
	if o := parse[order](t, c.get("/orders/"+again.ApplyReference)); o.Status != "failed" {
		t.Errorf("order is %+v, want it failed", o)
	}
	if got := c.states(iccid); !slices.Equal(got, []string{"Queued"}) {
		t.Errorf("assignments are %v, want what was there", got)
	}
}

// Bodies come as clients send them: in chunks, and without saying what they are.
func TestBodiesAsTheyCome(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	body := orderBody("transaction", gb, 1, true, "")
	for name, header := range map[string]string{"no Content-Type": "", "another": "text/plain", "JSON": "application/json; charset=utf-8"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.srv.URL()+"/v2.4/orders", io.NopCloser(bytes.NewReader([]byte(body))))
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = -1 // so that it is sent in chunks
		req.Header.Set("X-API-Key", "esimgo_demo")
		if header != "" {
			req.Header.Set("Content-Type", header)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || parse[order](t, data).Status != "completed" {
			t.Errorf("%s in chunks: %d %s %v", name, resp.StatusCode, data, err)
		}
	}
}

// Deprecated, and still there: a bundle of the inventory onto the eSIM of the path.
func TestAddESIMBundle(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim(gb)
	path := "/esims/" + iccid + "/bundles"
	c.refused(c.call("POST", path, `{"name":"`+gb+`"}`), 403, "no bundles remaining in inventory")
	c.buy(gb, 3, false, "")
	c.golden("addEsimBundle", c.ok("POST", path, `{"name":"`+gb+`","startTime":"","repeat":2}`))
	if n := len(c.assignments(iccid)); n != 3 {
		t.Errorf("%d assignments, want 3", n)
	}
	before := c.memory()
	for body, message := range map[string]string{
		``:                                      "invalid request body",
		`{}`:                                    "name is required",
		`{"name":7}`:                            "invalid request body",
		`{"name":"nix"}`:                        "bundle not found",
		`{"name":"` + gb + `","repeat":-1}`:     "repeat must be greater than 0",
		`{"name":"` + gb + `","repeat":1001}`:   "repeat must not be greater than 1000",
		`{"name":"` + gb + `","startTime":"x"}`: "startTime must be an RFC 3339 date",
	} {
		c.refused(c.call("POST", path, body), 400, message)
	}
	c.refused(c.call("POST", path, `{"name":"`+gb+`","repeat":2}`), 403, "no bundles remaining in inventory")
	c.refused(c.call("POST", "/esims/"+c.esimBefore(before)+"/bundles", `{"name":"`+gb+`"}`), 400, "bundle is not compatible with eSIM")
	c.refused(c.call("POST", "/esims/8943108000000000000/bundles", `{"name":"`+gb+`"}`), 403, "access denied")
}

// esimBefore makes sure that nothing changed, then buys an eSIM of the older kind.
func (c client) esimBefore(memory string) string {
	c.Helper()
	if c.memory() != memory {
		c.Error("a refused call changed the account")
	}
	return c.esim("esim_1GB_7D_IM_U")
}

func TestInventoryExpires(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.buy(gb, 1, false, "")
	id := c.usage()
	happened := c.advance(365 * 24 * time.Hour)
	if got := edges(happened); !slices.Equal(got, []string{"inventory.expired"}) {
		t.Errorf("happened %v", got)
	}
	for _, bad := range []string{happened[0].ID, "x", "0", "-1"} {
		if err := passErr(c, "esimgo.inventory.expired", bad); err == nil {
			t.Errorf("stock %s expired again", bad)
		}
	}
	if id == 0 {
		t.Error("no usageId")
	}
}

// A world can be made to sell otherwise: dearer, or no more.
func TestCatalogueChanges(t *testing.T) {
	t.Parallel()
	srv := startWith(t, map[string]string{
		"drift": "catalogue: {esimgo: {esim_1GB_7D_GB_V2: {price: 2.5, from: 10m}, esim_5GB_30D_JP_V2: {gone: true, from: 10m}}}",
	})
	c := as(t, srv, "demo~drift")
	const jp = "esim_5GB_30D_JP_V2"
	iccid := c.esim(jp)
	c.buy(jp, 1, false, "")
	c.get("/catalogue/bundle/" + jp)
	rows := parse[listing](t, c.get("/catalogue")).Rows
	c.advance(10 * time.Minute)
	if got := parse[listing](t, c.get("/catalogue")).Rows; got != rows-1 {
		t.Errorf("%d rows of %d, want one fewer", got, rows)
	}
	if got := parse[listing](t, c.get("/catalogue?description=eq:eSIM,%205GB,%2030%20Days,%20Japan,%20V2")).Rows; got != 0 {
		t.Errorf("a withdrawn bundle is listed %d times", got)
	}
	c.refused(c.call("GET", "/catalogue/bundle/"+jp, ""), 400, "bundle not found")
	c.refused(c.call("POST", "/orders", orderBody("transaction", jp, 1, true, "")), 400, "bundle not found")
	if w := parse[listing](t, c.get("/catalogue?countries=GB&orderBy=dataAmount&perPage=30")); !slices.ContainsFunc(w.Bundles, func(b struct {
		Name, Description string
		Groups            []string
		Countries         []struct{ Region, ISO string }
		DataAmount        int
		Duration          int
		RoamingEnabled    []struct{ ISO string }
		Price             float64
	},
	) bool {
		return b.Name == gb && b.Price == 2.5
	}) {
		t.Error("the list has the old price")
	}
	if o := c.buy(gb, 1, true, ""); o.Total != 2.5 {
		t.Errorf("total is %v, want 2.5", o.Total)
	}
	// What was put on an eSIM before is as it was; what is in the inventory stays there.
	c.mustUse(iccid, esim.MB)
	c.refused(c.call("GET", "/esims/"+iccid+"/compatible/"+jp, ""), 400, "bundle not found")
	if got := string(c.get("/inventory")); !strings.Contains(got, jp) {
		t.Errorf("inventory is %s, want what was bought", got)
	}
	c.ok("POST", "/esims/apply", `{"name":"`+jp+`"}`)
}

// Numbers that are whole are written whole, and what has no date has no field.
func TestTyping(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_50GB_30D_AQ_V2")
	for path, wants := range map[string][]string{
		"/organisation":                          {`"balance":735,`, `"testCredit":0,`},
		"/orders":                                {`"total":265,`, `"subTotal":265,`, `"pricePerUnit":265,`},
		"/catalogue/bundle/esim_50GB_30D_AQ_V2":  {`"price":265,`, `"roamingEnabled":[],`, `"dataAmount":50000,`},
		on(iccid, "esim_50GB_30D_AQ_V2"):         {`"initialQuantity":50000000000,"remainingQuantity":50000000000,"bundleState"`},
		"/esims/" + iccid:                        {`"puk":"`, `"customerRef":""`},
		"/esims/" + iccid + "/location":          {`"country":""}`},
		"/catalogue/bundle/esim_50GB_90D_RNA_V2": {`"roamingEnabled":[{"name":`},
	} {
		got := string(c.get(path))
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: want %s in %s", path, want, got)
			}
		}
		for _, bad := range []string{".0,", ".0}", `DateTime":""`, `Date":""`, `Time":""`, `lastSeen":""`} {
			if strings.Contains(strings.ReplaceAll(got, "127.0.0.1", ""), bad) {
				t.Errorf("%s: %s in %s", path, bad, got)
			}
		}
	}
	// Where no network is known, there is no speed either.
	c.buy("esim_1GB_7D_AQ_V2", 1, false, "")
	if got := string(c.get("/inventory")); !strings.Contains(got, `"speed":null,`) {
		t.Errorf("inventory is %s", got)
	}
	c.act(iccid, esim.Install)
	if got := string(c.get("/esims/" + iccid)); !strings.Contains(got, `"firstInstalledDateTime":1775117709000,`) {
		t.Errorf("installation is %s", got)
	}
}

// A request's own scenario holds for what that request made.
func TestScenarioOfOneRequest(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	o := parse[order](t, c.ok("POST", "/orders", orderBody("transaction", gb, 6, true, ""), "X-Esimsim-Scenario", "esimgo-async-order"))
	if o.Status != "processing" {
		t.Errorf("order is %+v, want it processing", o)
	}
	if got := c.buy(gb, 6, true, ""); got.Status != "completed" {
		t.Errorf("the next order is %+v", got)
	}
	c.advance(2 * time.Minute)
	if got := parse[order](t, c.get("/orders/"+o.OrderReference)); got.Status != "completed" {
		t.Errorf("order is %+v, want it completed", got)
	}
}
