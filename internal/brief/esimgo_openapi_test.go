package brief_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"image/png"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/tool"
	"github.com/esimsim/esimsim/sim"
)

// The page "eSIM Go - v2.4 fix": the OpenAPI document 2.4.0 of the eSIM Go API, printed
// without its indentation.

// A goOperation is one operation of the page.
type goOperation struct {
	tag, method, path string
	headers           []string            // header parameters; the example is application/json
	query             map[string][]string // query parameters, with values to try
	statuses          []int
	request           string // example body; "" for none
	response          string // example of the 200; "" where the page prints an empty one

	// documented asks for the setting shapes: documented, where the usual answer is not
	// the page's (a list in an object, a number for a date).
	documented bool
	// extra are the keys that the answer has beyond the page's, all of them from the
	// vendor's newer documents or from live answers.
	extra []string
	// bad is a request that earns the printed 400, as path and body; "" where none does.
	bad, badBody string
}

func (o goOperation) String() string { return o.method + " " + o.path }

const assignmentExample = `{"id":"<string>","callTypeGroup":"<string>","initialQuantity":"<integer>","remainingQuantity":"<integer>",` +
	`"startTime":"<dateTime>","endTime":"<dateTime>","bundleState":"<string>","assignmentDateTime":"<dateTime>",` +
	`"assignmentReference":"<string>","unlimited":"<boolean>"}`

const bundleExample = `"countries":[{"name":"<string>","region":"<string>","iso":"<string>"}],` +
	`"dataAmount":"<integer>","duration":"<integer>","speed":["<string>"],"autostart":"<boolean>","unlimited":"<boolean>",` +
	`"roamingEnabled":[{"name":"<string>","region":"<string>","iso":"<string>"}],"price":"<integer>"}`

const orderTail = `"total":"<integer>","currency":"<string>","status":"<string>","statusMessage":"<string>","orderReference":"<string>","createDate":"<string>"}`

const messageExample = `{"message":"<string>"}`

var (
	accept     = []string{"Accept"}
	acceptJSON = []string{"Content-Type", "Accept"}
	usual      = []int{200, 400, 403, 500}
)

// goOperations are all operations of the page, in its order.
var goOperations = []goOperation{
	{
		tag: "API", method: "GET", path: "/", headers: accept, statuses: []int{200},
		response: `["<string>","<string>"]`,
	},
	{
		tag: "eSIMs", method: "POST", path: "/esims/apply", headers: acceptJSON, statuses: []int{200, 400, 403, 500, 503},
		request:  `{"iccid":"<string>","bundle":"<string>","bundles":["<string>","<string>"],"startTime":"<string>","repeat":"<integer>","allowReassign":"<boolean>"}`,
		response: `{"esims":[{"iccid":"<string>","status":"<string>"}],"applyReference":"<string>"}`,
		extra:    []string{"esims[].bundle"},
		bad:      "/esims/apply", badBody: `{}`,
	},
	{
		tag: "eSIMs (Deprecated)", method: "GET", path: "/esims/qr/{reference}", headers: accept, statuses: usual,
		bad: "/esims/qr/none", // the page prints <zip>: TestEsimgoDownloads looks into it
	},
	{
		tag: "eSIMs (Deprecated)", method: "GET", path: "/esims/csv/{reference}", headers: accept, statuses: usual,
		query: map[string][]string{"additionalFields": {"appleInstallUrl"}},
		bad:   "/esims/csv/none", // nor is this JSON
	},
	{
		tag: "eSIMs", method: "GET", path: "/esims/assignments", headers: accept, statuses: usual,
		query: map[string][]string{"reference": {"{reference}", "{orderReference}"}, "additionalFields": {"appleInstallUrl"}},
		bad:   "/esims/assignments",
	},
	{
		tag: "eSIMs", method: "GET", path: "/esims/{iccid}/history", headers: accept, statuses: usual,
		response: `[{"name":"<string>","bundle":"<string>","date":"<string>","bundleState":"<string>","alertType":"<string>"}]`,
		extra:    []string{"[].bundleName"},
		bad:      "/esims/none/history",
	},
	{
		tag: "eSIMs", method: "GET", path: "/esims/{iccid}/refresh", headers: accept, statuses: []int{200, 400, 403, 500, 503},
		response: messageExample, extra: []string{"status"},
		bad: "/esims/none/refresh",
	},
	{
		tag: "eSIMs", method: "GET", path: "/esims/{iccid}/compatible/{bundle}", headers: accept, statuses: usual,
		response: messageExample, extra: []string{"compatible", "status"},
		bad: "/esims/{iccid}/compatible/none",
	},
	{
		tag: "eSIMs", method: "POST", path: "/esims/{iccid}/sms", headers: acceptJSON, statuses: usual,
		request: `{"message":"message","from":"eSIM"}`, response: messageExample, extra: []string{"status"},
		bad: "/esims/{iccid}/sms", badBody: `{"message":""}`,
	},
	{
		tag: "eSIMs (Deprecated)", method: "DELETE", path: "/esims/{iccid}/bundles/{name}/applications/{assignmentId}",
		headers: accept, statuses: usual, query: map[string][]string{"type": {"validate", "transaction"}},
		response: `{"status":"<string>"}`,
		bad:      "/esims/{iccid}/bundles/{name}/applications/none",
	},
	{
		tag: "eSIMs", method: "DELETE", path: "/esims/{iccid}/bundles/{name}/assignments/{assignmentId}",
		headers: accept, statuses: usual, query: map[string][]string{"type": {"validate", "transaction"}},
		response: `{"status":"<string>"}`,
		bad:      "/esims/{iccid}/bundles/none/assignments/{assignmentId}",
	},
	{
		tag: "eSIMs", method: "GET", path: "/esims/{iccid}/bundles/{name}", headers: accept, statuses: usual,
		response: `{"assignments":[` + assignmentExample + `]}`,
		bad:      "/esims/none/bundles/{name}",
	},
	{
		tag: "eSIMs", method: "DELETE", path: "/esims/{iccid}/bundles/{name}", headers: accept, statuses: usual,
		query:    map[string][]string{"refundToBalance": {"true", "false"}, "offerId": {"1"}, "type": {"validate", "transaction"}},
		response: `{"status":"<string>"}`,
		bad:      "/esims/{iccid}/bundles/none",
	},
	{
		tag: "eSIMs", method: "GET", path: "/esims/{iccid}/bundles", headers: accept, statuses: usual,
		query:    map[string][]string{"includeUsed": {"true", "false"}, "limit": {"1", "15", "200"}},
		response: `{"bundles":[{"name":"<string>","assignments":[` + assignmentExample + `]}]}`,
		extra:    []string{"bundles[].description"},
		bad:      "/esims/{iccid}/bundles?limit=201",
	},
	{
		tag: "eSIMs (Deprecated)", method: "POST", path: "/esims/{iccid}/bundles", headers: acceptJSON, statuses: usual,
		request: `{"name":"<string>","startTime":"<string>","repeat":"<integer>"}`, response: `{"status":"<string>"}`,
		bad: "/esims/{iccid}/bundles", badBody: `{}`,
	},
	{
		tag: "eSIMs", method: "GET", path: "/esims/{iccid}/location", headers: accept, statuses: usual,
		response: `{"mobileNetworkCode":"<string>","networkName":"<string>","country":"<string>","lastSeen":"<string>"}`,
		extra:    []string{"networkBrandName"},
		bad:      "/esims/none/location",
	},
	{
		tag: "eSIMs", method: "GET", path: "/esims/{iccid}", headers: accept, statuses: usual,
		query:    map[string][]string{"additionalFields": {"appleInstallUrl"}},
		response: `{"iccid":"<string>","matchingId":"<string>","smdpAddress":"<string>","profileStatus":"Released","pin":"<string>","puk":"<string>","firstInstalledDateTime":"<dateTime>"}`,
		extra:    []string{"customerRef"}, documented: true,
		bad: "/esims/none",
	},
	{
		tag: "eSIMs", method: "GET", path: "/esims", headers: accept, statuses: usual,
		query: map[string][]string{
			"page": {"1"}, "perPage": {"50"}, "direction": {"asc"}, "orderBy": {"iccid"},
			"filterBy": {"iccid", "customerRef", "lastAction", "actionDate", "assignedDate"}, "filter": {"2026"},
		},
		response: `{"esims":[{"iccid":"<string>","customerRef":"<string>","lastAction":"<string>","actionDate":"<string>","physical":"<boolean>","assignedDate":"<string>"}]}`,
		extra:    []string{"pageCount", "rows", "pageSize"},
		bad:      "/esims?perPage=many",
	},
	{
		tag: "eSIMs", method: "PUT", path: "/esims", headers: acceptJSON, statuses: usual,
		query:   map[string][]string{"iccid": {"{iccid}"}, "customerRef": {"booking"}},
		request: `{"iccid":"<string>","customerRef":"<string>"}`, response: messageExample, extra: []string{"status"},
		bad: "/esims", badBody: `{}`,
	},
	{
		tag: "Organisation", method: "POST", path: "/organisation/balance", headers: accept, statuses: []int{200, 400, 403, 500, 503},
		query: map[string][]string{"amount": {"1000"}}, response: `{"amount":"<integer>","balance":"<integer>","ref":"<integer>"}`,
		bad: "/organisation/balance",
	},
	{
		tag: "Organisation", method: "GET", path: "/organisation/groups", headers: accept, statuses: usual,
		response: `[{"name":"<string>"}]`, documented: true,
	},
	{
		tag: "Organisation", method: "GET", path: "/organisation", headers: accept, statuses: usual,
		response: `{"organisations":[{"name":"<string>","apiKey":"<string>","taxLiable":"<string>","addr1":"<string>","addr2":"<string>",` +
			`"city":"<string>","country":"<string>","postcode":"<string>","callbackUrl":"<string>","notes":"<string>","groups":["<string>"],` +
			`"currency":"<string>","balance":"<integer>","testCredit":"<integer>","testCreditExpiry":"<string>","businessType":"<string>",` +
			`"website":"<string>","productDescription":"<string>","users":[{"firstName":"<string>","lastName":"<string>","role":"<string>",` +
			`"emailAddress":"<string>","phoneNumber":"<string>","timeZone":"<string>"}]}]}`,
	},
	{
		tag: "Orders", method: "GET", path: "/orders/{orderReference}", headers: accept, statuses: usual,
		response: `{"order":[{"type":"<string>","item":"<string>","quantity":"<integer>","subTotal":"<integer>","pricePerUnit":"<integer>"}],` + orderTail,
		extra:    []string{"order[].AllowReassign", "createdDate", "assigned", "sourceIP"},
		bad:      "/orders/none",
	},
	{
		tag: "Orders", method: "GET", path: "/orders", headers: accept, statuses: usual,
		query: map[string][]string{
			"includeIccids": {"true", "false"}, "page": {"1"}, "limit": {"10"},
			"createdAt": {"gte:2024-03-01T00:00:00.000Z", "lte:2024-03-31T23:59:59.999Z"},
		},
		response: `[{"order":[{"type":"<string>","item":"<string>","quantity":"<integer>","subTotal":"<integer>","pricePerUnit":"<integer>","invoiceLink":"<string>"}],` +
			orderTail + `]`,
		extra: []string{
			"[].order[].esims", "[].order[].iccids", // as includeIccids says
			"[].order[].AllowReassign", "[].createdDate", "[].assigned", "[].sourceIP",
		},
		documented: true,
		bad:        "/orders?limit=many",
	},
	{
		tag: "Orders", method: "POST", path: "/orders", headers: []string{"Content-Type"}, statuses: []int{200, 400, 401, 503},
		request: `{"type":"validate","assign":"<boolean>","Order":[{"type":"bundle","quantity":"<integer>","item":"<string>","iccids":["<string>","<string>"],"allowReassign":"<boolean>"}]}`,
		bad:     "/orders", badBody: `{}`,
	},
	{
		tag: "Inventory", method: "POST", path: "/inventory/refund", headers: acceptJSON, statuses: usual,
		request: `{"usageId":"<integer>","quantity":"<integer>"}`, response: messageExample, extra: []string{"status"},
		bad: "/inventory/refund", badBody: `{"usageId":1,"quantity":11}`,
	},
	{
		tag: "Inventory", method: "GET", path: "/inventory", headers: accept, statuses: usual,
		response: `{"bundles":[{"name":"<string>","desc":"<string>","available":[{"id":"<integer>","total":"<integer>","remaining":"<integer>","expiry":"<string>"}],` +
			`"countries":["<string>"],"data":"<integer>","duration":"<integer>","durationUnit":"<string>","autostart":"<boolean>","unlimited":"<boolean>","speed":["<string>"]}]}`,
		extra: []string{"bundles[].useDms", "bundles[].allowances"},
	},
	{
		tag: "Catalogue", method: "GET", path: "/catalogue/bundle/{name}", headers: accept, statuses: usual,
		response: `{"name":"<string>","description":"<string>",` + bundleExample,
		extra:    []string{"imageUrl", "billingType"},
		bad:      "/catalogue/bundle/none",
	},
	{
		tag: "Catalogue", method: "GET", path: "/catalogue", headers: accept, statuses: usual,
		query: map[string][]string{
			"page": {"1"}, "perPage": {"50"}, "direction": {"asc"}, "orderBy": {"duration"}, "description": {"Europe"},
			"group": {"Standard eSIM Bundles"}, "countries": {"GB, US"}, "region": {"Antarctica", "Europe"},
		},
		response: `[{"name":"<string>","description":"<string>","groups":["<string>"],` + bundleExample + `]`,
		extra:    []string{"[].billingType"}, documented: true,
		bad: "/catalogue?perPage=many",
	},
	{
		tag: "Networks", method: "GET", path: "/networks", headers: accept, statuses: []int{200, 400, 401},
		query: map[string][]string{"countries": {"United Kingdom,United States"}, "isos": {"GB,US"}, "returnAll": {"true", "false"}},
		bad:   "/networks", // the page prints null: TestEsimgoNetworks looks at the answer
	},
}

// The callback of the page goes the other way, to /your-usage-callback-url/: its body, and
// how the page lets a receiver check the signature, of which it does not name the header.
const (
	goCallbackPath    = "/your-usage-callback-url/"
	goCallbackExample = `{"iccid":"<string>","alertType":"<string>","bundle":{"id":"<string>","reference":"<string>","name":"<string>",` +
		`"description":"<string>","initialQuantity":"<integer>","remainingQuantity":"<integer>","startTime":"<dateTime>",` +
		`"endTime":"<dateTime>","unlimited":"<boolean>"}}`
	goCallbackHeader = "X-Signature-SHA256"
	goCallbackJS     = `import crypto from "crypto";
const signature = crypto
.createHmac("sha256", key) // key is your API Key
.update(body) // body is the raw (string) request body
.digest("base64");
const matches = signature === signatureHeader;
`
)

// Bundles of the catalogue: several countries, one country, a year, and the two that the
// page names.
const (
	europe   = "esim_1GB_7D_REUP_V2"
	britain  = "esim_1GB_7D_GB_V2"
	manx     = "esim_1GB_7D_IM_U"
	manxLong = "esim_10GB_30D_IM_U"
)

func esimgo(s *sim.Server, world string) client {
	return newClient(s, world, "/v2.4", func(r *http.Request, _ string) {
		r.Header.Set("X-API-Key", "esimgo_"+world)
		r.Header.Set("Accept", "application/json")
	})
}

// stock buys bundles into the inventory.
func stock(t *testing.T, c client, bundle string, quantity int) (orderReference string) {
	t.Helper()
	body := fmt.Sprintf(`{"type":"transaction","assign":false,"Order":[{"type":"bundle","quantity":%d,"item":%q}]}`, quantity, bundle)
	return c.post(t, "/orders", body).clean(t).text(t, "orderReference")
}

// apply puts a bundle of the inventory on an eSIM, a new one for "".
func apply(t *testing.T, c client, bundle, iccid string) (onto, applyReference string) {
	t.Helper()
	got := c.post(t, "/esims/apply", fmt.Sprintf(`{"iccid":%q,"bundle":%q}`, iccid, bundle)).clean(t)
	return got.text(t, "esims.0.iccid"), got.text(t, "applyReference")
}

// A goAccount has one of everything: stock, orders, and an eSIM whose bundle is in use
// and whose profile was installed and removed again.
type goAccount struct {
	client
	fill *strings.Replacer // of the variables in paths
}

func newGoAccount(t *testing.T, s *sim.Server, world string, documented bool) goAccount {
	t.Helper()
	c := esimgo(s, world)
	if documented {
		c.set(t, `{"esimgo":{"shapes":"documented"}}`)
	}
	order := stock(t, c, europe, 10)
	iccid, reference := apply(t, c, europe, "")
	c.device(t, iccid, "use", `{"mb":100}`)
	c.device(t, iccid, "remove", `{}`)
	id := c.get(t, "/esims/"+iccid+"/bundles/"+europe).want(t, http.StatusOK).text(t, "assignments.0.id")
	usage := c.get(t, "/inventory").want(t, http.StatusOK).json(t).at("bundles.0.available.0.id").text
	return goAccount{c, strings.NewReplacer(
		"{iccid}", iccid, "{name}", europe, "{bundle}", europe, "{reference}", reference,
		"{orderReference}", order, "{assignmentId}", id,
		`"usageId":1`, `"usageId":`+usage,
	)}
}

// try makes the call of an operation with the printed headers.
func (a goAccount) try(t *testing.T, o goOperation, body string, query url.Values, header ...string) reply {
	t.Helper()
	for _, name := range o.headers {
		header = append([]string{name, "application/json"}, header...)
	}
	path := a.fill.Replace(o.path)
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return a.call(t, o.method, path, a.fill.Replace(body), header...)
}

// goBodies are request bodies with values in them; those of one operation have all keys
// of the page between them.
var goBodies = map[string][]string{
	"POST /esims/apply": {
		`{"bundle":"` + europe + `","startTime":"","repeat":1}`,
		`{"iccid":"{iccid}","bundle":"` + europe + `","allowReassign":false}`,
		`{"bundles":["` + europe + `","` + europe + `"]}`,
	},
	"POST /orders": {
		`{"type":"validate","assign":true,"Order":[{"type":"bundle","quantity":1,"item":"` + europe + `","iccids":["{iccid}"],"allowReassign":false}]}`,
		`{"type":"transaction","assign":false,"Order":[{"type":"bundle","quantity":1,"item":"` + europe + `"}]}`,
	},
	"POST /esims/{iccid}/sms":     {`{"message":"message","from":"eSIM"}`},
	"POST /esims/{iccid}/bundles": {`{"name":"` + europe + `","startTime":"","repeat":1}`},
	"PUT /esims":                  {`{"iccid":"{iccid}","customerRef":"booking"}`},
	"POST /inventory/refund":      {`{"usageId":1,"quantity":1}`},
}

// bodies are those to try: an empty one where the page prints none.
func (o goOperation) bodies() []string {
	if o.request == "" {
		return []string{""}
	}
	return goBodies[o.String()]
}

// keysOf collects the paths of all keys in a body.
func keysOf(t *testing.T, into map[string]bool, body string) {
	t.Helper()
	n, err := parse([]byte(body))
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	var walk func(path string, n *node)
	walk = func(path string, n *node) {
		for _, key := range n.keys {
			into[join(path, key)] = true
			walk(join(path, key), n.fields[key])
		}
		for _, item := range n.items {
			walk(path+"[]", item)
		}
	}
	walk("", n)
}

// The bodies tried have the keys of the page, all of them and no other.
func TestEsimgoRequestKeys(t *testing.T) {
	t.Parallel()
	for _, o := range goOperations {
		if o.request == "" {
			continue
		}
		want, got := map[string]bool{}, map[string]bool{}
		keysOf(t, want, o.request)
		for _, body := range o.bodies() {
			keysOf(t, got, body)
		}
		if !maps.Equal(want, got) {
			t.Errorf("%s: want bodies with the keys %v, got %v", o, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
		}
	}
}

// required is the query that a good call of an operation cannot do without: some bundle
// of the catalogue shall have a list of countries.
func (o goOperation) required() url.Values {
	switch o.path {
	case "/esims/assignments":
		return url.Values{"reference": {"{reference}"}}
	case "/catalogue":
		return url.Values{"description": {"Europe"}}
	case "/organisation/balance":
		return url.Values{"amount": {"1000"}}
	case "/networks":
		return url.Values{"isos": {"GB,US"}}
	}
	return url.Values{}
}

func (a goAccount) filled(q url.Values) url.Values {
	out := url.Values{}
	for key, values := range q {
		for _, v := range values {
			out.Add(key, a.fill.Replace(v))
		}
	}
	return out
}

func TestEsimgoOperations(t *testing.T) {
	t.Parallel()
	equal(t, "operations of the page without the callback", len(goOperations), 30)
	s := start(t)
	broken := map[int]*sim.Server{
		http.StatusBadRequest:          start(t, `rules: [{on: "esimgo.*", do: {error: VALIDATION}}]`),
		http.StatusInternalServerError: start(t, `rules: [{on: "esimgo.*", do: {error: INTERNAL}}]`),
		http.StatusServiceUnavailable:  start(t, `rules: [{on: "esimgo.*", do: {error: UNAVAILABLE}}]`),
	}
	for i, o := range goOperations {
		t.Run(o.tag+": "+o.String(), func(t *testing.T) {
			t.Parallel()
			n := 0
			account := func() goAccount {
				n++
				return newGoAccount(t, s, fmt.Sprintf("operation-%d-%d", i, n), o.documented)
			}
			a := account()
			o.check(t, account)
			o.checkStatuses(t, a, broken)
		})
	}
}

// check makes the call with each body and each query parameter of the page, each in an
// account of its own.
func (o goOperation) check(t *testing.T, account func() goAccount) {
	t.Helper()
	try := func(body, key, value string) reply {
		a, q := account(), o.required()
		if key != "" {
			q.Set(key, value)
		}
		return a.try(t, o, body, a.filled(q))
	}
	good := o.bodies()[0]
	got := try(good, "", "").clean(t)
	if o.response != "" {
		shape{o.response, o.extra}.check(t, got)
	}
	for _, body := range o.bodies()[1:] {
		try(body, "", "").clean(t)
	}
	for key, values := range o.query {
		for _, v := range values {
			try(good, key, v).clean(t)
		}
	}
	try(good, "notOnThePage", "1").odd(t)
	if good != "" {
		try(`{"notOnThePage":1,`+good[1:], "", "").odd(t)
	}
}

// checkStatuses earns each status that the page prints for the operation.
func (o goOperation) checkStatuses(t *testing.T, a goAccount, broken map[int]*sim.Server) {
	t.Helper()
	for _, status := range o.statuses[1:] {
		var got reply
		switch {
		case status == http.StatusUnauthorized, status == http.StatusForbidden:
			got = a.try(t, o, o.bodies()[0], nil, "X-API-Key", "nobody")
		default:
			stub := goAccount{esimgo(broken[status], "any"), a.fill}
			got = stub.try(t, o, o.bodies()[0], a.filled(o.required()))
		}
		o.checkRefusal(t, got, status)
	}
	if o.bad != "" {
		o.checkRefusal(t, a.call(t, o.method, a.fill.Replace(o.bad), o.badBody), http.StatusBadRequest)
	}
}

func (o goOperation) checkRefusal(t *testing.T, got reply, status int) {
	t.Helper()
	if got.status != status {
		t.Errorf("%s: want the page's %d, got %d\n%s", got.call, status, got.status, got.body)
	}
	shape{messageExample, nil}.check(t, got)
}

func TestEsimgoCallback(t *testing.T) {
	t.Parallel()
	server := start(t)
	t.Run("usage event", func(t *testing.T) {
		t.Parallel()
		c, shop := called(t, server, "callback", http.StatusOK)
		stock(t, c, europe, 1)
		iccid, reference := apply(t, c, europe, "")
		c.device(t, iccid, "use", `{"mb":500}`)
		c.advance(t, "1s")
		got := shop.last(t, "Utilisation")
		equal(t, "call", got.call, "POST "+goCallbackPath)
		equal(t, "Content-Type", got.header.Get("Content-Type"), "application/json")
		shape{goCallbackExample, nil}.check(t, got)
		equal(t, "iccid", got.text(t, "iccid"), iccid)
		bundle := c.get(t, "/esims/"+iccid+"/bundles/"+europe).want(t, http.StatusOK)
		for field, same := range map[string]string{
			"id": "id", "initialQuantity": "initialQuantity", "remainingQuantity": "remainingQuantity", "startTime": "startTime", "endTime": "endTime",
			"unlimited": "unlimited", "reference": "assignmentReference",
		} {
			equal(t, field+" and that of the bundle", got.at(t, "bundle."+field).text, bundle.at(t, "assignments.0."+same).text)
		}
		equal(t, "reference", got.text(t, "bundle.reference"), reference+"-0")
		equal(t, "name", got.text(t, "bundle.name"), europe)
		equal(t, "remainingQuantity", got.number(t, "bundle.remainingQuantity"), 500_000_000)
	})
	t.Run("usage event on demand", func(t *testing.T) {
		t.Parallel()
		c, shop := called(t, server, "callback-demand", http.StatusOK)
		c.control(t, http.MethodPost, "/webhooks/trigger", `{"event":"esimgo.webhook.Utilisation"}`).want(t, http.StatusOK)
		shape{goCallbackExample, nil}.check(t, shop.last(t, "Utilisation"))
	})
	t.Run("Example of validating HMAC body in NodeJS", func(t *testing.T) {
		t.Parallel()
		c, shop := called(t, server, "callback-signed", http.StatusOK)
		c.control(t, http.MethodPost, "/webhooks/trigger", `{"event":"esimgo.webhook.Utilisation"}`).want(t, http.StatusOK)
		got := shop.last(t, "Utilisation")
		equal(t, "matches", nodeMatches(t, "esimgo_callback-signed", got), "true")
		equal(t, "matches with another key", nodeMatches(t, "esimgo_other", got), "false")
		got.body = append(got.body, '\n')
		equal(t, "matches another body", nodeMatches(t, "esimgo_callback-signed", got), "false")
	})
	for status, state := range map[int]string{http.StatusOK: "delivered", http.StatusNoContent: "failed"} {
		t.Run(fmt.Sprintf("answered %d", status), func(t *testing.T) {
			t.Parallel()
			c, _ := called(t, server, fmt.Sprintf("callback-%d", status), status)
			got := c.control(t, http.MethodPost, "/webhooks/trigger", `{"event":"esimgo.webhook.Utilisation"}`).want(t, http.StatusOK)
			equal(t, "state", got.text(t, "state"), state)
		})
	}
}

// called is an account that calls back, and the shop that it calls.
func called(t *testing.T, s *sim.Server, world string, status int) (client, *goShop) {
	t.Helper()
	shop := &goShop{}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		shop.mu.Lock()
		defer shop.mu.Unlock()
		shop.got = append(shop.got, reply{r.Method + " " + r.URL.RequestURI(), http.StatusOK, r.Header, body})
		w.WriteHeader(status)
	}))
	t.Cleanup(receiver.Close)
	c := esimgo(s, world)
	c.set(t, `{"webhooks":{"esimgo":{"url":"`+receiver.URL+goCallbackPath+`"}}}`)
	return c, shop
}

// A goShop is what stands behind a callback URL.
type goShop struct {
	mu  sync.Mutex
	got []reply // as if each call were an answer
}

// last is the latest callback of a type.
func (s *goShop) last(t *testing.T, alert string) reply {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, got := range slices.Backward(s.got) {
		if got.text(t, "alertType") == alert {
			return got
		}
	}
	t.Fatalf("want a callback of type %s, got none", alert)
	return reply{}
}

// nodeMatches is what the page's own code makes of the signature of a callback.
func nodeMatches(t *testing.T, key string, got reply) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "main.mjs")
	text := goCallbackJS + "console.log(matches);\n"
	head := "const { key, body, signatureHeader } = process.env;\n"
	if err := os.WriteFile(file, []byte(head+text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"key=" + key, "body=" + string(got.body), "signatureHeader=" + got.header.Get(goCallbackHeader)}
	return strings.TrimSpace(run(t, env, tool.Path(t, "node"), file).stdout)
}

func TestEsimgoKey(t *testing.T) {
	t.Parallel()
	s := start(t)
	equal(t, "version in the path", esimgo(s, "key").get(t, "/catalogue?perPage=1").status, http.StatusOK)
	plain := newClient(s, "key", "/v2.4", nil)
	equal(t, "no key", plain.get(t, "/catalogue").status, http.StatusForbidden)
	equal(t, "key in the query", plain.get(t, "/catalogue?api_key=esimgo_key").status, http.StatusForbidden)
	equal(t, "key as a bearer token", plain.get(t, "/catalogue", "Authorization", "Bearer esimgo_key").status, http.StatusForbidden)
	equal(t, "X-API-Key", plain.get(t, "/catalogue", "X-API-Key", "esimgo_key").status, http.StatusOK)
}

func states(t *testing.T, c client, iccid, query string) (out []string) {
	t.Helper()
	for _, b := range c.get(t, "/esims/"+iccid+"/bundles"+query).want(t, http.StatusOK).list(t, "bundles") {
		for _, a := range b.at("assignments").items {
			out = append(out, a.at("bundleState").text)
		}
	}
	return out
}

// The states that the page explains three times over.
func TestEsimgoBundleStates(t *testing.T) {
	t.Parallel()
	s := start(t)
	slow := start(t, "policies: {esimgo.bundle.queued: {after: 10m}}")
	want := func(t *testing.T, c client, iccid, state string) {
		t.Helper()
		got := c.get(t, "/esims/"+iccid+"/bundles/"+europe).want(t, http.StatusOK)
		equal(t, "state of the bundle", got.text(t, "assignments.0.bundleState"), state)
		if list := states(t, c, iccid, "?includeUsed=true"); !slices.Equal(list, []string{state}) {
			t.Errorf("states in the list: want %s, got %s", state, list)
		}
	}
	t.Run("Processing", func(t *testing.T) {
		t.Parallel()
		c := esimgo(slow, "processing")
		stock(t, c, europe, 1)
		iccid, _ := apply(t, c, europe, "")
		want(t, c, iccid, "Processing")
		c.device(t, iccid, "install", `{}`) // the eSIM can still be installed
		equal(t, "profile", c.get(t, "/esims/"+iccid).text(t, "profileStatus"), "Installed")
		c.device(t, iccid, "attach", `{}`) // and will register
		c.advance(t, "9m")
		want(t, c, iccid, "Processing")
		c.advance(t, "1m")
		want(t, c, iccid, "Queued")
	})
	t.Run("Queued, Active, Depleted, Expired", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "states")
		stock(t, c, europe, 1)
		iccid, _ := apply(t, c, europe, "")
		want(t, c, iccid, "Queued")
		c.device(t, iccid, "use", `{"mb":1}`)
		want(t, c, iccid, "Active")
		c.device(t, iccid, "use", `{"mb":999}`)
		want(t, c, iccid, "Depleted")
		c.advance(t, "6d")
		want(t, c, iccid, "Depleted") // still within the bundle duration
		c.advance(t, "1d1s")
		want(t, c, iccid, "Expired")
		equal(t, "expired bundles listed without includeUsed", len(states(t, c, iccid, "")), 0)
	})
	t.Run("Active, Expired", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "expired")
		stock(t, c, europe, 1)
		iccid, _ := apply(t, c, europe, "")
		c.device(t, iccid, "use", `{"mb":1}`)
		c.advance(t, "6d23h")
		want(t, c, iccid, "Active")
		c.advance(t, "1h1s")
		want(t, c, iccid, "Expired")
	})
	t.Run("Revoked", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "to-be-revoked")
		stock(t, c, europe, 1)
		iccid, _ := apply(t, c, europe, "")
		c.device(t, iccid, "install", `{}`) // else the eSIM would be returned with its bundle
		c.call(t, http.MethodDelete, "/esims/"+iccid+"/bundles/"+europe, "").clean(t)
		want(t, c, iccid, "Revoked")
		equal(t, "revoked bundles listed without includeUsed", len(states(t, c, iccid, "")), 0)
	})
}

func TestEsimgoApply(t *testing.T) {
	t.Parallel()
	s := start(t)
	account := func(t *testing.T, world string) client {
		t.Helper()
		c := esimgo(s, world)
		stock(t, c, europe, 5)
		stock(t, c, britain, 5)
		return c
	}
	iccids := func(t *testing.T, got reply) (out []string) {
		t.Helper()
		for _, e := range got.clean(t).list(t, "esims") {
			if id := e.at("iccid").text; id != "" && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
		return out
	}
	t.Run("onto the eSIM of an ICCID", func(t *testing.T) {
		t.Parallel()
		c := account(t, "onto")
		iccid, _ := apply(t, c, europe, "")
		again, _ := apply(t, c, britain, iccid)
		equal(t, "iccid", again, iccid)
		equal(t, "bundles", len(c.get(t, "/esims/"+iccid+"/bundles").list(t, "bundles")), 2)
	})
	t.Run("repeat assigns new eSIMs", func(t *testing.T) {
		t.Parallel()
		c := account(t, "repeat")
		got := iccids(t, c.post(t, "/esims/apply", `{"bundle":"`+europe+`","repeat":3}`))
		equal(t, "eSIMs", len(got), 3)
		for _, iccid := range got {
			equal(t, "bundle", c.get(t, "/esims/"+iccid+"/bundles").text(t, "bundles.0.name"), europe)
		}
	})
	t.Run("bundles go to separate eSIMs", func(t *testing.T) {
		t.Parallel()
		c := account(t, "several")
		got := iccids(t, c.post(t, "/esims/apply", `{"bundles":["`+europe+`","`+britain+`"]}`))
		var names []string
		for _, iccid := range got {
			names = append(names, c.get(t, "/esims/"+iccid+"/bundles").text(t, "bundles.0.name"))
		}
		slices.Sort(names)
		if want := []string{britain, europe}; !slices.Equal(names, want) {
			t.Errorf("bundles on the new eSIMs: want %s, got %s", want, names)
		}
	})
	t.Run("startTime and allowReassign", func(t *testing.T) {
		t.Parallel()
		c := account(t, "start")
		iccid, _ := apply(t, c, europe, "")
		body := fmt.Sprintf(`{"iccid":%q,"bundle":%q,"startTime":"2030-01-01T00:00:00Z","allowReassign":true}`, iccid, europe)
		equal(t, "iccid", c.post(t, "/esims/apply", body).want(t, http.StatusOK).text(t, "esims.0.iccid"), iccid)
	})
	for name, body := range map[string]string{
		"bundle and bundles": `{"bundle":"` + europe + `","bundles":["` + britain + `"]}`,
		"iccid and repeat":   `{"iccid":"%s","bundle":"` + europe + `","repeat":2}`,
		"neither":            `{"repeat":1}`,
		"name in lower case": `{"bundle":"` + strings.ToLower(europe) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := account(t, "apply-"+strings.ReplaceAll(name, " ", "-"))
			iccid, _ := apply(t, c, europe, "")
			c.post(t, "/esims/apply", strings.ReplaceAll(body, "%s", iccid)).want(t, http.StatusBadRequest)
		})
	}
	t.Run("only what is in the inventory", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "empty")
		c.post(t, "/esims/apply", `{"bundle":"`+europe+`"}`).want(t, http.StatusForbidden)
		stock(t, c, europe, 1)
		apply(t, c, europe, "")
		c.post(t, "/esims/apply", `{"bundle":"`+europe+`"}`).want(t, http.StatusForbidden)
	})
}

func remaining(t *testing.T, c client) (left int) {
	t.Helper()
	for _, b := range c.get(t, "/inventory").clean(t).list(t, "bundles") {
		for _, row := range b.at("available").items {
			n, _ := row.at("remaining").number()
			left += int(n)
		}
	}
	return left
}

func goBalance(t *testing.T, c client) float64 {
	t.Helper()
	return c.get(t, "/organisation").clean(t).number(t, "organisations.0.balance")
}

func TestEsimgoOrders(t *testing.T) {
	t.Parallel()
	s := start(t)
	order := func(kind, assign, line string) string {
		return fmt.Sprintf(`{"type":%q,"assign":%s,"Order":[{"type":"bundle","item":%q,%s}]}`, kind, assign, britain, line)
	}
	t.Run("the total is deducted from the balance", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "total")
		price := c.get(t, "/catalogue/bundle/"+britain).clean(t).number(t, "price")
		got := c.post(t, "/orders", order("transaction", "true", `"quantity":2`)).clean(t)
		equal(t, "total", got.number(t, "total"), 2*price)
		equal(t, "balance", goBalance(t, c), 1000-2*price)
		detail := c.get(t, "/orders/"+got.text(t, "orderReference")).clean(t)
		equal(t, "total", detail.number(t, "total"), 2*price)
		equal(t, "item", detail.text(t, "order.0.item"), britain)
		equal(t, "quantity", detail.number(t, "order.0.quantity"), 2)
		equal(t, "pricePerUnit", detail.number(t, "order.0.pricePerUnit"), price)
		equal(t, "subTotal", detail.number(t, "order.0.subTotal"), 2*price)
	})
	t.Run("validate charges and keeps nothing", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "validate")
		c.post(t, "/orders", order("validate", "true", `"quantity":2`)).clean(t)
		equal(t, "balance", goBalance(t, c), 1000)
		equal(t, "orders", len(c.get(t, "/orders").clean(t).list(t, "orders")), 0)
		equal(t, "eSIMs", len(c.get(t, "/esims").clean(t).list(t, "esims")), 0)
	})
	t.Run("assign without ICCIDs makes new eSIMs", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "new")
		c.post(t, "/orders", order("transaction", "true", `"quantity":3`)).clean(t)
		equal(t, "eSIMs", len(c.get(t, "/esims").clean(t).list(t, "esims")), 3)
		equal(t, "inventory", remaining(t, c), 0)
	})
	t.Run("assign with ICCIDs", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "iccids")
		c.post(t, "/orders", order("transaction", "true", `"quantity":2`)).clean(t)
		var quoted []string
		for _, e := range c.get(t, "/esims").clean(t).list(t, "esims") {
			quoted = append(quoted, strconv.Quote(e.at("iccid").text))
		}
		both := `"iccids":[` + strings.Join(quoted, ",") + `]`
		c.post(t, "/orders", order("transaction", "true", `"quantity":1,`+both)).want(t, http.StatusBadRequest)
		c.post(t, "/orders", order("transaction", "false", `"quantity":2,`+both)).want(t, http.StatusBadRequest)
		c.post(t, "/orders", order("transaction", "true", `"quantity":2,"allowReassign":false,`+both)).clean(t)
		equal(t, "eSIMs", len(c.get(t, "/esims").clean(t).list(t, "esims")), 2)
		for _, iccid := range quoted {
			equal(t, "bundles of "+iccid, len(states(t, c, strings.Trim(iccid, `"`), "")), 2)
		}
	})
	t.Run("without assign it goes into the inventory", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "stock")
		c.post(t, "/orders", order("transaction", "false", `"quantity":4`)).clean(t)
		equal(t, "eSIMs", len(c.get(t, "/esims").clean(t).list(t, "esims")), 0)
		equal(t, "inventory", remaining(t, c), 4)
		apply(t, c, britain, "")
		equal(t, "inventory after one is applied", remaining(t, c), 3)
	})
	t.Run("the list is by page", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "pages")
		c.set(t, `{"esimgo":{"shapes":"documented"}}`)
		var placed []string
		for n := range 5 {
			placed = append(placed, stock(t, c, britain, n+1)) // no two alike
		}
		var listed []string
		for page := 1; page <= 3; page++ {
			for _, o := range c.get(t, fmt.Sprintf("/orders?limit=2&page=%d", page)).clean(t).list(t, "") {
				listed = append(listed, o.at("orderReference").text)
			}
		}
		slices.Sort(placed)
		slices.Sort(listed)
		if !slices.Equal(listed, placed) {
			t.Errorf("orders of three pages: want %s, got %s", placed, listed)
		}
	})
	t.Run("createdAt is a range of dates", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "created")
		c.set(t, `{"esimgo":{"shapes":"documented"}}`)
		c.stop(t, time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC))
		stock(t, c, britain, 1)
		c.stop(t, time.Date(2024, 3, 15, 12, 0, 0, 0, time.UTC))
		march := stock(t, c, britain, 1)
		c.stop(t, time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC))
		stock(t, c, britain, 1)
		got := c.get(t, "/orders?createdAt=gte:2024-03-01T00:00:00.000Z&createdAt=lte:2024-03-31T23:59:59.999Z").clean(t)
		equal(t, "orders of March 2024", len(got.list(t, "")), 1)
		equal(t, "order", got.text(t, "0.orderReference"), march)
	})
	t.Run("eSIM data is included by default", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "data")
		c.post(t, "/orders", order("transaction", "true", `"quantity":1`)).clean(t)
		for _, query := range []string{"", "?includeIccids=true"} {
			got := c.get(t, "/orders"+query).clean(t)
			for _, path := range []string{"iccids.0", "esims.0.iccid", "esims.0.matchingId", "esims.0.smdpAddress"} {
				if got.text(t, "orders.0.order.0."+path) == "" {
					t.Errorf("%s: want a value at %s, got none", got.call, path)
				}
			}
		}
	})
}

func TestEsimgoAssignments(t *testing.T) {
	t.Parallel()
	c := esimgo(start(t), "assignments")
	stock(t, c, europe, 2)
	var references, ids []string
	for range 2 {
		iccid, reference := apply(t, c, europe, "")
		references, ids = append(references, reference), append(ids, iccid)
	}
	path := "/esims/assignments?reference=" + strings.Join(references, "&reference=")
	slices.Sort(ids)

	for _, header := range []string{"", "*/*", "text/csv"} {
		t.Run("CSV for Accept "+header, func(t *testing.T) {
			t.Parallel()
			got := c.get(t, path, "Accept", header).clean(t)
			if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
				t.Errorf("Content-Type: want text/csv, got %s", kind)
			}
			rows, err := csv.NewReader(bytes.NewReader(got.body)).ReadAll()
			if err != nil || len(rows) != 3 {
				t.Fatalf("want a head and a row for each of 2 eSIMs, got %d rows, %v\n%s", len(rows), err, got.body)
			}
			var listed []string
			for _, row := range rows[1:] {
				listed = append(listed, row[0])
				detail := c.get(t, "/esims/"+row[0]).clean(t)
				for _, field := range []string{"iccid", "smdpAddress", "matchingId"} {
					if !slices.Contains(row, detail.text(t, field)) {
						t.Errorf("row %s: want the %s %s in it", row, field, detail.text(t, field))
					}
				}
			}
			slices.Sort(listed)
			if !slices.Equal(listed, ids) {
				t.Errorf("ICCIDs: want %s, got %s", ids, listed)
			}
		})
	}
	t.Run("JSON", func(t *testing.T) {
		t.Parallel()
		got := c.get(t, path, "Accept", "application/json").clean(t)
		equal(t, "eSIMs", len(got.list(t, "")), 2)
		for _, e := range got.list(t, "") {
			for _, field := range []string{"iccid", "smdpAddress", "matchingId"} {
				if e.at(field) == nil || e.at(field).text == "" {
					t.Errorf("%s: want a %s, got %s", got.call, field, got.body)
				}
			}
		}
	})
	t.Run("ZIP of QR codes", func(t *testing.T) {
		t.Parallel()
		got := c.get(t, path, "Accept", "application/zip").clean(t)
		equal(t, "Content-Type", got.header.Get("Content-Type"), "application/zip")
		equal(t, "PNG images", countPNG(t, got.body), 2)
	})
	t.Run("additionalFields=appleInstallUrl", func(t *testing.T) {
		t.Parallel()
		for _, kind := range []string{"text/csv", "application/json"} {
			got := c.get(t, path+"&additionalFields=appleInstallUrl", "Accept", kind).clean(t)
			const link = "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1$"
			equal(t, "links in "+kind, strings.Count(string(got.body), link), 2)
		}
	})
	t.Run("by order reference", func(t *testing.T) {
		t.Parallel()
		body := fmt.Sprintf(`{"type":"transaction","assign":true,"Order":[{"type":"bundle","quantity":1,"item":%q}]}`, europe)
		placed := c.post(t, "/orders", body).clean(t)
		got := c.get(t, "/esims/assignments?reference="+placed.text(t, "orderReference")).clean(t)
		equal(t, "eSIMs", len(got.list(t, "")), 1)
	})
}

func countPNG(t *testing.T, archive []byte) (n int) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatalf("want a ZIP, got %v", err)
	}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".png") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(data)); err != nil {
			t.Errorf("%s: want a PNG, got %v", f.Name, err)
		}
		n++
	}
	return n
}

func TestEsimgoBundlesOfAnESIM(t *testing.T) {
	t.Parallel()
	s := start(t)
	t.Run("limit is 1 to 200 and 15 by default", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "limit")
		stock(t, c, europe, 17)
		iccid, _ := apply(t, c, europe, "")
		for range 16 {
			apply(t, c, europe, iccid)
		}
		for query, want := range map[string]int{"": 15, "?limit=1": 1, "?limit=16": 16, "?limit=200": 17} {
			equal(t, "assignments for "+query, len(states(t, c, iccid, query)), want)
		}
		for _, limit := range []string{"0", "201", "-1", "many"} {
			c.get(t, "/esims/"+iccid+"/bundles?limit="+limit).want(t, http.StatusBadRequest)
		}
	})
	t.Run("the latest assignment comes first", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "latest")
		stock(t, c, europe, 2)
		iccid, _ := apply(t, c, europe, "")
		c.device(t, iccid, "use", `{"mb":1}`)
		c.advance(t, "1h")
		apply(t, c, europe, iccid)
		got := c.get(t, "/esims/"+iccid+"/bundles/"+europe).clean(t)
		equal(t, "state of the latest", got.text(t, "assignments.0.bundleState"), "Queued")
	})
	t.Run("a year is twelve assignments", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "year")
		var year string
		for _, b := range c.get(t, "/catalogue?perPage=1000&orderBy=duration&direction=desc").clean(t).list(t, "bundles") {
			if days, _ := b.at("duration").number(); days >= 360 && days <= 366 {
				year = b.at("name").text
				break
			}
		}
		if year == "" {
			t.Fatal("want a bundle of a year in the catalogue, got none")
		}
		stock(t, c, year, 1)
		iccid, _ := apply(t, c, year, "")
		equal(t, "assignments", len(c.get(t, "/esims/"+iccid+"/bundles/"+year).clean(t).list(t, "assignments")), 12)
		for range 12 {
			c.device(t, iccid, "use", `{"mb":1}`)
			c.advance(t, "31d")
		}
		dates := map[string]bool{}
		for _, a := range c.get(t, "/esims/"+iccid+"/bundles/"+year).clean(t).list(t, "assignments") {
			from, to := a.at("startTime"), a.at("endTime")
			if from == nil || to == nil || from.text >= to.text {
				t.Fatalf("want a start and a finish after it, got %s and %s", from, to)
			}
			dates[from.text+" to "+to.text] = true
		}
		equal(t, "different dates", len(dates), 12)
	})
	t.Run("names are case sensitive", func(t *testing.T) {
		t.Parallel()
		c := esimgo(s, "case")
		for _, name := range []string{manx, manxLong, europe} {
			equal(t, "name", c.get(t, "/catalogue/bundle/"+name).clean(t).text(t, "name"), name)
			c.get(t, "/catalogue/bundle/"+strings.ToLower(name)).want(t, http.StatusBadRequest)
		}
		stock(t, c, europe, 1)
		iccid, _ := apply(t, c, europe, "")
		c.get(t, "/esims/"+iccid+"/bundles/"+strings.ToLower(europe)).refused(t)
	})
}

func TestEsimgoESIMs(t *testing.T) {
	t.Parallel()
	c := esimgo(start(t), "esims")
	c.stop(t, time.Date(2026, 4, 2, 8, 15, 8, 0, time.UTC))
	stock(t, c, europe, 12)
	c.post(t, "/esims/apply", `{"bundle":"`+europe+`","repeat":12}`).clean(t)
	list := func(t *testing.T, query string) (out []string) {
		t.Helper()
		for _, e := range c.get(t, "/esims"+query).clean(t).list(t, "esims") {
			out = append(out, e.at("iccid").text)
		}
		return out
	}
	ascending := list(t, "?perPage=50&orderBy=iccid&direction=asc")
	equal(t, "eSIMs of perPage=50", len(ascending), 12)

	t.Run("order", func(t *testing.T) {
		t.Parallel()
		if !slices.IsSorted(ascending) {
			t.Errorf("direction=asc: want rising ICCIDs, got %s", ascending)
		}
		descending := list(t, "?perPage=50&orderBy=iccid&direction=desc")
		slices.Reverse(descending)
		if !slices.Equal(descending, ascending) {
			t.Errorf("direction=desc: want the reverse of asc, got %s reversed", descending)
		}
	})
	t.Run("pages", func(t *testing.T) {
		t.Parallel()
		paged := append(list(t, "?orderBy=iccid&direction=asc&perPage=10&page=1"), list(t, "?orderBy=iccid&direction=asc&perPage=10&page=2")...)
		if !slices.Equal(paged, ascending) {
			t.Errorf("two pages of 10: want %s, got %s", ascending, paged)
		}
	})
	for column, filter := range map[string]struct {
		value string
		want  int
	}{
		"iccid":        {ascending[3], 1},
		"customerRef":  {"nobody", 0},
		"lastAction":   {"Bundle Applied", 12},
		"actionDate":   {"gte:2026-04-02T00:00:00Z", 12},
		"assignedDate": {"lt:2026-04-02T00:00:00Z", 0},
	} {
		t.Run("filterBy="+column, func(t *testing.T) {
			t.Parallel()
			q := url.Values{"perPage": {"50"}, "filterBy": {column}, "filter": {filter.value}}
			equal(t, "eSIMs", len(list(t, "?"+q.Encode())), filter.want)
		})
	}
	for _, action := range []string{
		"Bundle Refund", "Bundle Revoked", "eSIM Updated", "eSIM Refreshed", "eSIM Utilisation Alert",
	} {
		t.Run("filter="+action, func(t *testing.T) {
			t.Parallel()
			q := url.Values{"filterBy": {"lastAction"}, "filter": {action}}
			equal(t, "eSIMs", len(list(t, "?"+q.Encode())), 0)
		})
	}
	t.Run("additionalFields=appleInstallUrl", func(t *testing.T) {
		t.Parallel()
		plain := c.get(t, "/esims/"+ascending[0]).clean(t)
		if plain.json(t).at("appleInstallUrl") != nil {
			t.Error("without additionalFields: want no appleInstallUrl, got one")
		}
		got := c.get(t, "/esims/"+ascending[0]+"?additionalFields=appleInstallUrl").clean(t)
		want := "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1$" +
			plain.text(t, "smdpAddress") + "$" + plain.text(t, "matchingId")
		equal(t, "appleInstallUrl", got.text(t, "appleInstallUrl"), want)
	})
}

func TestEsimgoCatalogue(t *testing.T) {
	t.Parallel()
	c := esimgo(start(t), "catalogue")
	c.set(t, `{"esimgo":{"shapes":"documented"}}`)
	rows := func(t *testing.T, query url.Values) []*node {
		t.Helper()
		query.Set("perPage", "1000")
		got := c.get(t, "/catalogue?"+query.Encode()).clean(t).list(t, "")
		if len(got) == 0 {
			t.Errorf("%s: want bundles, got none", query.Encode())
		}
		return got
	}
	t.Run("perPage and page", func(t *testing.T) {
		t.Parallel()
		first := c.get(t, "/catalogue?perPage=50&page=1").clean(t).list(t, "")
		second := c.get(t, "/catalogue?perPage=50&page=2").clean(t).list(t, "")
		equal(t, "bundles of page 1", len(first), 50)
		equal(t, "bundles of page 2", len(second), 50)
		if first[49].at("name").text == second[0].at("name").text {
			t.Error("want another page 2, got the end of page 1 again")
		}
	})
	for direction, sign := range map[string]float64{"asc": 1, "desc": -1} {
		t.Run("orderBy=duration&direction="+direction, func(t *testing.T) {
			t.Parallel()
			last := -1e9
			for _, b := range rows(t, url.Values{"orderBy": {"duration"}, "direction": {direction}}) {
				days, _ := b.at("duration").number()
				if sign*days < last {
					t.Fatalf("%s has %v days after %v", b.at("name"), days, sign*last)
				}
				last = sign * days
			}
		})
	}
	t.Run("description is a wildcard search", func(t *testing.T) {
		t.Parallel()
		for _, b := range rows(t, url.Values{"description": {"United Kingdom"}}) {
			if !strings.Contains(b.at("description").text, "United Kingdom") {
				t.Errorf("want United Kingdom in the description, got %s", b.at("description"))
			}
		}
	})
	t.Run("group is an exact value", func(t *testing.T) {
		t.Parallel()
		for _, g := range c.get(t, "/organisation/groups").clean(t).list(t, "") {
			name := g.at("name").text
			for _, b := range rows(t, url.Values{"group": {name}}) {
				equal(t, "group of "+b.at("name").text, b.at("groups.0").text, name)
			}
			half := url.Values{"group": {name[:len(name)-1]}}
			equal(t, "bundles of half a name", len(c.get(t, "/catalogue?"+half.Encode()).clean(t).list(t, "")), 0)
		}
	})
	t.Run("countries is a list of ISO codes", func(t *testing.T) {
		t.Parallel()
		met := map[string]bool{}
		for _, b := range rows(t, url.Values{"countries": {"GB, US"}}) {
			met[b.at("countries.0.iso").text] = true
		}
		if len(met) != 2 || !met["GB"] || !met["US"] {
			t.Errorf("base countries: want GB and US, got %v", met)
		}
	})
	t.Run("region is that of the base country", func(t *testing.T) {
		t.Parallel()
		for _, b := range rows(t, url.Values{"region": {"Europe"}}) {
			equal(t, "region of "+b.at("name").text, b.at("countries.0.region").text, "Europe")
		}
	})
	t.Run("names can be ordered", func(t *testing.T) {
		t.Parallel()
		buyer := esimgo(c.server, "buyer")
		buyer.set(t, `{"esimgo":{"balance":1000000}}`)
		for _, b := range rows(t, url.Values{"countries": {"IM"}}) {
			stock(t, buyer, b.at("name").text, 1)
		}
	})
}

func TestEsimgoOrganisation(t *testing.T) {
	t.Parallel()
	c := esimgo(start(t), "organisation")
	got := c.get(t, "/organisation").clean(t)
	equal(t, "balance", got.number(t, "organisations.0.balance"), 1000)
	var want, have []string
	for _, g := range c.get(t, "/organisation/groups").clean(t).list(t, "groups") {
		want = append(want, g.at("name").text)
	}
	for _, g := range got.list(t, "organisations.0.groups") {
		have = append(have, g.text)
	}
	if len(want) == 0 || !slices.Equal(have, want) {
		t.Errorf("groups of the organisation: want those of /organisation/groups %s, got %s", want, have)
	}
}

// What the page tells of revoking: which assignment it takes, what comes back, and when
// the eSIM goes with it.
func TestEsimgoRevoke(t *testing.T) {
	t.Parallel()
	s := start(t)
	revoke := func(t *testing.T, c client, iccid, query string) string {
		t.Helper()
		return c.call(t, http.MethodDelete, "/esims/"+iccid+"/bundles/"+europe+query, "").clean(t).text(t, "status")
	}
	account := func(t *testing.T, world string, bundles int) (c client, iccid string) {
		t.Helper()
		c = esimgo(s, world)
		stock(t, c, europe, bundles)
		iccid, _ = apply(t, c, europe, "")
		for range bundles - 1 {
			apply(t, c, europe, iccid)
		}
		return c, iccid
	}
	t.Run("the latest assignment, into the inventory", func(t *testing.T) {
		t.Parallel()
		c, iccid := account(t, "revoke-latest", 3)
		first := c.get(t, "/esims/"+iccid+"/bundles/"+europe).text(t, "assignments.2.id")
		equal(t, "status", revoke(t, c, iccid, "?type=validate"), "Bundle can be revoked")
		equal(t, "bundles after a validation", len(states(t, c, iccid, "")), 3)
		equal(t, "status", revoke(t, c, iccid, ""), "Successfully Revoked Bundle, bundle has been refunded to inventory")
		equal(t, "inventory", remaining(t, c), 1)
		if got := states(t, c, iccid, "?includeUsed=true"); !slices.Equal(got, []string{"Revoked", "Queued", "Queued"}) {
			t.Errorf("states: want the first, newest one Revoked, got %s", got)
		}
		path := "/esims/" + iccid + "/bundles/" + europe + "/assignments/" + first
		c.call(t, http.MethodDelete, path, "").clean(t)
		equal(t, "inventory", remaining(t, c), 2)
	})
	t.Run("to the balance", func(t *testing.T) {
		t.Parallel()
		c, iccid := account(t, "revoke-balance", 2)
		before := goBalance(t, c)
		offer := c.call(t, http.MethodDelete, "/esims/"+iccid+"/bundles/"+europe+"?type=validate", "").clean(t).text(t, "options.1.offerId")
		revoke(t, c, iccid, "?refundToBalance=true&offerId="+offer)
		price := c.get(t, "/catalogue/bundle/"+europe).number(t, "price")
		equal(t, "balance", fmt.Sprintf("%.2f", goBalance(t, c)), fmt.Sprintf("%.2f", before+price))
		equal(t, "inventory", remaining(t, c), 0)
	})
	t.Run("nothing for a started one, or after 60 days", func(t *testing.T) {
		t.Parallel()
		c, iccid := account(t, "revoke-started", 2)
		c.device(t, iccid, "use", `{"mb":1}`)
		c.advance(t, "61d")
		stock(t, c, europe, 1)
		apply(t, c, europe, iccid)
		equal(t, "status", revoke(t, c, iccid, ""), "Successfully Revoked Bundle, bundle has been refunded to inventory")
		equal(t, "status", revoke(t, c, iccid, ""), "Successfully Revoked Bundle")
		equal(t, "inventory", remaining(t, c), 1)
	})
	t.Run("without a bundle and not installed the eSIM leaves", func(t *testing.T) {
		t.Parallel()
		c, iccid := account(t, "revoke-last", 1)
		c.device(t, iccid, "attach", `{}`)
		c.device(t, iccid, "remove", `{}`)
		revoke(t, c, iccid, "")
		c.get(t, "/esims/"+iccid).want(t, http.StatusForbidden)
		equal(t, "eSIMs", len(c.get(t, "/esims").clean(t).list(t, "esims")), 0)
		c.device(t, iccid, "install", `{}`)
		c.advance(t, "95h")
		c.get(t, "/esims/"+iccid).want(t, http.StatusForbidden)
		c.advance(t, "1h")
		c.get(t, "/esims/"+iccid).clean(t)
	})
	t.Run("installed it stays", func(t *testing.T) {
		t.Parallel()
		c, iccid := account(t, "revoke-installed", 1)
		c.device(t, iccid, "install", `{}`)
		revoke(t, c, iccid, "")
		c.get(t, "/esims/"+iccid).clean(t)
	})
}

func TestEsimgoDownloads(t *testing.T) {
	t.Parallel()
	a := newGoAccount(t, start(t), "downloads", false)
	codes := a.get(t, a.fill.Replace("/esims/qr/{reference}"), "Accept", "application/zip").clean(t)
	equal(t, "Content-Type", codes.header.Get("Content-Type"), "application/zip")
	equal(t, "PNG images", countPNG(t, codes.body), 1)
	list := a.get(t, a.fill.Replace("/esims/csv/{reference}?additionalFields=appleInstallUrl"), "Accept", "text/csv").clean(t)
	equal(t, "Content-Type", list.header.Get("Content-Type"), "text/csv")
	for _, want := range []string{a.fill.Replace("{iccid}"), "carddata=LPA:1$"} {
		if !strings.Contains(string(list.body), want) {
			t.Errorf("%s: want %s in it, got %s", list.call, want, list.body)
		}
	}
}

func TestEsimgoNetworks(t *testing.T) {
	t.Parallel()
	c := esimgo(start(t), "networks")
	for query, want := range map[string]int{
		"?countries=United+Kingdom,United+States": 2, "?isos=GB,US": 2, "?isos=GB&returnAll=false": 1, "?returnAll=true": 249,
	} {
		rows := c.get(t, "/networks"+query).clean(t).list(t, "countryNetworks")
		equal(t, "countries of "+query, len(rows), want)
		for _, row := range rows[:1] {
			if len(row.at("networks").items) == 0 {
				t.Errorf("%s: want networks in %s, got none", query, row.at("name"))
			}
		}
	}
}

// A refresh, a text and a new reference show where the page says they do.
func TestEsimgoActions(t *testing.T) {
	t.Parallel()
	c := esimgo(start(t), "actions")
	stock(t, c, europe, 1)
	iccid, _ := apply(t, c, europe, "")
	c.call(t, http.MethodPut, "/esims?iccid="+iccid+"&customerRef=booking", "").clean(t)
	equal(t, "customerRef", c.get(t, "/esims/"+iccid).text(t, "customerRef"), "booking")
	last := func() string {
		return c.get(t, "/esims?filterBy=customerRef&filter=booking").text(t, "esims.0.lastAction")
	}
	equal(t, "last action", last(), "eSIM Updated")
	c.get(t, "/esims/"+iccid+"/refresh").clean(t)
	equal(t, "last action", last(), "eSIM Refreshed")
	for length, status := range map[int]int{0: 400, 1: 200, 160: 200, 161: 400} {
		c.post(t, "/esims/"+iccid+"/sms", `{"message":"`+strings.Repeat("ş", length)+`"}`).want(t, status)
	}
	c.post(t, "/esims/"+iccid+"/sms", `{"message":"hello","from":"Shop"}`).want(t, http.StatusBadRequest)
}
