package esimfly_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/golden"
)

// The page's numbers: 50.00 less 2.72 is 47.28, and 0.2 of it is profit.
func TestCreateOrder(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for name, c := range map[string]struct {
		balance float64
		body    string
	}{
		"completed":  {50, turkey},
		"quantity-5": {1000, `{"packageCode":"europe-5gb-30days","packageName":"Europe 5GB 30 Days","price":15.99,"quantity":5,"flagUrl":"/img/flags/eu.png"}`},
		"unlimited":  {1000, `{"packageCode":"esim_UL_1D_TR_V2","packageName":"Turkey Unlimited 1 Day","price":2.10}`},
		"generic":    {1000, `{"packageCode": "PHAJHEAYP", "packageName": "United States 1GB 7Days", "price": 1.44}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c1 := dial(t, srv, "order-"+name)
			c1.set("balance", c.balance)
			made := c1.place(c.body)
			golden.JSON(t, "testdata/2025-08/createOrder-"+name+".json", made.body)
			got := c1.look(gjson.GetBytes(made.body, "orderReference").Str)
			golden.JSON(t, "testdata/2025-08/getOrder-"+name+".json", got.body)
		})
	}
}

// Nothing of what is refused changes the account.
func TestCreateOrderRefuses(t *testing.T) {
	t.Parallel()
	const (
		missing  = `{"success":false,"message":"Missing required fields","code":"MISSING_FIELDS"}`
		unknown  = `{"success":false,"message":"Invalid package selected","code":"INVALID_PACKAGE"}`
		mismatch = `{"success":false,"message":"Invalid price submitted","code":"PRICE_MISMATCH"}`
		quantity = `{"success":false,"message":"Quantity must be between 1 and 10","code":"INVALID_QUANTITY"}`
		invalid  = `{"success":false,"message":"Invalid request body","code":"INVALID_REQUEST"}`
		poor     = `{"success":false,"message":"Insufficient balance","code":"INSUFFICIENT_BALANCE","currentBalance":25.5,"requiredBalance":27.2,"needToLoad":1.7}`
	)
	with := func(old, now string) string { return strings.Replace(turkey, old, now, 1) }
	srv := server(t)
	for name, c := range map[string]struct{ body, want string }{
		"no body":                {"", missing},
		"blank body":             {" \n", missing},
		"empty object":           {"{}", missing},
		"no packageCode":         {with(`"packageCode":"merhaba-7days-1gb",`, ""), missing},
		"no packageName":         {with(`"packageName":"Turkey 1 GB 7 Days",`, ""), missing},
		"no price":               {with(`"price":2.72,`, ""), missing},
		"null packageCode":       {with(`"merhaba-7days-1gb"`, "null"), missing},
		"empty packageName":      {with(`"Turkey 1 GB 7 Days"`, `""`), missing},
		"number for packageCode": {with(`"merhaba-7days-1gb"`, "1654977"), missing},
		"null price":             {with("2.72", "null"), missing},
		"fields before package":  {`{"packageCode":"nothing"}`, missing},
		"key in another case":    {with("packageCode", "PackageCode"), missing},
		"cut off":                {turkey[:40], invalid},
		"array":                  {"[" + turkey + "]", invalid},
		"text":                   {`"order"`, invalid},
		"null":                   {"null", invalid},
		"two values":             {turkey + turkey, invalid},
		"quantity 0":             {with(`"quantity":1`, `"quantity":0`), quantity},
		"quantity 11":            {with(`"quantity":1`, `"quantity":11`), quantity},
		"quantity -1":            {with(`"quantity":1`, `"quantity":-1`), quantity},
		"quantity 1.5":           {with(`"quantity":1`, `"quantity":1.5`), quantity},
		"quantity 1e300":         {with(`"quantity":1`, `"quantity":1e300`), quantity},
		"quantity as text":       {with(`"quantity":1`, `"quantity":"1"`), quantity},
		"quantity before code":   {with(`"quantity":1`, `"quantity":0,"packageCode":"x"`), quantity},
		"unknown package":        {with("merhaba-7days-1gb", "merhaba-7days-2gb"), unknown},
		"package in upper case":  {with("merhaba-7days-1gb", "MERHABA-7DAYS-1GB"), unknown},
		"package before price":   {with(`"merhaba-7days-1gb"`, `"x","price":1`), unknown},
		"price too low":          {with("2.72", "2.71"), mismatch},
		"price too high":         {with("2.72", "2.73"), mismatch},
		"price of nothing":       {with("2.72", "0"), mismatch},
		"negative price":         {with("2.72", "-2.72"), mismatch},
		"price as text":          {with("2.72", `"2.72"`), mismatch},
		"price of all":           {with(`"price":2.72,"quantity":1`, `"price":5.44,"quantity":2`), mismatch},
		"endless price":          {with("2.72", "1e999"), mismatch},
		"price before balance":   {strings.Replace(tenTurkey, "2.72", "2.7", 1), mismatch},
		"ten for 25.50":          {tenTurkey, poor},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c1 := dial(t, srv, "refuse-"+strings.ReplaceAll(name, " ", "-"))
			c1.set("balance", 25.5)
			c1.order(c.body).is(t, 400, c.want)
			c1.get("/balance").is(t, 200, `{"success":true,"data":{"balance":25.5,"currency":"USD"}}`)
			if n := len(c1.world.View().ESIMs); n != 0 {
				t.Errorf("%d eSIMs were issued", n)
			}
		})
	}
}

// What the API takes no notice of goes through.
func TestCreateOrderAccepts(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for name, c := range map[string]struct{ body, findings string }{
		"python spacing":      {`{"packageCode": "merhaba-7days-1gb", "packageName": "Turkey 1 GB 7 Days", "price": 2.72, "quantity": 1}`, ""},
		"php escapes":         {`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72,"flagUrl":"\/img\/flags\/tr.png"}`, ""},
		"no quantity":         {`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72}`, ""},
		"quantity 1.0":        {`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.720,"quantity":1.0}`, ""},
		"price 272e-2":        {`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":272e-2}`, ""},
		"fraction of a cent":  {`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.7200000000000006}`, ""},
		"key twice":           {`{"packageCode":"x","packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72}`, ""},
		"another name":        {`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey","price":2.72}`, "esimfly.package-name"},
		"another duration":    {`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72,"duration":30}`, "esimfly.duration"},
		"field of a new page": {`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72,"idempotency_key":"k"}`, "body.undeclared"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c1 := dial(t, srv, "accept-"+strings.ReplaceAll(name, " ", "-"))
			a := c1.place(c.body)
			if got := a.header.Get("X-Esimsim-Findings"); got != c.findings {
				t.Errorf("findings %q, want %q", got, c.findings)
			}
			if got := gjson.GetBytes(a.body, "newBalance").Raw; got != "997.28" {
				t.Errorf("newBalance %s, want 997.28", got)
			}
		})
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "types")
	for ct, want := range map[string]string{
		"application/json": "", "Application/JSON; charset=utf-8": "",
		"text/plain": "header.content-type", "": "header.content-type",
	} {
		a := c.do(http.MethodPost, "/esims/order", turkey, func(r *http.Request) { r.Header["Content-Type"] = []string{ct} })
		if got := a.header.Get("X-Esimsim-Findings"); a.status != 200 || got != want {
			t.Errorf("%q: status %d, findings %q, want %q", ct, a.status, got, want)
		}
		c.advance(2 * time.Minute) // so that none repeats another
	}
}

// Money is exact to the cent and ends at zero.
func TestBalanceIsExact(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "exact")
	c.set("balance", 8.16)
	for _, want := range []string{"5.44", "2.72", "0"} {
		if got := gjson.GetBytes(c.place(turkey).body, "newBalance").Raw; got != want {
			t.Errorf("newBalance %s, want %s", got, want)
		}
	}
	c.order(turkey).is(t, 400, `{"success":false,"message":"Insufficient balance","code":"INSUFFICIENT_BALANCE","currentBalance":0,"requiredBalance":2.72,"needToLoad":2.72}`)
	c.set("balance", 2.71)
	c.order(turkey).is(t, 400, `{"success":false,"message":"Insufficient balance","code":"INSUFFICIENT_BALANCE","currentBalance":2.71,"requiredBalance":2.72,"needToLoad":0.01}`)
}

// The numbers of eSIMs run on: an order has that of its first.
func TestNumbers(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "numbers")
	for _, want := range []int64{2503, 2513, 2523} {
		a := c.place(tenTurkey)
		if got := gjson.GetBytes(a.body, "esimId").Int(); got != want {
			t.Errorf("esimId %d, want %d", got, want)
		}
		seen := map[string]bool{}
		for _, iccid := range gjson.GetBytes(a.body, "esims.#.iccid").Array() {
			seen[iccid.Str] = true
		}
		if len(seen) != 10 {
			t.Errorf("%d different ICCIDs, want 10", len(seen))
		}
	}
	if view := c.world.View(); view.ESIMs[11].ID != "2514" {
		t.Errorf("the twelfth eSIM is %s, want 2514", view.ESIMs[11].ID)
	}
}

func TestGetOrderRefuses(t *testing.T) {
	t.Parallel()
	srv := server(t)
	mine, theirs := dial(t, srv, "mine"), dial(t, srv, "theirs")
	ref := gjson.GetBytes(theirs.place(turkey).body, "orderReference").Str
	const unknown = `{"success":false,"message":"Order not found","code":"ORDER_NOT_FOUND"}`
	const missing = `{"success":false,"message":"Missing required parameter: orderReference","code":"MISSING_FIELDS"}`
	mine.look(ref).is(t, 404, unknown)
	mine.look("order_1692123456_ab7cd").is(t, 404, unknown)
	mine.get("/esims/order").is(t, 400, missing)
	mine.get("/esims/order?orderReference=").is(t, 400, missing)
	mine.get("/esims/order?orderreference="+ref).is(t, 400, missing)
}

// A pending order has stand-ins for its ICCIDs, and is completed by the third look or
// after two minutes, whichever comes first.
func TestPendingDetails(t *testing.T) {
	t.Parallel()
	srv := server(t)

	t.Run("third look", func(t *testing.T) {
		t.Parallel()
		c := dial(t, srv, "looks~esimfly-pending-details")
		c.set("balance", 50.0)
		made := c.place(turkey)
		golden.JSON(t, "testdata/2025-08/createOrder-pending.json", made.body)
		ref := gjson.GetBytes(made.body, "orderReference").Str
		golden.JSON(t, "testdata/2025-08/getOrder-pending.json", c.look(ref).body)
		for _, want := range []string{"pending_details", "completed", "completed"} {
			if got := gjson.GetBytes(c.look(ref).body, "order.status").Str; got != want {
				t.Errorf("status %s, want %s", got, want)
			}
		}
		golden.JSON(t, "testdata/2025-08/getOrder-pending-over.json", c.look(ref).body)
	})
	t.Run("two minutes", func(t *testing.T) {
		t.Parallel()
		c := dial(t, srv, "minutes~esimfly-pending-details")
		ref := gjson.GetBytes(c.place(turkey).body, "orderReference").Str
		if passed := c.advance(2*time.Minute - time.Second); len(passed) != 0 {
			t.Errorf("passed early: %v", passed)
		}
		passed := c.advance(time.Second)
		if len(passed) != 1 || passed[0].Edge != "esimfly.order.provisioned" || passed[0].ID != ref || !passed[0].At.Equal(start.Add(2*time.Minute)) {
			t.Errorf("passed %v", passed)
		}
		got := gjson.GetBytes(c.look(ref).body, "order.esim")
		if got.Get("status").Str != "New" || got.Get("expiredTime").Str != "2026-09-29T08:15:09Z" {
			t.Errorf("eSIM %s", got)
		}
	})
	t.Run("three at once", func(t *testing.T) {
		t.Parallel()
		c := dial(t, srv, "three~esimfly-pending-details")
		golden.JSON(t, "testdata/2025-08/createOrder-pending-3.json", c.place(strings.Replace(turkey, `"quantity":1`, `"quantity":3`, 1)).body)
	})
}

// A pending order that fails is paid back.
func TestPendingThenFailed(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "failing~esimfly-pending-details")
	ref := gjson.GetBytes(c.place(turkey).body, "orderReference").Str
	if _, err := c.world.Pass("esimfly.order.failed", ref); err != nil {
		t.Fatal(err)
	}
	golden.JSON(t, "testdata/2025-08/getOrder-failed.json", c.look(ref).body)
	c.get("/balance").is(t, 200, `{"success":true,"data":{"balance":1000,"currency":"USD"}}`)
	if passed := c.advance(time.Hour); len(passed) != 0 {
		t.Errorf("a failed order went on: %v", passed)
	}
	for _, edge := range []string{"esimfly.order.failed", "esimfly.order.provisioned"} {
		if _, err := c.world.Pass(edge, ref); err == nil || !strings.Contains(err.Error(), "failed") {
			t.Errorf("%s of a failed order: %v", edge, err)
		}
	}
}

func TestInsufficientBalanceScenario(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "poor~esimfly-insufficient-balance")
	golden.JSON(t, "testdata/2025-08/createOrder-insufficient-balance.json", c.order(tenTurkey).body)
	if got := gjson.GetBytes(c.place(turkey).body, "newBalance").Raw; got != "22.78" {
		t.Errorf("newBalance %s, want 22.78", got)
	}
}

// The id of a request that a rule answered is used up like any other.
func TestOrderErrorScenario(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "unlucky~esimfly-order-error")
	const failed = `{"success":false,"message":"Failed to process order","code":"ORDER_PROCESSING_ERROR"}`
	c.order(turkey).is(t, 500, failed)
	c.order(turkey).is(t, 500, failed)
	c.do(http.MethodPost, "/esims/order", turkey, func(r *http.Request) {
		sign(r, []byte(turkey), "esf_"+c.name, "sk_unlucky", start, requestID(2))
	}).is(t, 400, `{"success":false,"error":"Request ID has already been used","code":"DUPLICATE_REQUEST"}`)
	c.get("/balance").is(t, 200, `{"success":true,"data":{"balance":1000,"currency":"USD"}}`)
	c.place(turkey)
}

// Links to QR codes lead to an image.
func TestQRCode(t *testing.T) {
	t.Parallel()
	srv := server(t)
	c := dial(t, srv, "qr")
	link := gjson.GetBytes(c.place(turkey).body, "qrCodeUrl").Str
	path, ok := strings.CutPrefix(link, "http://esimsim.test:8484")
	if !ok {
		t.Fatalf("link %s does not begin with the caller's origin", link)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := send(t, req); a.status != 200 || a.header.Get("Content-Type") != "image/png" {
		t.Errorf("%s: status %d, %s", link, a.status, a.header.Get("Content-Type"))
	}
}
