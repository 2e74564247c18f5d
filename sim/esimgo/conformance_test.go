package esimgo_test

import (
	"net/http"
	"testing"

	"github.com/esimsim/esimsim/sim/esimgo"
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
	buy := func(quantity int, assign bool) simtest.Call {
		return simtest.Call{
			Operation: "createOrder", Method: http.MethodPost, Path: "/orders",
			Body: orderBody("transaction", "esim_1GB_7D_GB_V2", quantity, assign, ""),
		}
	}
	order := buy(1, true)
	first := order
	first.Keep = map[string]string{"reference": "orderReference", "iccid": "order.0.iccids.0"}
	simtest.Run(t, simtest.Subject{
		Provider: esimgo.Provider(),
		Sign: func(r *http.Request, _ []byte, name string) {
			r.Header.Set("X-API-Key", "esimgo_"+name)
		},
		Calls: []simtest.Call{
			get("listCatalogue", "/catalogue?perPage=3"),
			get("getCatalogueBundle", "/catalogue/bundle/esim_1GB_7D_GB_V2"),
			first,
			buy(2, false),
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
			get("getInventory", "/inventory"),
			get("getOrganisation", "/organisation"),
			get("listGroups", "/organisation/groups"),
		},
		Order: order, Price: 1.2,
		Volatile: []string{"Window"}, // of the rate limit, which refused calls count for too
	})
}
