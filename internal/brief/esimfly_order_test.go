package brief_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/png"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/tool"
	"github.com/esimsim/esimsim/sim"
)

// The page "Create Order" of the esimfly Business API.

const (
	esimflyOrigin = "https://esimfly.net"
	esimflyBase   = "/api/v1/business"
)

const esimflyRequestExample = `{
"packageCode": "merhaba-7days-1gb",
"packageName": "Turkey 1 GB 7 Days",
"price": 2.72,
"quantity": 1,
"duration": 7,
"flagUrl": "/img/flags/tr.png"
}`

const esimflyOrderSample = `{
"success": true,
"message": "Order processed successfully",
"orderReference": "order_1692123456_ab7cd",
"esimId": 2503,
"packageName": "Turkey 1 GB 7 Days",
"newBalance": 47.28,
"qrCodeUrl": "https://qr.example.com/esim-qr-code.png",
"directAppleInstallUrl": "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1$...",
"paymentMethod": "balance",
"status": "completed",
"amount": 2.72,
"profit": 0.2,
"final_price": 2.72,
"processing_time_ms": 3245,
"esims": [
{
"iccid": "8932042000010078801",
"qrCodeUrl": "https://qr.example.com/esim-qr-code.png",
"directAppleInstallUrl": "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1$...",
"status": "New",
"isPending": false
}
]
}`

const esimflyPendingSample = `{
"success": true,
"message": "Order created successfully, eSIM details will be available shortly",
"orderReference": "order_1692123456_ab7cd",
"esimId": 2503,
"packageName": "Turkey 1 GB 7 Days",
"newBalance": 47.28,
"qrCodeUrl": "",
"directAppleInstallUrl": "",
"paymentMethod": "balance",
"status": "pending_details",
"amount": 2.72,
"profit": 0.2,
"final_price": 2.72,
"processing_time_ms": 1523,
"note": "The order was placed successfully but eSIM details are being processed. Please check order status in a few minutes.",
"esims": [
{
"iccid": "PENDING_B25081719340002_1755459260253",
"qrCodeUrl": "",
"directAppleInstallUrl": "",
"status": "PENDING",
"isPending": true
}
]
}`

const esimflyStatusSample = `{
"success": true,
"order": {
"id": 2503,
"packageName": "Turkey 1 GB 7 Days",
"packageCode": "merhaba-7days-1gb",
"status": "completed",
"amount": 2.72,
"finalPrice": 2.72,
"orderDate": "2024-08-17T20:12:00Z",
"orderReference": "order_1692123456_ab7cd",
"paymentMethod": "balance",
"paymentStatus": "succeeded",
"esim": {
"iccid": "8932042000010078801",
"status": "New",
"qrCodeUrl": "https://qr.example.com/esim-qr-code.png",
"directAppleInstallUrl": "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1$...",
"unlimited": false,
"totalVolume": 1073741824,
"totalDuration": 7,
"expiredTime": "2025-02-13T20:12:00Z"
}
}
}`

// The bodies of the page's error responses.
const (
	esimflyMissingFields       = `{"success":false,"message":"Missing required fields","code":"MISSING_FIELDS"}`
	esimflyInvalidPackage      = `{"success":false,"message":"Invalid package selected","code":"INVALID_PACKAGE"}`
	esimflyPriceMismatch       = `{"success":false,"message":"Invalid price submitted","code":"PRICE_MISMATCH"}`
	esimflyInsufficientBalance = `{"success":false,"message":"Insufficient balance","code":"INSUFFICIENT_BALANCE","currentBalance":25.50,"requiredBalance":27.20,"needToLoad":1.70}`
	esimflyAuthentication      = `{"success":false,"error":"Authentication required","message":"Please provide either Bearer token or complete HMAC signature authentication"}`
	esimflyInvalidSignature    = `{"success":false,"error":"Invalid HMAC signature","code":"INVALID_SIGNATURE"}`
	esimflyInvalidUser         = `{"success":false,"error":"Invalid user or not a business account","code":"INVALID_USER"}`
	esimflyProcessingError     = `{"success":false,"message":"Failed to process order","code":"ORDER_PROCESSING_ERROR"}`
)

// The tables "Response Fields" and "eSIM Object Fields", and that of the request.
var (
	esimflyResponseFields = map[string]string{
		"success": "Boolean", "message": "String", "orderReference": "String", "esimId": "Integer", "packageName": "String",
		"newBalance": "Number", "qrCodeUrl": "String", "directAppleInstallUrl": "String", "paymentMethod": "String", "status": "String",
		"amount": "Number", "profit": "Number", "final_price": "Number", "processing_time_ms": "Integer", "esims": "Array", "note": "String",
	}
	esimflyESIMFields = map[string]string{
		"iccid": "String", "qrCodeUrl": "String", "directAppleInstallUrl": "String", "status": "String", "isPending": "Boolean",
	}
	esimflyRequestFields = map[string]string{
		"packageCode": "String", "packageName": "String", "price": "Number", "quantity": "Integer", "duration": "Integer", "flagUrl": "String",
	}
	esimflyRequired = []string{"packageCode", "packageName", "price"}
)

// The four headers of a request, as the page writes them.
const (
	rtAccessCode = "RT-AccessCode"
	rtRequestID  = "RT-RequestID"
	rtTimestamp  = "RT-Timestamp"
	rtSignature  = "RT-Signature"
)

// A signer makes the page's headers.
type signer struct {
	accessCode, secretKey string
	requestID             func() string
	timestamp             func() string
}

func newSigner(accessCode, secretKey string) signer {
	return signer{
		accessCode, secretKey, newUUID,
		func() string { return strconv.FormatInt(clock.Wall{}.Now().UnixMilli(), 10) },
	}
}

// newUUID is one of version 4.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (s signer) sign(r *http.Request, body string) {
	id, at := s.requestID(), s.timestamp()
	mac := hmac.New(sha256.New, []byte(s.secretKey))
	mac.Write([]byte(at + id + s.accessCode + body))
	r.Header.Set(rtAccessCode, s.accessCode)
	r.Header.Set(rtRequestID, id)
	r.Header.Set(rtTimestamp, at)
	r.Header.Set(rtSignature, strings.ToUpper(hex.EncodeToString(mac.Sum(nil))))
}

func esimfly(s *sim.Server, world string) client {
	return esimflyAs(s, world, newSigner("esf_"+world, "sk_"+world))
}

func esimflyAs(s *sim.Server, world string, by signer) client {
	return newClient(s, world, esimflyBase, by.sign)
}

// turkey is an order of the page's package.
func turkey(quantity int) string {
	return fmt.Sprintf(`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72,"quantity":%d}`, quantity)
}

func esimflyBalance(t *testing.T, c client) float64 {
	t.Helper()
	return c.get(t, "/balance").want(t, http.StatusOK).number(t, "data.balance")
}

// exactly wants the whole body of a page.
func exactly(t *testing.T, got reply, status int, body string) {
	t.Helper()
	if got.status != status {
		t.Errorf("%s: want status %d, got %d", got.call, status, got.status)
	}
	sample{body: body}.check(t, got)
}

const (
	appleLink    = `https://esimsetup\.apple\.com/esim_qrcode_provisioning\?carddata=LPA:1\$[^$]+\$[^$]+`
	flyReference = `order_%d_[a-z0-9]{5}`
)

// esimflyOpen are the values of an order's samples that are the service's own.
func esimflyOpen(s *sim.Server, orderedAt time.Time) map[string]string {
	qr := regexp.QuoteMeta(s.URL()) + `/.+\.png`
	return map[string]string{
		"orderReference": fmt.Sprintf(flyReference, orderedAt.Unix()), "processing_time_ms": `[1-9][0-9]*`,
		"qrCodeUrl": qr, "esims[].qrCodeUrl": qr, "directAppleInstallUrl": appleLink, "esims[].directAppleInstallUrl": appleLink,
		"esims[].iccid": `89[0-9]{17,18}`,
	}
}

func TestEsimflySamples(t *testing.T) {
	t.Parallel()
	s := start(t)
	t.Run("Success Response", func(t *testing.T) {
		t.Parallel()
		c := esimfly(s, "success")
		c.set(t, `{"esimfly":{"balance":50}}`)
		at := time.Unix(1692123456, 0) // that of the page's order reference
		c.stop(t, at)
		got := c.post(t, "/esims/order", esimflyRequestExample).clean(t)
		sample{esimflyOrderSample, esimflyOpen(s, at)}.check(t, got)
		fieldTypes(t, "", got.json(t), esimflyResponseFields, "note")
		fieldTypes(t, "esims.0", got.at(t, "esims.0"), esimflyESIMFields)
		equal(t, "balance", esimflyBalance(t, c), 47.28)
		equal(t, "qrCodeUrl", got.text(t, "qrCodeUrl"), got.text(t, "esims.0.qrCodeUrl"))
		code := fetch(t, got.text(t, "qrCodeUrl")).want(t, http.StatusOK)
		if _, err := png.Decode(bytes.NewReader(code.body)); err != nil {
			t.Errorf("qrCodeUrl: want an image, got %v", err)
		}
	})
	t.Run("Pending Response", func(t *testing.T) {
		t.Parallel()
		c := esimflyAs(s, "pending~esimfly-pending-details", newSigner("esf_pending~esimfly-pending-details", "sk_pending"))
		c.set(t, `{"esimfly":{"balance":50}}`)
		at := time.UnixMilli(1755459260253) // that of the page's placeholder
		c.stop(t, at)
		got := c.post(t, "/esims/order", esimflyRequestExample).clean(t)
		open := map[string]string{
			"orderReference": fmt.Sprintf(flyReference, at.Unix()), "processing_time_ms": `[1-9][0-9]*`,
			"esims[].iccid": `PENDING_B2508171934[0-9]{4}_1755459260253`,
		}
		sample{esimflyPendingSample, open}.check(t, got)
		fieldTypes(t, "", got.json(t), esimflyResponseFields)
		fieldTypes(t, "esims.0", got.at(t, "esims.0"), esimflyESIMFields)
		equal(t, "balance", esimflyBalance(t, c), 47.28)

		path := "/esims/order?orderReference=" + got.text(t, "orderReference")
		equal(t, "status at first", c.get(t, path).clean(t).text(t, "order.status"), "pending_details")
		c.advance(t, "2m") // the page: after 1-2 minutes
		equal(t, "status after two minutes", c.get(t, path).clean(t).text(t, "order.status"), "completed")
		equal(t, "eSIM status then", c.get(t, path).clean(t).text(t, "order.esim.status"), "New")
	})
	t.Run("Pending Response, asked again and again", func(t *testing.T) {
		t.Parallel()
		c := esimfly(s, "asking~esimfly-pending-details")
		placed := c.post(t, "/esims/order", esimflyRequestExample).clean(t)
		path := "/esims/order?orderReference=" + placed.text(t, "orderReference")
		var seen []string
		for range 3 {
			seen = append(seen, c.get(t, path).clean(t).text(t, "order.status"))
		}
		if want := []string{"pending_details", "pending_details", "completed"}; !slices.Equal(seen, want) {
			t.Errorf("status: want %s, got %s", want, seen)
		}
	})
	t.Run("Status Check Response", func(t *testing.T) {
		t.Parallel()
		c := esimfly(s, "status")
		at := time.Date(2024, 8, 17, 20, 12, 0, 0, time.UTC) // the page's orderDate
		c.stop(t, at)
		placed := c.post(t, "/esims/order", esimflyRequestExample).clean(t)
		got := c.get(t, "/esims/order?orderReference="+placed.text(t, "orderReference")).clean(t)
		sample{esimflyStatusSample, map[string]string{
			"order.orderReference": fmt.Sprintf(flyReference, at.Unix()), "order.esim.iccid": `89[0-9]{17,18}`,
			"order.esim.qrCodeUrl": regexp.QuoteMeta(s.URL()) + `/.+\.png`, "order.esim.directAppleInstallUrl": appleLink,
		}}.check(t, got)
		for path, of := range map[string]string{
			"order.id": "esimId", "order.orderReference": "orderReference", "order.esim.iccid": "esims.0.iccid",
			"order.esim.qrCodeUrl": "qrCodeUrl", "order.esim.directAppleInstallUrl": "directAppleInstallUrl",
		} {
			equal(t, path, got.at(t, path).text, placed.at(t, of).text)
		}
	})
}

// fieldTypes wants the fields of a table with their types; without leaves some out.
func fieldTypes(t *testing.T, path string, got *node, table map[string]string, without ...string) {
	t.Helper()
	kinds := map[string]string{"Boolean": "boolean", "String": "string", "Number": "number", "Integer": "number", "Array": "array"}
	want := slices.DeleteFunc(slices.Sorted(maps.Keys(table)), func(k string) bool { return slices.Contains(without, k) })
	if have := slices.Sorted(slices.Values(got.keys)); !slices.Equal(have, want) {
		t.Errorf("%s: want the fields %s, got %s", path, want, have)
	}
	for _, name := range want {
		field := got.fields[name]
		if field == nil {
			continue // said already
		}
		_, err := strconv.ParseInt(field.text, 10, 64)
		if field.kind != kinds[table[name]] || table[name] == "Integer" && err != nil {
			t.Errorf("%s: want %s, got %s", join(path, name), table[name], field)
		}
	}
}

func TestEsimflyRequest(t *testing.T) {
	t.Parallel()
	s := start(t)
	keys := map[string]bool{}
	keysOf(t, keys, esimflyRequestExample)
	if want := slices.Sorted(maps.Keys(esimflyRequestFields)); !slices.Equal(slices.Sorted(maps.Keys(keys)), want) {
		t.Errorf("the example: want the fields of the table %s, got %v", want, keys)
	}
	without := func(t *testing.T, change func(body map[string]any)) string {
		t.Helper()
		body := map[string]any{}
		if err := json.Unmarshal([]byte(esimflyRequestExample), &body); err != nil {
			t.Fatal(err)
		}
		change(body)
		out, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for _, field := range slices.Sorted(maps.Keys(esimflyRequestFields)) {
		t.Run("without "+field, func(t *testing.T) {
			t.Parallel()
			c := esimfly(s, "without-"+field)
			got := c.post(t, "/esims/order", without(t, func(b map[string]any) { delete(b, field) }))
			if slices.Contains(esimflyRequired, field) {
				exactly(t, got, http.StatusBadRequest, esimflyMissingFields)
				equal(t, "balance", esimflyBalance(t, c), 1000)
				return
			}
			equal(t, "eSIMs", len(got.clean(t).list(t, "esims")), 1) // quantity is 1 by default
			path := "/esims/order?orderReference=" + got.text(t, "orderReference")
			equal(t, "totalDuration", c.get(t, path).number(t, "order.esim.totalDuration"), 7) // duration is detected
		})
		t.Run("another type of "+field, func(t *testing.T) {
			t.Parallel()
			c := esimfly(s, "type-"+field)
			c.post(t, "/esims/order", without(t, func(b map[string]any) { b[field] = []int{1} })).odd(t)
		})
	}
	t.Run("an unknown field", func(t *testing.T) {
		t.Parallel()
		c := esimfly(s, "unknown")
		c.post(t, "/esims/order", without(t, func(b map[string]any) { b["notOnThePage"] = 1 })).odd(t)
	})
	for quantity, fine := range map[string]bool{"1": true, "10": true, "0": false, "11": false, "-1": false, "1.5": false} {
		t.Run("quantity "+quantity, func(t *testing.T) {
			t.Parallel()
			c := esimfly(s, "quantity"+quantity)
			got := c.post(t, "/esims/order", strings.Replace(turkey(1), `"quantity":1`, `"quantity":`+quantity, 1))
			if !fine {
				got.want(t, http.StatusBadRequest)
				equal(t, "balance", esimflyBalance(t, c), 1000)
				return
			}
			iccids := map[string]bool{}
			for _, e := range got.clean(t).list(t, "esims") {
				iccids[e.at("iccid").text] = true
			}
			equal(t, "ICCIDs", strconv.Itoa(len(iccids)), quantity)
		})
	}
	t.Run("the flag is there", func(t *testing.T) {
		t.Parallel()
		got := fetch(t, s.URL()+"/img/flags/tr.png").want(t, http.StatusOK)
		if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "image/") {
			t.Errorf("Content-Type of a flag: want an image, got %s", kind)
		}
	})
}

func TestEsimflyHeaders(t *testing.T) {
	t.Parallel()
	s := start(t)
	with := func(change func(*signer)) signer {
		by := newSigner("esf_headers", "sk_headers")
		change(&by)
		return by
	}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		body := map[string]string{http.MethodPost: turkey(1)}[method]
		try := func(t *testing.T, by signer, header ...string) reply {
			t.Helper()
			return esimflyAs(s, "headers", by).call(t, method, "/esims/order", body, header...)
		}
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			for _, name := range []string{rtAccessCode, rtRequestID, rtTimestamp, rtSignature} {
				exactly(t, try(t, with(func(*signer) {}), name, ""), http.StatusUnauthorized, esimflyAuthentication)
			}
			nothing := newClient(s, "headers", esimflyBase, nil).call(t, method, "/esims/order", body)
			exactly(t, nothing, http.StatusUnauthorized, esimflyAuthentication)

			exactly(t, try(t, with(func(by *signer) { by.secretKey = "sk_other" })), http.StatusUnauthorized, esimflyInvalidSignature)
			exactly(t, try(t, with(func(*signer) {}), rtSignature, strings.Repeat("A", 64)), http.StatusUnauthorized, esimflyInvalidSignature)

			for _, id := range []string{"1", "order-1", "c232ab00-9414-11ec-b3c8-9f6bdeced846" /* version 1 */, "00000000-0000-0000-0000-000000000000"} {
				got := try(t, with(func(by *signer) { by.requestID = func() string { return id } }))
				equal(t, "status for request id "+id, got.status, http.StatusBadRequest)
			}
			seconds := with(func(by *signer) {
				by.timestamp = func() string { return strconv.FormatInt(clock.Wall{}.Now().Unix(), 10) }
			})
			equal(t, "status for a timestamp in seconds", try(t, seconds).status, http.StatusUnauthorized)
		})
	}
	t.Run("lower-case signature", func(t *testing.T) {
		t.Parallel()
		by := newSigner("esf_lower", "sk_lower")
		c := newClient(s, "lower", esimflyBase, func(r *http.Request, body string) {
			by.sign(r, body)
			r.Header.Set(rtSignature, strings.ToLower(r.Header.Get(rtSignature)))
		})
		exactly(t, c.post(t, "/esims/order", turkey(1)), http.StatusUnauthorized, esimflyInvalidSignature)
	})
	t.Run("the signature is over the bytes sent", func(t *testing.T) {
		t.Parallel()
		c := esimfly(s, "bytes")
		c.post(t, "/esims/order", strings.ReplaceAll(turkey(1), `":`, `": `)).clean(t)
		by := newSigner("esf_bytes", "sk_bytes")
		other := newClient(s, "bytes", esimflyBase, func(r *http.Request, _ string) { by.sign(r, turkey(2)) })
		exactly(t, other.post(t, "/esims/order", turkey(1)), http.StatusUnauthorized, esimflyInvalidSignature)
	})
	t.Run("Content-Type", func(t *testing.T) {
		t.Parallel()
		c := esimfly(s, "content")
		c.post(t, "/esims/order", turkey(1), "Content-Type", "application/json").clean(t)
		c.post(t, "/esims/order", turkey(1), "Content-Type", "text/plain").odd(t)
	})
	t.Run("not a business account", func(t *testing.T) {
		t.Parallel()
		exactly(t, esimfly(s, "forbidden").post(t, "/esims/order", turkey(1)), http.StatusForbidden, esimflyInvalidUser)
		exactly(t, esimfly(s, "forbidden-too").get(t, "/esims/order?orderReference=x"), http.StatusForbidden, esimflyInvalidUser)
	})
	t.Run("the printed pair", func(t *testing.T) {
		t.Parallel()
		c := esimflyAs(s, "your_access_code", newSigner("esf_your_access_code", "sk_your_secret_key"))
		c.post(t, "/esims/order", turkey(1)).clean(t)
	})
}

func TestEsimflyErrors(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, e := range map[string]struct {
		settings, body string
		status         int
		want           string
	}{
		"Missing required fields": {body: `{}`, status: 400, want: esimflyMissingFields},
		"Invalid package": {
			body: strings.Replace(turkey(1), "merhaba-7days-1gb", "merhaba-7days-2tb", 1), status: 400, want: esimflyInvalidPackage,
		},
		"Invalid package, prefixed":    {body: strings.Replace(turkey(1), "merhaba", "tr-merhaba", 1), status: 400, want: esimflyInvalidPackage},
		"Price mismatch":               {body: strings.Replace(turkey(1), "2.72", "2.71", 1), status: 400, want: esimflyPriceMismatch},
		"Price mismatch, of the total": {body: strings.Replace(turkey(2), "2.72", "5.44", 1), status: 400, want: esimflyPriceMismatch},
		"Insufficient balance": {
			settings: `{"esimfly":{"balance":25.50}}`, body: turkey(10), status: 400, want: esimflyInsufficientBalance,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := esimfly(s, strings.NewReplacer(" ", "-", ",", "").Replace(name))
			if e.settings != "" {
				c.set(t, e.settings)
			}
			before := esimflyBalance(t, c)
			exactly(t, c.post(t, "/esims/order", e.body), e.status, e.want)
			equal(t, "balance", esimflyBalance(t, c), before)
		})
	}
	t.Run("Order processing error", func(t *testing.T) {
		t.Parallel()
		failing := start(t, "rules: [{on: esimfly.createOrder, first: 1, do: {error: ORDER_PROCESSING_ERROR}}]")
		c := esimfly(failing, "error")
		exactly(t, c.post(t, "/esims/order", turkey(1)), http.StatusInternalServerError, esimflyProcessingError)
		equal(t, "balance", esimflyBalance(t, c), 1000)
		c.post(t, "/esims/order", turkey(1)).clean(t)
	})
}

// Request ids are unique and kept for 24 hours.
func TestEsimflyDeduplication(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := newUUID()
	by := newSigner("esf_once", "sk_once")
	by.requestID = func() string { return id }
	c, other := esimflyAs(s, "once", by), esimfly(s, "once")

	c.post(t, "/esims/order", turkey(1)).clean(t)
	c.post(t, "/esims/order", turkey(1)).refused(t)
	c.post(t, "/esims/order", turkey(2)).refused(t)
	c.get(t, "/balance").refused(t)
	equal(t, "balance after one order", esimflyBalance(t, other), 997.28)
	c.advance(t, "23h59m")
	c.post(t, "/esims/order", turkey(1)).refused(t)
	c.advance(t, "2m")
	c.post(t, "/esims/order", turkey(1)).clean(t)
	equal(t, "balance after the second", esimflyBalance(t, other), 994.56)
}

// Orders that come at once never take more than there is.
func TestEsimflyBalanceSafety(t *testing.T) {
	t.Parallel()
	c := esimfly(start(t), "atomic")
	c.set(t, `{"esimfly":{"balance":10}}`)
	answers := make(chan int, 12)
	for range cap(answers) {
		go func() {
			got, err := c.do(t.Context(), http.MethodPost, "/esims/order", turkey(1))
			if err != nil {
				t.Error(err)
			}
			answers <- got.status
		}()
	}
	status := map[int]int{}
	for range cap(answers) {
		status[<-answers]++
	}
	if want := map[int]int{200: 3, 400: 9}; !maps.Equal(status, want) {
		t.Errorf("orders by status: want %v, got %v", want, status)
	}
	equal(t, "balance", esimflyBalance(t, c), 1.84)
}

func TestEsimflyRateLimit(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := esimfly(s, "limit")
	c.stop(t, time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	for n := 1; n <= 1000; n++ {
		got := c.get(t, "/balance").want(t, http.StatusOK)
		if n > 2 && n < 999 {
			continue
		}
		equal(t, "X-RateLimit-Limit", got.header.Get("X-RateLimit-Limit"), "1000")
		equal(t, "X-RateLimit-Remaining", got.header.Get("X-RateLimit-Remaining"), strconv.Itoa(1000-n))
		if _, err := time.Parse(time.RFC3339Nano, got.header.Get("X-RateLimit-Reset")); err != nil {
			t.Errorf("X-RateLimit-Reset: want an instant, got %v", err)
		}
	}
	over := c.post(t, "/esims/order", turkey(1)).want(t, http.StatusTooManyRequests)
	equal(t, "X-RateLimit-Remaining", over.header.Get("X-RateLimit-Remaining"), "0")
	esimfly(s, "limit-of-another").get(t, "/balance").want(t, http.StatusOK) // it is per key
	c.advance(t, "1h")
	equal(t, "balance", esimflyBalance(t, c), 1000)
	ordered := c.post(t, "/esims/order", turkey(1)).clean(t)
	if ordered.header.Get("X-RateLimit-Limit") == "" {
		t.Error("POST /esims/order: want rate limit headers, got none")
	}
}

// packages asks the endpoint that the page sends to for codes and prices.
func packages(t *testing.T, c client, query string) []*node {
	t.Helper()
	got := c.get(t, "/esims/packages?"+query).clean(t)
	equal(t, "success", got.at(t, "success").text, "true")
	return got.list(t, "data.packages")
}

func TestEsimflyPackages(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := esimfly(s, "packages")
	var all []*node
	for page := 1; ; page++ {
		list := packages(t, c, fmt.Sprintf("limit=100&page=%d", page))
		all = append(all, list...)
		if len(list) < 100 {
			break
		}
	}
	byCode := map[string]*node{}
	for _, p := range all {
		byCode[p.at("package_code").text] = p
	}
	// The page's examples of codes, and that of its second order.
	for _, code := range []string{"merhaba-7days-1gb", "esim_UL_1D_TR_V2", "PHAJHEAYP", "europe-5gb-30days"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			p := byCode[code]
			if p == nil {
				t.Fatalf("want it among the %d packages, got none", len(all))
			}
			buyer := esimfly(s, "buyer-of-"+code)
			body, err := json.Marshal(map[string]any{
				"packageCode": code, "packageName": p.at("name").text, "price": json.Number(p.at("cost").text),
			})
			if err != nil {
				t.Fatal(err)
			}
			placed := buyer.post(t, "/esims/order", string(body)).clean(t)
			status := buyer.get(t, "/esims/order?orderReference="+placed.text(t, "orderReference")).clean(t)
			equal(t, "packageCode", status.text(t, "order.packageCode"), code)
			cost, _ := p.at("cost").number()
			equal(t, "amount", placed.number(t, "amount"), cost)
			equal(t, "totalDuration", status.at(t, "order.esim.totalDuration").text, p.at("validity_days").text)
		})
	}
	t.Run("the package of the samples", func(t *testing.T) {
		t.Parallel()
		p := byCode["merhaba-7days-1gb"]
		for field, want := range map[string]string{"name": "Turkey 1 GB 7 Days", "cost": "2.72", "validity_days": "7"} {
			equal(t, field, p.at(field).text, want)
		}
		logo := p.at("locationNetworkList.0.locationLogo")
		if logo == nil || logo.kind != "string" {
			t.Errorf("locationNetworkList[0].locationLogo: want a string, got %s", logo)
		}
	})
	t.Run("the package of the second order", func(t *testing.T) {
		t.Parallel()
		p := byCode["europe-5gb-30days"]
		for field, want := range map[string]string{"name": "Europe 5GB 30 Days", "cost": "15.99", "validity_days": "30"} {
			equal(t, field, p.at(field).text, want)
		}
	})
	t.Run("/packages", func(t *testing.T) {
		t.Parallel()
		got := c.get(t, "/packages?search=Turkey").want(t, http.StatusOK)
		if len(got.list(t, "data.packages")) == 0 {
			t.Error("want packages, got none")
		}
	})
}

// The examples of the page. What it leaves to the reader is in reader.js: the functions
// it calls without showing them, and a stand-in for the module uuid.

const esimflyCreateOrderJS = `const crypto = require('crypto');
const { v4: uuidv4 } = require('uuid');
async function createOrder(packageDetails) {
const accessCode = 'esf_your_access_code';
const secretKey = 'sk_your_secret_key';
// Order data
const orderData = {
packageCode: packageDetails.package_code,
packageName: packageDetails.name,
price: packageDetails.cost,
quantity: 1,
duration: packageDetails.validity_days,
flagUrl: packageDetails.locationNetworkList?.[0]?.locationLogo || ''
};
// Generate HMAC headers
const timestamp = Date.now().toString();
const requestId = uuidv4();
const requestBody = JSON.stringify(orderData);
const signData = timestamp + requestId + accessCode + requestBody;
const signature = crypto.createHmac('sha256', secretKey)
.update(signData)
.digest('hex')
.toUpperCase();
const response = await fetch('https://esimfly.net/api/v1/business/esims/order', {
method: 'POST',
headers: {
'RT-AccessCode': accessCode,
'RT-RequestID': requestId,
'RT-Timestamp': timestamp,
'RT-Signature': signature,
'Content-Type': 'application/json'
},
body: requestBody
});
const result = await response.json();
if (result.success) {
console.log(` + "`Order created: ${result.orderReference}`" + `);
console.log(` + "`New balance: $${result.newBalance}`" + `);
console.log(` + "`Profit earned: $${result.profit}`" + `);
// Save eSIM details for customer
result.esims.forEach((esim, index) => {
console.log(` + "`eSIM ${index + 1}: ${esim.iccid}`" + `);
console.log(` + "`QR Code: ${esim.qrCodeUrl}`" + `);
});
}
return result;
}`

const esimflyMultipleJS = `const orderData = {
packageCode: "europe-5gb-30days",
packageName: "Europe 5GB 30 Days",
price: 15.99,
quantity: 5, // Order 5 eSIMs
flagUrl: "/img/flags/eu.png"
};
const result = await createOrder(orderData);
if (result.success) {
console.log(` + "`Created ${result.esims.length} eSIMs`" + `);
console.log(` + "`Total cost: $${result.final_price}`" + `);
console.log(` + "`Total profit: $${result.profit}`" + `);
}`

const esimflyCheckOrderStatusJS = `async function checkOrderStatus(orderReference) {
const response = await fetch(
` + "`https://esimfly.net/api/v1/business/esims/order?orderReference=${orderReference}`" + `,
{
headers: generateHMACHeaders() // Your HMAC function
}
);
const data = await response.json();
if (data.success) {
console.log(` + "`Order Status: ${data.order.status}`" + `);
console.log(` + "`Payment Status: ${data.order.paymentStatus}`" + `);
console.log(` + "`eSIM Status: ${data.order.esim.status}`" + `);
}
return data;
}`

const esimflyLatestJS = `// Good: Get fresh package data
const packages = await getPackages({ search: 'Turkey' });
const selectedPackage = packages.data.packages[0];
const order = await createOrder({
packageCode: selectedPackage.package_code,
packageName: selectedPackage.name,
price: selectedPackage.cost // Use current price
});`

const esimflyPendingJS = `const result = await createOrder(orderData);
if (result.status === 'pending_details') {
console.log('Order created, waiting for eSIM details...');
// Check status after a delay
setTimeout(async () => {
const status = await checkOrderStatus(result.orderReference);
if (status.order.status === 'completed') {
console.log('eSIM details now available!');
}
}, 60000); // Check after 1 minute
}`

const esimflyMonitorJS = `const result = await createOrder(orderData);
if (result.success) {
console.log(` + "`Order total: $${result.final_price}`" + `);
console.log(` + "`Profit earned: $${result.profit}`" + `);
console.log(` + "`Remaining balance: $${result.newBalance}`" + `);
// Alert if balance is low
if (result.newBalance < 10) {
console.warn('Low balance! Consider topping up.');
}
}`

const esimflyStoreJS = `const result = await createOrder(orderData);
if (result.success) {
// Store eSIM details in your database
for (const esim of result.esims) {
await storeEsimForCustomer({
customerEmail: customerEmail,
packageName: result.packageName,
iccid: esim.iccid,
qrCodeUrl: esim.qrCodeUrl,
installUrl: esim.directAppleInstallUrl,
orderReference: result.orderReference
});
}
}`

const esimflyErrorsJS = `try {
const result = await createOrder(orderData);
if (!result.success) {
switch (result.code) {
case 'INSUFFICIENT_BALANCE':
console.error(` + "`Need to top up: $${result.needToLoad}`" + `);
break;
case 'PRICE_MISMATCH':
console.error('Price has changed, refresh package data');
break;
case 'INVALID_PACKAGE':
console.error('Package no longer available');
break;
default:
console.error('Order failed:', result.message);
}
}
} catch (error) {
console.error('Network error:', error.message);
}`

// The Python example lost its indentation, which is given back here.
const esimflyPython = `import hashlib
import hmac
import json
import time
import uuid
import requests
def create_esim_order(package_code, package_name, price, quantity=1):
    access_code = 'esf_your_access_code'
    secret_key = 'sk_your_secret_key'
    # Order data
    order_data = {
        'packageCode': package_code,
        'packageName': package_name,
        'price': price,
        'quantity': quantity
    }
    # Generate HMAC headers
    timestamp = str(int(time.time() * 1000))
    request_id = str(uuid.uuid4())
    request_body = json.dumps(order_data)
    sign_data = timestamp + request_id + access_code + request_body
    signature = hmac.new(
        secret_key.encode('utf-8'),
        sign_data.encode('utf-8'),
        hashlib.sha256
    ).hexdigest().upper()
    headers = {
        'RT-AccessCode': access_code,
        'RT-RequestID': request_id,
        'RT-Timestamp': timestamp,
        'RT-Signature': signature,
        'Content-Type': 'application/json'
    }
    response = requests.post(
        'https://esimfly.net/api/v1/business/esims/order',
        headers=headers,
        json=order_data
    )
    data = response.json()
    if data['success']:
        print(f"Order created: {data['orderReference']}")
        print(f"New balance: ${data['newBalance']}")
        print(f"Profit: ${data['profit']}")
        for i, esim in enumerate(data['esims']):
            print(f"eSIM {i+1}: {esim['iccid']}")
    return data
# Example usage
result = create_esim_order(
    package_code='merhaba-7days-1gb',
    package_name='Turkey 1 GB 7 Days',
    price=2.72,
    quantity=1
)
`

const readerJS = `const crypto = require('crypto');
const accessCode = 'esf_your_access_code', secretKey = 'sk_your_secret_key';
const base = 'https://esimfly.net/api/v1/business';
function generateHMACHeaders(body = '') {
  const timestamp = Date.now().toString(), requestId = crypto.randomUUID();
  const signature = crypto.createHmac('sha256', secretKey)
    .update(timestamp + requestId + accessCode + body).digest('hex').toUpperCase();
  return {
    'RT-AccessCode': accessCode, 'RT-RequestID': requestId, 'RT-Timestamp': timestamp,
    'RT-Signature': signature, 'Content-Type': 'application/json',
  };
}
async function call(method, path, order) {
  const body = order && JSON.stringify(order);
  const response = await fetch(base + path, { method, body, headers: generateHMACHeaders(body) });
  return response.json();
}
const createOrder = (order) => call('POST', '/esims/order', order);
const getPackages = (query) => call('GET', '/esims/packages?' + new URLSearchParams(query));
const storeEsimForCustomer = async (record) => console.log(JSON.stringify(record));
// Time passes in the world alone.
const timers = [];
const setTimeout = (f, ms) => timers.push(async () => {
  await fetch(process.env.CLOCK, { method: 'POST', body: JSON.stringify({ advance: ms + 'ms' }) });
  await f();
});
const settle = async () => { for (const timer of timers) await timer(); };
const customerEmail = 'traveller@example.com';
const orderData = JSON.parse(process.env.ORDER || 'null');
module.exports = {
  generateHMACHeaders, createOrder, getPackages, storeEsimForCustomer, setTimeout, settle, customerEmail, orderData,
};
`

// A script is one printed example with what it needs around it.
type script struct {
	needs []string // names from reader.js
	// functions are printed function declarations, body the printed statements.
	functions, body string
	after           string // what the test adds, to see the outcome
	order           string // the reader's orderData
}

// node runs a script against a server, as world your_access_code.
func (js script) node(t *testing.T, s *sim.Server) output {
	t.Helper()
	program := tool.Path(t, "node")
	if !works(t, program, "-e", "process.exit(typeof fetch === 'function' ? 0 : 1)") {
		tool.Missing(t, "a node with fetch")
	}
	dir := t.TempDir()
	text := "const { " + strings.Join(append(js.needs, "settle"), ", ") + " } = require('reader');\n" +
		js.functions + "\n(async () => {\n" + js.body + "\n" + js.after + "\n})().then(settle);\n"
	for name, content := range map[string]string{
		"main.js":                      text,
		"node_modules/reader/index.js": readerJS,
		"node_modules/uuid/index.js":   "exports.v4 = () => require('crypto').randomUUID();\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(content, esimflyOrigin, s.URL())), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{
		"NODE_PATH=" + filepath.Join(dir, "node_modules"), "ORDER=" + js.order,
		"CLOCK=" + s.URL() + "/_sim/worlds/your_access_code/clock",
	}
	return run(t, env, program, filepath.Join(dir, "main.js"))
}

// wrote wants the lines of an output, each by its pattern.
func wrote(t *testing.T, what, got string, want ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	if got == "" {
		lines = nil
	}
	if len(lines) != len(want) {
		t.Fatalf("%s: want %d lines, got %d:\n%s", what, len(want), len(lines), got)
	}
	for i, pattern := range want {
		if !regexp.MustCompile(`\A` + pattern + `\z`).MatchString(lines[i]) {
			t.Errorf("%s, line %d: want %s, got %s", what, i+1, pattern, lines[i])
		}
	}
}

// printedAccount is the account of the pair that the examples print.
func printedAccount(s *sim.Server) client {
	return esimflyAs(s, "your_access_code", newSigner("esf_your_access_code", "sk_your_secret_key"))
}

const (
	anyReference = `order_[0-9]{10}_[a-z0-9]{5}`
	anyICCID     = `89[0-9]{17,18}`
)

func TestEsimflyJavaScript(t *testing.T) {
	t.Parallel()
	t.Run("Basic Order Creation", func(t *testing.T) {
		t.Parallel()
		s := start(t)
		printedAccount(s).set(t, `{"esimfly":{"balance":50}}`)
		got := script{
			needs: []string{"getPackages"}, functions: esimflyCreateOrderJS,
			body: `const packages = await getPackages({ search: 'Turkey' });
				const result = await createOrder(packages.data.packages.find((p) => p.package_code === 'merhaba-7days-1gb'));`,
			after: `if (!result.success) throw new Error(JSON.stringify(result));`,
		}.node(t, s)
		wrote(t, "stdout", got.stdout, "Order created: "+anyReference, `New balance: \$47\.28`, `Profit earned: \$0\.2`,
			"eSIM 1: "+anyICCID, "QR Code: "+regexp.QuoteMeta(s.URL())+`/.+\.png`)
	})
	t.Run("Multiple eSIM Order", func(t *testing.T) {
		t.Parallel()
		s := start(t)
		got := script{needs: []string{"createOrder"}, body: esimflyMultipleJS}.node(t, s)
		wrote(t, "stdout", got.stdout, "Created 5 eSIMs", `Total cost: \$79\.95`, `Total profit: \$[0-9]+(\.[0-9]{1,2})?`)
		equal(t, "balance", esimflyBalance(t, printedAccount(s)), 920.05)
	})
	t.Run("Check Order Status", func(t *testing.T) {
		t.Parallel()
		s := start(t)
		placed := printedAccount(s).post(t, "/esims/order", turkey(1)).clean(t)
		got := script{
			needs: []string{"generateHMACHeaders"}, functions: esimflyCheckOrderStatusJS,
			body: "await checkOrderStatus('" + placed.text(t, "orderReference") + "');",
		}.node(t, s)
		wrote(t, "stdout", got.stdout, "Order Status: completed", "Payment Status: succeeded", "eSIM Status: New")
	})
	t.Run("Always Use Latest Package Data", func(t *testing.T) {
		t.Parallel()
		s := start(t)
		got := script{
			needs: []string{"createOrder", "getPackages"}, body: esimflyLatestJS,
			after: "console.log(order.success, order.status, order.packageName === selectedPackage.name, order.amount === selectedPackage.cost);",
		}.node(t, s)
		wrote(t, "stdout", got.stdout, "true completed true true")
	})
	t.Run("Handle Pending Orders", func(t *testing.T) {
		t.Parallel()
		s := start(t, "policies: {esimfly.order.provisioned: {after: 1m}}")
		got := script{
			needs:     []string{"generateHMACHeaders", "createOrder", "setTimeout", "orderData"},
			functions: esimflyCheckOrderStatusJS, body: esimflyPendingJS, order: turkey(1),
		}.node(t, s)
		wrote(t, "stdout", got.stdout, `Order created, waiting for eSIM details\.\.\.`, "Order Status: completed",
			"Payment Status: succeeded", "eSIM Status: New", "eSIM details now available!")
	})
	t.Run("Monitor Your Balance", func(t *testing.T) {
		t.Parallel()
		s := start(t)
		js := script{needs: []string{"createOrder", "orderData"}, body: esimflyMonitorJS, order: turkey(1)}
		printedAccount(s).set(t, `{"esimfly":{"balance":12.72}}`)
		got := js.node(t, s)
		wrote(t, "stdout", got.stdout, `Order total: \$2\.72`, `Profit earned: \$0\.2`, `Remaining balance: \$10`)
		wrote(t, "stderr", got.stderr)
		got = js.node(t, s)
		wrote(t, "stdout", got.stdout, `Order total: \$2\.72`, `Profit earned: \$0\.2`, `Remaining balance: \$7\.28`)
		wrote(t, "stderr", got.stderr, `Low balance! Consider topping up\.`)
	})
	t.Run("Store eSIM Details Securely", func(t *testing.T) {
		t.Parallel()
		s := start(t)
		got := script{
			needs: []string{"createOrder", "storeEsimForCustomer", "customerEmail", "orderData"},
			body:  esimflyStoreJS, order: turkey(2),
		}.node(t, s)
		record := `{"customerEmail":"traveller@example\.com","packageName":"Turkey 1 GB 7 Days","iccid":"` + anyICCID + `",` +
			`"qrCodeUrl":"http[^"]+","installUrl":"` + appleLink + `","orderReference":"` + anyReference + `"}`
		wrote(t, "stdout", got.stdout, record, record)
	})
	for name, e := range map[string]struct{ settings, order, want string }{
		"INSUFFICIENT_BALANCE": {`{"esimfly":{"balance":25.50}}`, turkey(10), `Need to top up: \$1\.7`},
		"PRICE_MISMATCH":       {`{}`, strings.Replace(turkey(1), "2.72", "2.50", 1), "Price has changed, refresh package data"},
		"INVALID_PACKAGE":      {`{}`, strings.Replace(turkey(1), "merhaba", "lebewohl", 1), "Package no longer available"},
		"default":              {`{}`, `{}`, "Order failed: Missing required fields"},
	} {
		t.Run("Error Handling Example, "+name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			printedAccount(s).set(t, e.settings)
			got := script{needs: []string{"createOrder", "orderData"}, body: esimflyErrorsJS, order: e.order}.node(t, s)
			wrote(t, "stdout", got.stdout)
			wrote(t, "stderr", got.stderr, e.want)
		})
	}
	t.Run("Error Handling Example, network error", func(t *testing.T) {
		t.Parallel()
		s := start(t)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		got := script{needs: []string{"createOrder", "orderData"}, body: esimflyErrorsJS, order: turkey(1)}.node(t, s)
		wrote(t, "stderr", got.stderr, "Network error: .+")
	})
}

func TestEsimflyPython(t *testing.T) {
	t.Parallel()
	program := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if works(t, name, "-c", "import requests") {
			program = name
			break
		}
	}
	if program == "" {
		tool.Missing(t, "a python3 with requests")
	}
	s := start(t)
	printedAccount(s).set(t, `{"esimfly":{"balance":50}}`)
	file := filepath.Join(t.TempDir(), "example.py")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(esimflyPython, esimflyOrigin, s.URL())), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, nil, program, file)
	wrote(t, "stdout", got.stdout, "Order created: "+anyReference, `New balance: \$47\.28`, `Profit: \$0\.2`, "eSIM 1: "+anyICCID)
}

// The page's own paths, beside the origin.
func TestEsimflyPaths(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, example := range []string{esimflyCreateOrderJS, esimflyCheckOrderStatusJS, esimflyPython} {
		link := regexp.MustCompile(regexp.QuoteMeta(esimflyOrigin) + `[^'?` + "`" + `]*`).FindString(example)
		u, err := url.Parse(link)
		if err != nil || u.Path != esimflyBase+"/esims/order" {
			t.Errorf("want the path %s/esims/order in the example, got %s, %v", esimflyBase, link, err)
		}
	}
	c := newClient(s, "paths", "", newSigner("esf_paths", "sk_paths").sign)
	placed := c.post(t, "/api/v1/business/esims/order", turkey(1)).clean(t)
	c.get(t, "/api/v1/business/esims/order?orderReference="+placed.text(t, "orderReference")).clean(t)
	c.get(t, "/api/v1/business/esims/order?orderReference=order_1692123456_ab7cd").refused(t)
	c.get(t, "/api/v1/business/esims/order").refused(t)
}
