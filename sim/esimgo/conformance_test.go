package esimgo_test

import (
	"net/http"
	"testing"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimgo"
	"github.com/esimsim/esimsim/sim/internal/phone"
	"github.com/esimsim/esimsim/sim/simtest"
)

// What all providers must obey.
func TestConformance(t *testing.T) {
	t.Parallel()
	get := func(operation, path string, header ...string) simtest.Call {
		c := simtest.Call{Operation: operation, Method: http.MethodGet, Path: path, Header: http.Header{}}
		for _, accept := range header {
			c.Header.Set("Accept", accept)
		}
		return c
	}
	post := func(operation, path, body string, method ...string) simtest.Call {
		return simtest.Call{Operation: operation, Method: append(method, http.MethodPost)[0], Path: path, Body: body}
	}
	buy := func(quantity int, assign bool) simtest.Call {
		return simtest.Call{
			Operation: "createOrder", Method: http.MethodPost, Path: "/orders",
			Body: orderBody("transaction", "esim_1GB_7D_GB_V2", quantity, assign, ""),
		}
	}
	order := buy(1, true)
	first := order
	first.Keep = map[string]string{"reference": "orderReference", "iccid": "order.0.iccids.0"}
	inventory := get("getInventory", "/inventory")
	inventory.Keep = map[string]string{"usage": "bundles.0.available.0.id"}
	used := get("getLocation", "/esims/{iccid}/location")
	used.Act = func(t *testing.T, w *sim.World) {
		t.Helper()
		if _, err := phone.Act(w, "last", esim.Action{Kind: esim.Attach}, esim.MB); err != nil {
			t.Fatal(err)
		}
		for _, e := range w.View().ESIMs {
			if _, err := phone.Act(w, e.ICCID, esim.Action{Kind: esim.Use, Bytes: esim.MB}, esim.MB); err != nil {
				t.Fatal(err)
			}
		}
	}
	assignments := get("listEsimBundles", "/esims/{iccid}/bundles")
	assignments.Keep = map[string]string{"second": "bundles.0.assignments.0.id"}
	attached := get("listEsims", "/esims")
	attached.Act = func(t *testing.T, w *sim.World) {
		t.Helper()
		if _, err := phone.Act(w, "last", esim.Action{Kind: esim.Attach}, esim.MB); err != nil {
			t.Fatal(err)
		}
	}
	simtest.Run(t, simtest.Subject{
		Provider: esimgo.Provider(),
		Items:    []string{"esim_1GB_7D_GB_V2", "esim_UL_7D_GB_V2"},
		Sign: func(r *http.Request, _ []byte, name string) {
			r.Header.Set("X-API-Key", "esimgo_"+name)
		},
		Calls: []simtest.Call{
			get("listCatalogue", "/catalogue?perPage=3"),
			get("getCatalogueBundle", "/catalogue/bundle/esim_1GB_7D_GB_V2"),
			first,
			buy(4, false),
			{Operation: "applyBundle", Method: http.MethodPost, Path: "/esims/apply", Body: `{"bundle":"esim_1GB_7D_GB_V2"}`},
			get("listOrders", "/orders"),
			get("getOrder", "/orders/{reference}"),
			get("getAssignments", "/esims/assignments?reference={reference}"),
			get("getAssignments", "/esims/assignments?reference={reference}", "application/json"),
			get("getAssignments", "/esims/assignments?reference={reference}", "application/zip"),
			get("listEsims", "/esims"),
			get("getEsim", "/esims/{iccid}?additionalFields=appleInstallUrl"),
			get("listEsimBundles", "/esims/{iccid}/bundles"),
			get("getEsimBundle", "/esims/{iccid}/bundles/esim_1GB_7D_GB_V2"),
			inventory,
			get("getOrganisation", "/organisation"),
			get("listGroups", "/organisation/groups"),
			get("listPaths", "/"),
			get("listNetworks", "/networks?isos=GB,US"),
			get("getQrCodes", "/esims/qr/{reference}"),
			get("getCsv", "/esims/csv/{reference}"),
			get("getHistory", "/esims/{iccid}/history"),
			get("refreshEsim", "/esims/{iccid}/refresh"),
			get("checkCompatibility", "/esims/{iccid}/compatible/esim_1GB_7D_IM_U"),
			used,
			{Operation: "getSuspension", Method: http.MethodGet, Mount: "/v2.5", Path: "/esims/{iccid}/suspend"},
			post("updateEsim", "/esims", `{"iccid":"{iccid}","customerRef":"booking"}`, http.MethodPut),
			post("sendSms", "/esims/{iccid}/sms", `{"message":"hello"}`),
			post("addEsimBundle", "/esims/{iccid}/bundles", `{"name":"esim_1GB_7D_GB_V2"}`),
			post("refundInventory", "/inventory/refund", `{"usageId":{usage},"quantity":1}`),
			{Operation: "topUp", Method: http.MethodPost, Path: "/organisation/balance?amount=1000"},
			assignments,
			{Operation: "revokeAssignment", Method: http.MethodDelete, Path: "/esims/{iccid}/bundles/esim_1GB_7D_GB_V2/assignments/{second}?type=validate"},
			{Operation: "revokeApplication", Method: http.MethodDelete, Path: "/esims/{iccid}/bundles/esim_1GB_7D_GB_V2/applications/{second}"},
			{Operation: "revokeBundle", Method: http.MethodDelete, Path: "/esims/{iccid}/bundles/esim_1GB_7D_GB_V2"},
			{Operation: "suspendEsim", Method: http.MethodPost, Mount: "/v2.5", Path: "/esims/{iccid}/suspend", Body: `{"suspend":true}`},
			{Operation: "deleteEsim", Method: http.MethodDelete, Mount: "/v2.5", Path: "/esims/{iccid}"},
		},
		Stateless: []string{"esimgo.balance.low", "esimgo.balance.autotopup", "esimgo.balance.granted"},
		Trails: []simtest.Trail{
			{From: "Revoked", Edges: []string{"esimgo.esim.installed", "esimgo.esim.unavailable", "esimgo.esim.restored"}},
			{From: "Downloaded", Calls: []simtest.Call{attached}, Edges: []string{"esimgo.esim.located"}},
			{From: "Revoked", Edges: []string{"esimgo.esim.installed", "esimgo.esim.deactivated", "esimgo.esim.restored"}},
		},
		Order: order, Price: 1.2,
		Volatile: []string{"Window"}, // of the rate limit, which refused calls count for too
	})
}
