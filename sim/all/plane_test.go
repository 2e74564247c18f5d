package all_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
)

// ask reads from the control plane what fits its document.
func ask(t *testing.T, s *sim.Server, operation, path string) gjson.Result {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost:8484/_sim"+path, nil))
	data, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := contract.Load(openapi.Control)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range doc.Operation(operation).CheckReply(w.Code, "application/json", data) {
		t.Errorf("%s %s: %s", f.Code, f.Pointer, f.Message)
	}
	return gjson.ParseBytes(data)
}

// A dashboard finds all that it draws: machines, scenarios with what they are for, and how
// to call each API.
func TestWhatDashboardsAsk(t *testing.T) {
	t.Parallel()
	s := fixtureServer(t)
	var entities []string
	for _, m := range ask(t, s, "listMachines", "/machines").Get("machines").Array() {
		entities = append(entities, m.Get("provider").Str+"."+m.Get("entity").Str)
	}
	const want = "roamify.order roamify.esim roamify.voucher roamify.gift roamify.refund " +
		"esimgo.order esimgo.esim esimgo.service esimgo.bundle esimgo.inventory esimfly.order esimfly.topup esimfly.esim"
	if got := strings.Join(entities, " "); got != want {
		t.Errorf("the machines are %s, want %s", got, want)
	}
	list := ask(t, s, "listScenarios", "/scenarios").Get("scenarios").Array()
	if len(list) != len(s.ScenarioNames()) {
		t.Errorf("%d scenarios, want %d", len(list), len(s.ScenarioNames()))
	}
	for _, sc := range list {
		if sc.Get("summary").Str == "" {
			t.Errorf("%s does not say what it is for", sc.Get("name"))
		}
	}
	v := ask(t, s, "listApis", "/apis?world=ana")
	for path, want := range map[string]string{
		"apis.#": "3", "apis.#(name==roamify).base": "http://localhost:8484", "apis.#(name==esimgo).base": "http://localhost:8484/v2.4",
		"apis.#(name==esimfly).base": "http://localhost:8484/api/v1/business", "example.@keys.#": "3",
		"apis.#(name==roamify).credentials.0.value": "Bearer roamify_ana", "apis.#(name==esimgo).credentials.0.name": "X-API-Key",
		"apis.#(name==esimgo).credentials.0.value": "esimgo_ana", "apis.#(name==esimfly).credentials.0.name": "RT-AccessCode",
	} {
		if got := v.Get(path).String(); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

// All that a fixture makes is shown as the document has it, with what it can pass next.
func TestFixtureIsShown(t *testing.T) {
	t.Parallel()
	s := fixtureServer(t)
	if status, data := put(t, s, rich); status != http.StatusOK {
		t.Fatalf("%d %s", status, data)
	}
	v := ask(t, s, "getWorld", "/worlds/w")
	for path, want := range map[string]string{
		"ordersTotal": "8", "orders.#": "8",
		"orders.#(reference==shop-17).state":                          "PENDING",
		"orders.#(reference==shop-17).esims.#":                        "0",
		"orders.#(reference==shop-17).moves.0.edge":                   "roamify.order.completed",
		"orders.#(reference==shop-17).moves.0.to":                     "COMPLETED",
		"orders.#(reference==shop-17).things.#":                       "2",
		"orders.#(reference==shop-17).things.0.state":                 "NEW",
		"orders.#(id==order_1782864000_abc12).moves.#.edge":           `["esimfly.order.provisioned","esimfly.order.failed"]`,
		`esims.#(iccid=="8943108000000000012").things.#.entity`:       `["esim","service","bundle"]`,
		`esims.#(iccid=="8943108000000000012").things.2.label`:        "esim_1GB_7D_GB_V2",
		`esims.#(iccid=="8943108000000000012").things.2.state`:        "Queued",
		`esims.#(iccid=="8943108000000000012").things.2.moves.#.edge`: `["esimgo.bundle.active","esimgo.bundle.lapsed","esimgo.bundle.revoked"]`,
		`esims.#(iccid=="8943108000000000012").things.2.moves.#.to`:   `["Active","Lapsed","Revoked"]`,
		`esims.#(iccid=="8944500102198304826").things.0.state`:        "INSTALLED",
		"things.#.entity": `["inventory"]`,
	} {
		got := v.Get(path).String()
		if v.Get(path).IsArray() {
			got = v.Get(path).Get("@ugly").Raw
		}
		if got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}
