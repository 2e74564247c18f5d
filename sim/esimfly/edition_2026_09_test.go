package esimfly_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/golden"
)

// What the vendor's SDK sends.
const (
	newer   = "~esimfly-2026-09"
	minimal = `{"packageCode":"merhaba-7days-1gb","quantity":1,"idempotency_key":"k-1"}`
	bare    = `{"packageCode":"merhaba-7days-1gb"}`
	kddi    = `{"packageCode":"RB77_5D"}`
)

var dataURI = regexp.MustCompile(`data:image/png;base64,([A-Za-z0-9+/=]+)`)

// scanned puts what is in them in the place of images, whose bytes are the encoder's own.
func scanned(t *testing.T, body []byte) []byte {
	t.Helper()
	return dataURI.ReplaceAllFunc(body, func(uri []byte) []byte {
		data, err := base64.StdEncoding.DecodeString(string(dataURI.FindSubmatch(uri)[1]))
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
		if err != nil {
			t.Fatal(err)
		}
		text, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
		if err != nil {
			t.Fatal(err)
		}
		return []byte("image of " + text.GetText())
	})
}

func TestCreateOrder26(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for name, body := range map[string]string{
		"completed":  minimal,
		"quantity-2": `{"packageCode":"2184410","quantity":2}`,
		"unlimited":  `{"packageCode":"esim_UL_1D_TR_V2"}`,
		"carrier":    `{"packageCode":"OT-50000MB-9999T-9999V","recurring":true}`,
		"async":      kddi,
		"legacy":     turkey,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, srv, "order-"+name+newer)
			made := c.place(body)
			golden.JSON(t, "testdata/2026-09/createOrder-"+name+".json", scanned(t, made.body))
			if f := c.last().Findings; len(f) != 0 {
				t.Errorf("findings: %v", f)
			}
			got := c.look(gjson.GetBytes(made.body, "orderReference").Str)
			golden.JSON(t, "testdata/2026-09/getOrder-"+name+".json", got.body)
		})
	}
}

// Strict mode takes what the vendor's SDK sends.
func TestCreateOrder26Strict(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "strict"+newer)
	c.patch("", "validate", "strict")
	c.place(minimal)
	c.place(bare)
}

// An order of a provider that takes minutes: nothing is there, then everything.
func TestPending26(t *testing.T) {
	t.Parallel()
	srv := server(t)
	c := dial(t, srv, "later"+newer)
	ref := gjson.GetBytes(c.place(kddi).body, "orderReference").Str
	golden.JSON(t, "testdata/2026-09/listEsims-pending.json", c.get("/esims").body)
	golden.JSON(t, "testdata/2026-09/listOrders-pending.json", c.get("/orders?status=pending").body)
	golden.JSON(t, "testdata/2026-09/queryUsage-pending.json", c.get("/esims/usage/query?order_id="+ref).body)
	golden.JSON(t, "testdata/2026-09/cancelEsim-pending.json", c.post("/esims/cancel", `{"esimId":2503}`).body)
	golden.JSON(t, "testdata/2026-09/getEsimStatus-pending.json", c.post("/esims/status", `{"esimId":2503}`).body)
	if got := edges(c.advance(3*time.Minute - time.Second)); len(got) != 0 {
		t.Errorf("passed early: %v", got)
	}
	if got := edges(c.advance(time.Second)); len(got) != 1 || got[0] != "order.provisioned" {
		t.Errorf("passed %v", got)
	}
	if got := gjson.GetBytes(c.look(ref).body, "order"); got.Get("status").Str != "completed" || got.Get("esim.isPending").Bool() || got.Get("esim.iccid").Str == "" {
		t.Errorf("order %s", got)
	}

	// One that a policy holds.
	held := dial(t, srv, "held~esimfly-2026-09~esimfly-pending-details")
	made := held.place(bare)
	golden.JSON(t, "testdata/2026-09/createOrder-pending.json", made.body)
	ref = gjson.GetBytes(made.body, "orderReference").Str
	if _, err := held.world.Pass("esimfly.order.failed", ref); err != nil {
		t.Fatal(err)
	}
	golden.JSON(t, "testdata/2026-09/getOrder-failed.json", held.look(ref).body)
	golden.JSON(t, "testdata/2026-09/listOrders-failed.json", held.get("/orders").body)
	if got := gjson.GetBytes(held.get("/esims").body, "data.pagination.total").Int(); got != 0 {
		t.Errorf("a failed order has %d eSIMs", got)
	}
}

func TestCreateOrder26Refuses(t *testing.T) {
	t.Parallel()
	const (
		missing = `{"success":false,"message":"Missing required field: packageCode","code":"MISSING_PACKAGE_CODE"}`
		unknown = `{"success":false,"message":"Invalid package code. Package not found in database.","code":"INVALID_PACKAGE"}`
		key     = `{"success":false,"message":"idempotency_key must be a string of at most 200 characters","code":"INVALID_IDEMPOTENCY_KEY"}`
	)
	srv := server(t)
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"no body":            {"", 400, missing},
		"empty object":       {"{}", 400, missing},
		"no code":            {`{"packageName":"Turkey 1 GB 7 Days","price":2.72}`, 400, missing},
		"cut off":            {bare[:10], 400, `{"success":false,"message":"Invalid request body","code":"INVALID_REQUEST"}`},
		"unknown":            {`{"packageCode":"x"}`, 400, unknown},
		"an enterprise's":    {`{"packageCode":"ent_1234567"}`, 404, `{"success":false,"message":"Package not found","code":"PACKAGE_NOT_FOUND"}`},
		"wrong price":        {`{"packageCode":"merhaba-7days-1gb","price":2.71}`, 400, `{"success":false,"message":"Invalid price submitted","code":"PRICE_MISMATCH"}`},
		"quantity 11":        {`{"packageCode":"merhaba-7days-1gb","quantity":11}`, 400, `{"success":false,"message":"Quantity must be between 1 and 10","code":"INVALID_QUANTITY"}`},
		"key of 201":         {fmt.Sprintf(`{"packageCode":"merhaba-7days-1gb","idempotency_key":"%s"}`, strings.Repeat("ü", 201)), 400, key},
		"key is a number":    {`{"packageCode":"merhaba-7days-1gb","idempotency_key":7}`, 400, key},
		"ten for 25.50":      {`{"packageCode":"merhaba-7days-1gb","quantity":10}`, 400, `{"success":false,"message":"Insufficient balance","code":"INSUFFICIENT_BALANCE","currentBalance":25.5,"requiredBalance":27.2,"needToLoad":1.7}`},
		"key before package": {`{"packageCode":"x","idempotency_key":7}`, 400, key},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c1 := dial(t, srv, "refuse-"+regexp.MustCompile(`\W`).ReplaceAllString(name, "-")+newer)
			c1.set("balance", 25.5)
			c1.order(c.body).is(t, c.status, c.want)
			c1.get("/balance").is(t, 200, `{"success":true,"data":{"balance":25.5,"currency":"USD"}}`)
		})
	}
	c := dial(t, srv, "long"+newer)
	c.place(fmt.Sprintf(`{"packageCode":"merhaba-7days-1gb","idempotency_key":"%s"}`, strings.Repeat("ü", 200)))
}

// The fields of the other edition are odd there.
func TestNewerFieldsAreOddBefore(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "odd")
	a := c.place(strings.Replace(turkey, "{", `{"callbackUrl":"https://shop.test/hook","recurring":true,"idempotency_key":"k",`, 1))
	if got := a.header.Get("X-Esimsim-Findings"); got != "body.undeclared" || len(c.last().Findings) != 3 {
		t.Errorf("findings %q: %v", got, c.last().Findings)
	}
	newest := dial(t, c.srv, "odd"+newer)
	a = newest.place(`{"packageCode":"merhaba-7days-1gb","callbackUrl":"shop","recurring":true}`)
	if got := a.header.Get("X-Esimsim-Findings"); got != "esimfly.recurring, esimfly.callback-url" {
		t.Errorf("findings %q", got)
	}
}

// The ladder of the newer edition, where it differs.
func TestAuthentication26(t *testing.T) {
	t.Parallel()
	const incomplete = `{"success":false,"error":"HMAC signature authentication required","message":"Missing required headers: RT-Signature, RT-Timestamp, and RT-RequestID are mandatory when using RT-AccessCode","code":"HMAC_REQUIRED"}`
	srv := server(t)
	c := dial(t, srv, "auth"+newer)
	without := func(names ...string) func(*http.Request) {
		return func(r *http.Request) {
			for _, name := range names {
				r.Header.Del(name)
			}
		}
	}
	for _, name := range []string{"RT-RequestID", "RT-Timestamp", "RT-Signature"} {
		c.do(http.MethodGet, "/balance", "", without(name)).is(t, 401, incomplete)
	}
	c.do(http.MethodGet, "/balance", "", without("RT-RequestID", "RT-Timestamp", "RT-Signature")).is(t, 401, incomplete)
	c.do(http.MethodGet, "/balance", "", without("RT-AccessCode")).is(t, 401, authRequired)
	c.do(http.MethodGet, "/balance", "", without("RT-AccessCode", "RT-RequestID", "RT-Timestamp", "RT-Signature")).is(t, 401, authRequired)
	withID := func(id string) answer {
		return c.do(http.MethodGet, "/balance", "", func(r *http.Request) { sign(r, nil, "esf_"+c.name, "sk_auth", start, id) })
	}
	for _, id := range []string{"1", "4ce9d9cdac9e4e17b3a2c66c358c1ce2", "4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ceg"} {
		withID(id).is(t, 400, badID)
	}
	for _, id := range []string{"4ce9d9cd-ac9e-1e17-b3a2-c66c358c1ce2", "00000000-0000-0000-0000-000000000000"} {
		a := withID(id)
		a.is(t, 200, opening)
		if got := a.header.Get("X-Esimsim-Findings"); got != "header.pattern" {
			t.Errorf("%s: findings %q", id, got)
		}
		withID(id).is(t, 400, duplicate)
	}
}

// A hundred a minute and a thousand an hour; what is used up is told.
func TestRateLimit26(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "busy"+newer)
	tells := func(a answer, status int, limit, remaining, reset string) {
		t.Helper()
		got := a.header.Get("X-RateLimit-Limit") + " " + a.header.Get("X-RateLimit-Remaining") + " " + a.header.Get("X-RateLimit-Reset")
		if want := limit + " " + remaining + " " + reset; a.status != status || got != want {
			t.Errorf("status %d, headers %s; want %d, %s", a.status, got, status, want)
		}
	}
	hundred := func() {
		t.Helper()
		for range 100 {
			if a := c.get("/balance"); a.status != 200 {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
		}
	}
	hundred()
	tells(c.get("/balance"), 429, "100", "0", "2026-04-02T08:16:00.000Z")
	c.advance(time.Minute)
	tells(c.get("/balance"), 200, "1000", "899", "2026-04-02T09:00:00.000Z")
	c.advance(time.Minute)
	for range 8 {
		hundred()
		c.advance(time.Minute)
	}
	for range 99 {
		c.get("/balance")
	}
	c.advance(time.Minute)
	tells(c.get("/balance"), 429, "1000", "0", "2026-04-02T09:00:00.000Z")
	c.set("rateLimitStatus", "401")
	over := c.get("/balance")
	tells(over, 401, "1000", "0", "2026-04-02T09:00:00.000Z")
	over.is(t, 401, tooMany)
}
