package brief_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/tool"
	"github.com/esimsim/esimsim/sim"
)

// The page "Orders" of the Roamify eSIM API.

// roamifyOrigin is the one that the page's examples call.
const roamifyOrigin = "https://api-dev.getroamify.com"

// cambodia is the package of the page's samples: "1 GB - 7 Days" at 5 USD.
const cambodia = "esim-cambodia-7days-1gb-all"

const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

const roamifyOrderSample = `{
"status": "success",
"data": {
"id": "67bbabb7-e893-410a-b0a8-4fa62d347b6c",
"orderType": "api",
"status": "COMPLETED",
"total": 5,
"currency": "USD",
"createdAt": 1731837535,
"updatedAt": 1731837539,
"items": [
{
"esimId": "b06036c5-eadc-4f88-aa31-8c207fec91ec",
"packageId": "esim-cambodia-7days-1gb-all",
"package": "1 GB - 7 Days",
"type": "esim",
"price": 5,
"currency": "USD",
"createdAt": 1731837535,
"updatedAt": 1731837539
}
]
}
}`

const roamifyTopUpSample = `{
"status": "success",
"data": {
"id": "0501aef3-7cf1-4b4c-a293-c03a6bd7a8ab",
"orderType": "api",
"status": "COMPLETED",
"total": 5,
"currency": "USD",
"createdAt": 1731838277,
"updatedAt": 1731838280,
"items": [
{
"esimId": "22dcdb84-968b-415c-bb70-79e2f3ffc296",
"packageId": "esim-cambodia-7days-1gb-all",
"package": "1 GB - 7 Days",
"type": "esim",
"price": 5,
"currency": "USD",
"createdAt": 1731838277,
"updatedAt": 1731838280
}
]
}
}`

const roamifyOrdersSample = `{
"status": "success",
"data": {
"orders": [
{
"id": "67bbabb7-e893-410a-b0a8-4fa62d347b6c",
"orderType": "api",
"status": "COMPLETED",
"total": 5,
"currency": "USD",
"createdAt": 1731837535,
"updatedAt": 1731837539,
"items": [
{
"esimId": "b06036c5-eadc-4f88-aa31-8c207fec91ec",
"packageId": "esim-cambodia-7days-1gb-all",
"package": "1 GB - 7 Days",
"type": "esim",
"price": 5,
"currency": "USD",
"createdAt": 1731837535,
"updatedAt": 1731837539
}
]
}
]
}
}`

const roamifyOrderCurl = `curl --request POST \
--url 'https://api-dev.getroamify.com/api/esim/order' \
--header 'Authorization: Bearer Access Token' \
--header 'Content-Type: application/json' \
--data '{
"items": [
{
"packageId": "Package ID",
"quantity": 1
}
]
}'`

const roamifyTopUpCurl = `curl --request POST \
--url 'https://api-dev.getroamify.com/api/esim/order/topup' \
--header 'Authorization: Bearer Access Token' \
--header 'Content-Type: application/json' \
--data '{
"iccid": "ICCID",
"packageId": "Package ID"
}'`

const roamifyGetOrderCurl = `curl --request GET \
--url 'https://api-dev.getroamify.com/api/esim/order?orderId=Order ID' \
--header 'Authorization: Bearer Access Token' \
--header 'Content-Type: application/json'`

const roamifyOrdersCurl = `curl --request GET \
--url 'https://api-dev.getroamify.com/api/esim/orders?status=PENDING&limit=10' \
--header 'Authorization: Bearer Access Token' \
--header 'Content-Type: application/json'`

// roamifyStatuses are the values of status that the page lists.
var roamifyStatuses = []string{"PENDING", "COMPLETED", "ARCHIVED", "CANCELLED", "REFUNDED", "REQUIRE_ACTION"}

// The instants of the samples. The order was completed four seconds after it was made,
// the top-up three.
var (
	roamifyOrderedAt  = time.Unix(1731837535, 0)
	roamifyToppedUpAt = time.Unix(1731838277, 0)
)

func roamify(s *sim.Server, world string) client {
	return newClient(s, world, "", func(r *http.Request, _ string) {
		r.Header.Set("Authorization", "Bearer roamify_"+world)
		r.Header.Set("Content-Type", "application/json")
	})
}

func roamifyItems(packageID string, quantity int) string {
	return fmt.Sprintf(`{"items":[{"packageId":%q,"quantity":%d}]}`, packageID, quantity)
}

// order places one and gives its id and that of its first eSIM.
func roamifyOrder(t *testing.T, c client, packageID string) (id, esimID string) {
	t.Helper()
	placed := c.post(t, "/api/esim/order", roamifyItems(packageID, 1)).want(t, http.StatusOK)
	return placed.text(t, "data.id"), placed.text(t, "data.items.0.esimId")
}

// roamifyESIM buys an eSIM and generates it.
func roamifyESIM(t *testing.T, c client) (iccid string) {
	t.Helper()
	_, esimID := roamifyOrder(t, c, cambodia)
	return c.post(t, "/api/esim/apply", `{"esimId":"`+esimID+`"}`).want(t, http.StatusOK).text(t, "data.iccid")
}

func roamifyBalance(t *testing.T, c client) float64 {
	t.Helper()
	return c.get(t, "/api/balance").want(t, http.StatusOK).number(t, "data.balance")
}

// openIDs leaves the ids of a sample open, below that path.
func openIDs(path string) map[string]string {
	return map[string]string{path + "id": uuid, path + "items[].esimId": uuid}
}

func TestRoamifyOrdersSamples(t *testing.T) {
	t.Parallel()
	quick := start(t)
	slow := start(t, "policies: {roamify.order.completed: {after: 4s}}")
	slowTopUp := start(t, "policies: {roamify.order.completed: {after: 3s}}")

	t.Run("Create eSIM Order", func(t *testing.T) {
		t.Parallel()
		c := roamify(quick, "create")
		c.stop(t, roamifyOrderedAt)
		got := c.post(t, "/api/esim/order", roamifyItems(cambodia, 1)).clean(t)
		open := openIDs("data.")
		open["data.updatedAt"], open["data.items[].updatedAt"] = `173183753[5-9]`, `173183753[5-9]`
		sample{roamifyOrderSample, open}.check(t, got)
		equal(t, "balance after the order", roamifyBalance(t, c), 995)
	})
	t.Run("Get eSIM Order", func(t *testing.T) {
		t.Parallel()
		c := roamify(slow, "get")
		c.stop(t, roamifyOrderedAt)
		placed := c.post(t, "/api/esim/order", roamifyItems(cambodia, 1)).clean(t)
		equal(t, "status at first", placed.text(t, "data.status"), "PENDING")
		c.advance(t, "4s")
		got := c.get(t, "/api/esim/order?orderId="+placed.text(t, "data.id")).clean(t)
		sample{roamifyOrderSample, openIDs("data.")}.check(t, got)
		equal(t, "id", got.text(t, "data.id"), placed.text(t, "data.id"))
		equal(t, "esimId", got.text(t, "data.items.0.esimId"), placed.text(t, "data.items.0.esimId"))
	})
	t.Run("Get eSIM Orders", func(t *testing.T) {
		t.Parallel()
		c := roamify(slow, "list")
		c.stop(t, roamifyOrderedAt)
		id, _ := roamifyOrder(t, c, cambodia)
		c.advance(t, "4s")
		got := c.get(t, "/api/esim/orders").clean(t)
		sample{roamifyOrdersSample, openIDs("data.orders[].")}.check(t, got)
		equal(t, "id", got.text(t, "data.orders.0.id"), id)
	})
	t.Run("Create Top-up Order", func(t *testing.T) {
		t.Parallel()
		c := roamify(slowTopUp, "topup")
		c.stop(t, roamifyOrderedAt)
		_, esimID := roamifyOrder(t, c, cambodia)
		c.advance(t, "3s")
		iccid := c.post(t, "/api/esim/apply", `{"esimId":"`+esimID+`"}`).want(t, http.StatusOK).text(t, "data.iccid")
		c.stop(t, roamifyToppedUpAt)
		placed := c.post(t, "/api/esim/order/topup", `{"iccid":"`+iccid+`","packageId":"`+cambodia+`"}`).clean(t)
		c.advance(t, "3s")
		got := c.get(t, "/api/esim/order?orderId="+placed.text(t, "data.id")).clean(t)
		sample{roamifyTopUpSample, openIDs("data.")}.check(t, got)
		equal(t, "balance after order and top-up", roamifyBalance(t, c), 990)
	})
	t.Run("Create Top-up Order at once", func(t *testing.T) {
		t.Parallel()
		c := roamify(quick, "topup")
		iccid := roamifyESIM(t, c)
		c.stop(t, roamifyToppedUpAt.Add(10*365*24*time.Hour)) // a clock with orders goes on only
		got := c.post(t, "/api/esim/order/topup", `{"iccid":"`+iccid+`","packageId":"`+cambodia+`"}`).clean(t)
		open := openIDs("data.")
		for _, path := range []string{"data.createdAt", "data.updatedAt", "data.items[].createdAt", "data.items[].updatedAt"} {
			open[path] = strconv.FormatInt(roamifyToppedUpAt.Unix()+10*365*24*3600, 10)
		}
		sample{roamifyTopUpSample, open}.check(t, got)
	})
}

func TestRoamifyOrdersFields(t *testing.T) {
	t.Parallel()
	s := start(t)
	t.Run("items is an array of what is ordered", func(t *testing.T) {
		t.Parallel()
		c := roamify(s, "array")
		body := fmt.Sprintf(`{"items":[{"packageId":%q,"quantity":2},{"packageId":%[1]q,"quantity":1}]}`, cambodia)
		got := c.post(t, "/api/esim/order", body).clean(t)
		ids := map[string]bool{}
		for _, item := range got.list(t, "data.items") {
			ids[item.at("esimId").text] = true
		}
		equal(t, "eSIMs for quantities 2 and 1", len(ids), 3)
		equal(t, "total", got.number(t, "data.total"), 15)
		equal(t, "balance", roamifyBalance(t, c), 985)
	})
	for name, body := range map[string]string{
		"items missing":          `{}`,
		"items no array":         `{"items":{"packageId":"` + cambodia + `","quantity":1}}`,
		"packageId missing":      `{"items":[{"quantity":1}]}`,
		"packageId no string":    `{"items":[{"packageId":7,"quantity":1}]}`,
		"quantity missing":       `{"items":[{"packageId":"` + cambodia + `"}]}`,
		"quantity no number":     `{"items":[{"packageId":"` + cambodia + `","quantity":"one"}]}`,
		"quantity not even text": `{"items":[{"packageId":"` + cambodia + `","quantity":[1]}]}`,
	} {
		t.Run("order, "+name, func(t *testing.T) {
			t.Parallel()
			c := roamify(s, "order-"+strings.ReplaceAll(name, " ", "-"))
			got := c.post(t, "/api/esim/order", body).want(t, http.StatusBadRequest)
			mentions(t, got, strings.Fields(name)[0])
			equal(t, "balance", roamifyBalance(t, c), 1000)
		})
	}
	for name, body := range map[string]string{
		"iccid missing":       `{"packageId":"` + cambodia + `"}`,
		"iccid no string":     `{"iccid":8900000000000000000,"packageId":"` + cambodia + `"}`,
		"packageId missing":   `{"iccid":"%s"}`,
		"packageId no string": `{"iccid":"%s","packageId":7}`,
	} {
		t.Run("top-up, "+name, func(t *testing.T) {
			t.Parallel()
			c := roamify(s, "topup-"+strings.ReplaceAll(name, " ", "-"))
			body := strings.ReplaceAll(body, "%s", roamifyESIM(t, c))
			got := c.post(t, "/api/esim/order/topup", body).want(t, http.StatusBadRequest)
			mentions(t, got, strings.Fields(name)[0])
			equal(t, "balance", roamifyBalance(t, c), 995)
		})
	}
	t.Run("orderId is required", func(t *testing.T) {
		t.Parallel()
		c := roamify(s, "get")
		id, _ := roamifyOrder(t, c, cambodia)
		mentions(t, c.get(t, "/api/esim/order").want(t, http.StatusBadRequest), "orderId")
		c.get(t, "/api/esim/order?orderId=67bbabb7-e893-410a-b0a8-4fa62d347b6c").refused(t)
		equal(t, "order", c.get(t, "/api/esim/order?orderId="+id).clean(t).text(t, "data.id"), id)
	})
}

// mentions wants a refusal to name the field it is about.
func mentions(t *testing.T, got reply, field string) {
	t.Helper()
	if !strings.Contains(string(got.body), field) {
		t.Errorf("%s: want the refusal to name %s, got %s", got.call, field, got.body)
	}
}

func TestRoamifyOrdersList(t *testing.T) {
	t.Parallel()
	s := start(t, "policies: {roamify.order.completed: manual}")
	c := roamify(s, "list")
	var ids []string
	for range 51 {
		id, _ := roamifyOrder(t, c, cambodia)
		ids = append(ids, id)
	}
	done := fmt.Sprintf(`{"edge":"roamify.order.completed","id":%q}`, ids[0])
	c.control(t, http.MethodPost, "/edges", done).want(t, http.StatusOK)

	count := map[string]int{"PENDING": 50, "COMPLETED": 1}
	for _, status := range roamifyStatuses {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			orders := c.get(t, "/api/esim/orders?limit=100&status="+status).clean(t).list(t, "data.orders")
			equal(t, "orders of status "+status, len(orders), count[status])
			for _, o := range orders {
				equal(t, "status", o.at("status").text, status)
			}
		})
	}
	for query, want := range map[string]int{"": 50, "?limit=10": 10, "?limit=51": 51, "?limit=1": 1, "?status=PENDING&limit=10": 10} {
		t.Run("orders"+query, func(t *testing.T) {
			t.Parallel()
			orders := c.get(t, "/api/esim/orders"+query).clean(t).list(t, "data.orders")
			equal(t, "orders", len(orders), want)
		})
	}
	for _, query := range []string{"limit=ten", "status=DONE"} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			c.get(t, "/api/esim/orders?"+query).want(t, http.StatusBadRequest)
		})
	}
}

// shell runs a printed curl as it stands but for the origin and the placeholders, which
// come in turn with what goes there.
func shell(t *testing.T, s *sim.Server, printed string, placeholders ...string) reply {
	t.Helper()
	sh := tool.Path(t, "sh")
	tool.Path(t, "curl")
	if !strings.Contains(printed, roamifyOrigin) {
		t.Fatalf("want %s in the example, got\n%s", roamifyOrigin, printed)
	}
	script := strings.ReplaceAll(printed, roamifyOrigin, s.URL())
	for i := 0; i < len(placeholders); i += 2 {
		if !strings.Contains(script, placeholders[i]) {
			t.Fatalf("want %s in the example, got\n%s", placeholders[i], printed)
		}
		script = strings.ReplaceAll(script, placeholders[i], placeholders[i+1])
	}
	// An empty home keeps the machine's own .curlrc out.
	out := run(t, []string{"HOME=" + t.TempDir(), "CURL_HOME=" + t.TempDir()}, sh, "-c", script)
	call := regexp.MustCompile(`/api/[^']*`).FindString(script)
	return reply{call: "curl " + call, status: http.StatusOK, body: []byte(out.stdout)}
}

func TestRoamifyOrdersCurls(t *testing.T) {
	t.Parallel()
	s := start(t)
	pending := start(t, "policies: {roamify.order.completed: manual}")
	const token = "roamify_curl"

	t.Run("Create eSIM Order", func(t *testing.T) {
		t.Parallel()
		c := roamify(s, "curl")
		got := shell(t, s, roamifyOrderCurl, "Access Token", token, "Package ID", cambodia)
		equal(t, "status", got.text(t, "status"), "success")
		equal(t, "package", got.text(t, "data.items.0.packageId"), cambodia)
		c.get(t, "/api/esim/order?orderId="+got.text(t, "data.id")).want(t, http.StatusOK)
	})
	t.Run("Create Top-up Order", func(t *testing.T) {
		t.Parallel()
		iccid := roamifyESIM(t, roamify(s, "curl"))
		got := shell(t, s, roamifyTopUpCurl, "Access Token", token, "ICCID", iccid, "Package ID", cambodia)
		equal(t, "status", got.text(t, "status"), "success")
		equal(t, "package", got.text(t, "data.items.0.packageId"), cambodia)
	})
	t.Run("Get eSIM Order", func(t *testing.T) {
		t.Parallel()
		id, _ := roamifyOrder(t, roamify(s, "curl"), cambodia)
		got := shell(t, s, roamifyGetOrderCurl, "Access Token", token, "Order ID", id)
		equal(t, "order", got.text(t, "data.id"), id)
	})
	t.Run("Get eSIM Orders", func(t *testing.T) {
		t.Parallel()
		c := roamify(pending, "curl")
		for range 11 {
			roamifyOrder(t, c, cambodia)
		}
		got := shell(t, pending, roamifyOrdersCurl, "Access Token", token)
		equal(t, "orders", len(got.list(t, "data.orders")), 10)
		equal(t, "status", got.text(t, "data.orders.0.status"), "PENDING")
	})
}
