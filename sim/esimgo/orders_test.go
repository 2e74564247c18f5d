package esimgo_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
)

func TestOrderOntoNewESIM(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.golden("createOrder-validated", c.ok("POST", "/orders", orderBody("validate", "esim_5GB_30D_JP_V2", 2, true, "")))
	body := c.ok("POST", "/orders", orderBody("transaction", "esim_5GB_30D_JP_V2", 1, true, ""))
	c.golden("createOrder-assigned", body)
	reference := parse[order](t, body).OrderReference
	c.golden("getOrder-assigned", c.get("/orders/"+reference))
	c.golden("listOrders-observed", c.get("/orders"))
	c.set("shapes", "documented")
	c.golden("listOrders-documented", c.get("/orders?includeIccids=false"))
}

func TestOrderIntoInventory(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.golden("createOrder-inventory", c.ok("POST", "/orders", orderBody("transaction", "esim_3GB_30D_FR_V2", 10, false, "")))
	c.golden("getInventory-one", c.get("/inventory"))
}

func TestOrderBySpelling(t *testing.T) {
	t.Parallel()
	srv := start(t)
	line := `{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}`
	for name, body := range map[string]string{
		"as the owner writes it": `{"type":"transaction","assign":true,"Order":[` + line + `]}`,
		"in capitals":            `{"TYPE":"transaction","ASSIGN":true,"ORDER":[{"Type":"bundle","QUANTITY":1,"Item":"esim_1GB_7D_GB_V2"}]}`,
		"with unknown fields":    `{"type":"transaction","assign":true,"order":[` + line + `],"email":"a@b.test","callback_url":null}`,
		"with a blank ICCID":     `{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2","iccids":[""]}]}`,
		"with a space":           `{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2","iccids":[" "]}]}`,
		"with nulls":             `{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2","iccids":null,"allowReassign":null}]}`,
		"the last of two":        `{"type":"transaction","assign":true,"order":[],"Order":[` + line + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := as(t, srv, strings.ReplaceAll(name, " ", "-"))
			o := parse[order](t, c.ok("POST", "/orders?includeIccids=true", body))
			if o.Status != "completed" || len(o.Order) != 1 || len(o.Order[0].ESIMs) != 1 || o.Total != 1.2 {
				t.Errorf("order is %+v, want one eSIM for 1.2", o)
			}
		})
	}
}

// The assignment matrix of the owner's Create orders page.
func TestOrderMatrix(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	if o := c.buy("esim_1GB_7D_GB_V2", 3, false, ""); o.StatusMessage != "Order completed" || o.Order[0].ICCIDs != nil {
		t.Errorf("without assign: %+v, want nothing assigned", o)
	}
	o := c.buy("esim_1GB_7D_GB_V2", 3, true, "")
	if o.StatusMessage != "Order completed: 3 eSIMs assigned" || len(o.Order[0].ICCIDs) != 3 || len(o.Order[0].ESIMs) != 3 {
		t.Errorf("with assign: %+v, want three new eSIMs", o)
	}
	a, b := o.Order[0].ICCIDs[0], o.Order[0].ICCIDs[1]
	top := c.buy("esim_5GB_30D_JP_V2", 2, true, `"iccids":["`+a+`","`+b+`"]`)
	if got := strings.Join(top.Order[0].ICCIDs, " "); got != a+" "+b {
		t.Errorf("topped up %s, want %s %s", got, a, b)
	}
	if n := len(c.assignments(a)); n != 2 {
		t.Errorf("%d assignments on a topped-up eSIM, want 2", n)
	}
	c.golden("listEsimBundles-topped-up", c.get("/esims/"+a+"/bundles"))
	again := c.buy("esim_5GB_30D_JP_V2", 2, true, `"iccids":["`+a+`","`+a+`"]`)
	if n := len(c.assignments(a)); n != 4 || again.StatusMessage != "Order completed: 2 eSIMs assigned" {
		t.Errorf("%d assignments after the same ICCID twice, want 4", n)
	}
}

func TestOrderIncompatible(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	old := c.esim("esim_1GB_7D_IM_U")
	before := c.memory()
	c.refused(c.call("POST", "/orders", orderBody("transaction", "esim_1GB_7D_IM_V2", 1, true, `"iccids":["`+old+`"]`)),
		400, "bundle is not compatible with eSIM")
	if c.memory() != before {
		t.Error("a refused order changed the account")
	}
	o := c.buy("esim_1GB_7D_IM_V2", 1, true, `"iccids":["`+old+`"],"allowReassign":true`)
	if got := o.Order[0].ICCIDs[0]; got == old {
		t.Error("the incompatible eSIM took the bundle, want another")
	}
	if got := c.buy("esim_10GB_30D_IM_U", 1, true, `"iccids":["`+old+`"]`).Order[0].ICCIDs[0]; got != old {
		t.Errorf("the bundle went to %s, want %s", got, old)
	}
}

func TestOrderBeyondBalance(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.set("balance", 2.0)
	before := c.memory()
	c.golden("createOrder-unaffordable", c.ok("POST", "/orders", orderBody("validate", "esim_1GB_7D_GB_V2", 2, true, "")))
	c.refused(c.call("POST", "/orders", orderBody("transaction", "esim_1GB_7D_GB_V2", 2, true, "")),
		400, "insufficient balance, no payment taken")
	if c.memory() != before {
		t.Error("a refused order changed the account")
	}
	c.set("balance", 2.4)
	c.buy("esim_1GB_7D_GB_V2", 2, true, "")
	if got := c.memory(); !strings.Contains(got, `"balance":0,`) {
		t.Errorf("balance is not 0: %s", got)
	}
}

func TestOrderRefusals(t *testing.T) {
	t.Parallel()
	srv := start(t)
	owned := as(t, srv, "demo").esim("esim_1GB_7D_GB_V2")
	const other = "8943108000000000000"
	line := func(fields string) string {
		return `{"type":"transaction","assign":true,"order":[{` + fields + `}]}`
	}
	good := `"type":"bundle","item":"esim_1GB_7D_GB_V2"`
	for _, tt := range []struct {
		name, body string
		status     int
		message    string
	}{
		{"no body", ``, 400, "invalid request body"},
		{"no JSON", `{"type":`, 400, "invalid request body"},
		{"an array", `[]`, 400, "invalid request body"},
		{"type of another type", `{"type":1,"order":[]}`, 400, "invalid request body"},
		{"assign of another type", `{"type":"validate","assign":"true","order":[]}`, 400, "invalid request body"},
		{"order of another type", `{"type":"validate","order":{}}`, 400, "invalid request body"},
		{"line of another type", `{"type":"validate","order":["esim_1GB_7D_GB_V2"]}`, 400, "invalid request body"},
		{"no type", `{"order":[{` + good + `,"quantity":1}]}`, 400, "invalid type"},
		{"unknown type", `{"type":"Transaction","order":[{` + good + `,"quantity":1}]}`, 400, "invalid type"},
		{"no order", `{"type":"transaction"}`, 400, "order is required"},
		{"empty order", `{"type":"transaction","order":[]}`, 400, "order is required"},
		{"flat order", `{"type":"transaction","quantity":1,"item":"esim_1GB_7D_GB_V2"}`, 400, "order is required"},
		{"no line type", line(`"quantity":1,"item":"esim_1GB_7D_GB_V2"`), 400, "invalid type"},
		{"unknown line type", line(`"quantity":1,"type":"topup","item":"esim_1GB_7D_GB_V2"`), 400, "invalid type"},
		{"no quantity", line(good), 400, "quantity must be greater than 0"},
		{"quantity zero", line(good + `,"quantity":0`), 400, "quantity must be greater than 0"},
		{"negative quantity", line(good + `,"quantity":-1`), 400, "quantity must be greater than 0"},
		{"quantity as text", line(good + `,"quantity":"1"`), 400, "invalid request body"},
		{"quantity with a fraction", line(good + `,"quantity":1.5`), 400, "invalid request body"},
		{"quantity past all bounds", line(good + `,"quantity":99999999999999999999`), 400, "invalid request body"},
		{"too many", line(good + `,"quantity":1001`), 400, "quantity must not be greater than 1000"},
		{"unknown bundle", line(`"type":"bundle","quantity":1,"item":"esim_1GB_7D_XX_V2"`), 400, "bundle not found"},
		{"bundle in other letters", line(`"type":"bundle","quantity":1,"item":"ESIM_1GB_7D_GB_V2"`), 400, "bundle not found"},
		{"no item", line(`"type":"bundle","quantity":1`), 400, "bundle not found"},
		{"fewer ICCIDs", line(good + `,"quantity":2,"iccids":["` + owned + `"]`), 400, "quantity must match number of iccids"},
		{"more ICCIDs", line(good + `,"quantity":1,"iccids":["` + owned + `","` + owned + `"]`), 400, "quantity must match number of iccids"},
		{
			"ICCIDs without assign", `{"type":"transaction","order":[{` + good + `,"quantity":1,"iccids":["` + owned + `"]}]}`,
			400, "iccids can only be used when assign is true",
		},
		{"ICCID as a number", line(good + `,"quantity":1,"iccids":[8943108000000000000]`), 400, "invalid request body"},
		{"no ICCID", line(good + `,"quantity":1,"iccids":["12"]`), 400, "invalid iccid"},
		{"somebody else's ICCID", line(good + `,"quantity":1,"iccids":["` + other + `"]`), 403, "access denied"},
		{"second line bad", `{"type":"transaction","order":[{` + good + `,"quantity":1},{` + good + `}]}`, 400, "quantity must be greater than 0"},
		{
			"too many together", `{"type":"transaction","order":[{` + good + `,"quantity":600},{` + good + `,"quantity":600}]}`,
			400, "quantity must not be greater than 1000",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := as(t, srv, "demo")
			for _, kind := range []string{"transaction", "validate"} {
				body := strings.Replace(tt.body, `"transaction"`, `"`+kind+`"`, 1)
				c.refused(c.call("POST", "/orders", body), tt.status, tt.message)
			}
		})
	}
}

// Nothing that is refused leaves a trace.
func TestRefusedOrderChangesNothing(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.buy("esim_1GB_7D_GB_V2", 1, false, "")
	before := c.memory()
	for _, body := range []string{
		``, `{`, orderBody("transaction", "esim_1GB_7D_GB_V2", 0, true, ""), orderBody("transaction", "nix", 1, true, ""),
		orderBody("transaction", "esim_50GB_30D_AQ_V2", 1000, true, ""), orderBody("validate", "esim_1GB_7D_GB_V2", 1, true, ""),
	} {
		c.call("POST", "/orders", body)
	}
	for _, call := range []string{"PATCH /orders", "POST /catalogue", "GET /orders/nix", "GET /esims/apply", "GET /nix"} {
		method, path, _ := strings.Cut(call, " ")
		c.call(method, path, "{}")
	}
	if after := c.memory(); after != before {
		t.Errorf("account changed from\n%s\nto\n%s", before, after)
	}
}

func TestFortyOrdersOnABalanceForTen(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.set("balance", 12.0) // ten at 1.2
	var wg sync.WaitGroup
	statuses := make([]int, 40)
	for i := range statuses {
		wg.Go(func() {
			statuses[i] = c.call("POST", "/orders", orderBody("transaction", "esim_1GB_7D_GB_V2", 1, true, "")).status
		})
	}
	wg.Wait()
	count := map[int]int{}
	for _, s := range statuses {
		count[s]++
	}
	if count[http.StatusOK] != 10 || count[http.StatusBadRequest] != 30 {
		t.Errorf("answers are %v, want ten 200 and thirty 400", count)
	}
	if got := c.memory(); !strings.Contains(got, `"balance":0,`) || strings.Count(got, `"orderReference"`) != 10 {
		t.Errorf("ten orders and no balance wanted: %s", got)
	}
}

func TestListOrdersByDate(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	var references []string
	for range 5 {
		references = append(references, c.buy("esim_1GB_7D_GB_V2", 1, false, "").OrderReference)
		c.advance(24 * time.Hour)
	}
	for query, want := range map[string][]int{
		"":                          {4, 3, 2, 1, 0},
		"?limit=2":                  {4, 3},
		"?limit=2&page=3":           {0},
		"?limit=2&page=0":           {4, 3},
		"?limit=2&page=4":           {},
		"?page=9223372036854775807": {},
		"?createdAt=gte:2026-04-05T00:00:00.000Z":                                {4, 3},
		"?createdAt=gte:2026-04-03T08:15:09Z&createdAt=lte:2026-04-04T08:15:09Z": {2, 1},
		"?createdAt=gt:2026-04-03T08:15:09Z&createdAt=lt:2026-04-04T08:15:09Z":   {},
		"?createdAt=lte:2026-04-03":                                              {1, 0},
		"?createdAt=2026-04-03":                                                  {1},
		"?createdAt=eq:2026-04-02T08:15:09.000000000Z":                           {0},
		"?createdAt=":                       {4, 3, 2, 1, 0},
		"?createdAt=gte:2026-04-05&limit=1": {4},
	} {
		w := parse[struct {
			Orders    []order
			Rows      int
			PageCount int
		}](t, c.get("/orders"+query))
		var got, wanted []string
		for _, o := range w.Orders {
			got = append(got, o.OrderReference)
		}
		for _, i := range want {
			wanted = append(wanted, references[i])
		}
		if fmt.Sprint(got) != fmt.Sprint(wanted) {
			t.Errorf("GET /orders%s gives %v, want %v", query, got, wanted)
		}
	}
	c.refused(c.call("GET", "/orders?createdAt=gte:yesterday", ""), 400, "createdAt must be an RFC 3339 date")
	c.refused(c.call("GET", "/orders?limit=0", ""), 400, "limit must be between 1 and 1000")
	c.refused(c.call("GET", "/orders?page=one", ""), 400, "page must be 0 or greater")
	c.refused(c.call("GET", "/orders/"+references[0][:35]+"x", ""), 400, "order not found")
}

// An order that takes its time has no eSIMs yet, and what would show them says 503.
func TestOrderUnderWay(t *testing.T) {
	t.Parallel()
	srv := startWith(t, map[string]string{"slow": "policies: {esimgo.order.completed: {after: 5m, polls: 3}}"})
	c := as(t, srv, "demo~slow")
	body := c.ok("POST", "/orders", orderBody("transaction", "esim_1GB_7D_GB_V2", 2, true, ""))
	c.golden("createOrder-processing", body)
	o := parse[order](t, body)
	if balance := c.get("/organisation"); !strings.Contains(string(balance), `"balance":997.6`) {
		t.Errorf("an order is charged at once: %s", balance)
	}
	r := c.call("GET", "/esims/assignments?reference="+o.OrderReference, "")
	c.refused(r, 503, "processing, please try again later")
	if got := r.header.Get("Retry-After"); got != "5" {
		t.Errorf("Retry-After is %q, want 5", got)
	}
	c.get("/orders") // no look at that one order
	if got := parse[order](t, c.get("/orders/"+o.OrderReference)); got.Status != "processing" || got.Order[0].ICCIDs != nil {
		t.Errorf("second look sees %+v, want it processing", got)
	}
	if got := parse[order](t, c.get("/orders/"+o.OrderReference)); got.Status != "completed" || len(got.Order[0].ESIMs) != 2 {
		t.Errorf("third look sees %+v, want it completed", got)
	}
	second := c.buy("esim_1GB_7D_GB_V2", 1, true, "").OrderReference
	happened := c.advance(5 * time.Minute)
	if !slices.Contains(happened, sim.Happening{At: frozen.Add(5 * time.Minute), Edge: "esimgo.order.completed", ID: second}) {
		t.Errorf("happened %v, want the completion of %s", happened, second)
	}
	if err := passErr(c, "esimgo.order.completed", second); err == nil {
		t.Error("a completed order was completed again")
	}
	if err := passErr(c, "esimgo.order.completed", "nix"); err == nil {
		t.Error("no order was completed")
	}
}

func passErr(c client, edge, id string) error {
	c.Helper()
	_, err := c.srv.WorldT(c, c.world).Pass(edge, id)
	return err
}

func TestOrderFindings(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	r := c.call("POST", "/orders", orderBody("transaction", "esim_1GB_7D_GB_V2", 11, false, ""), "Idempotency-Key", "abc")
	if got := r.header.Get("X-Esimsim-Findings"); !strings.Contains(got, "esimgo.large-order") || !strings.Contains(got, "esimgo.idempotency-key") {
		t.Errorf("findings are %q, want the size and the key", got)
	}
	r = c.call("POST", "/orders", `{"type":"validate","order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}],"email":"a@b.test"}`, "Content-Type", "application/json")
	if got := r.header.Get("X-Esimsim-Findings"); r.status != 200 || got != "body.undeclared" {
		t.Errorf("answer %d with findings %q, want 200 with body.undeclared", r.status, got)
	}
	r = c.call("POST", "/orders", `{"type":"validate","Order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}]}`, "Content-Type", "application/json")
	if got := r.header.Get("X-Esimsim-Findings"); got != "" {
		t.Errorf("findings %q for the owner's own spelling, want none", got)
	}
}

// The API knows no idempotency: the same order again is a second one, worth a word.
func TestRepeatedOrder(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "repeated")
	one, two := orderBody("transaction", "esim_1GB_7D_GB_V2", 1, true, ""), orderBody("transaction", "esim_1GB_7D_GB_V2", 2, true, "")
	for i, o := range []struct {
		body, want string
		later      time.Duration
	}{
		{strings.Replace(one, "transaction", "validate", 1), "", 0},
		{one, "", 0},
		{two, "", 0},
		{strings.Replace(one, "true", "false", 1), "", 0},
		{one, "esimgo.order-repeated", time.Minute},
		{one, "", 61 * time.Second},
	} {
		if _, err := c.srv.WorldT(t, c.world).Advance(o.later); err != nil {
			t.Fatal(err)
		}
		r := c.call("POST", "/orders", o.body, "Content-Type", "application/json")
		if got := r.header.Get("X-Esimsim-Findings"); r.status != 200 || got != o.want {
			t.Errorf("order %d: %d, findings %q, want %q", i, r.status, got, o.want)
		}
	}
}
