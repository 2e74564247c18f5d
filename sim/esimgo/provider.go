package esimgo

import (
	"net/http"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
)

// Provider is the eSIM Go API.
func Provider() *sim.Provider {
	return sim.Define(sim.Definition[state]{
		Name:     "esimgo",
		Title:    "eSIM Go",
		Mounts:   []string{"/v2.4"},
		Document: openapi.Esimgo,

		Identify:    identify,
		Credentials: credentials,
		Admit:       admit,
		Open:        open,
		Operations: []sim.Operation[state]{
			{ID: "listCatalogue", Method: http.MethodGet, Path: "/catalogue", Run: listCatalogue},
			{ID: "getCatalogueBundle", Method: http.MethodGet, Path: "/catalogue/bundle/{name}", Run: getCatalogueBundle},
			{ID: "createOrder", Method: http.MethodPost, Path: "/orders", Run: createOrder},
			{ID: "listOrders", Method: http.MethodGet, Path: "/orders", Run: listOrders},
			{ID: "getOrder", Method: http.MethodGet, Path: "/orders/{orderReference}", Run: getOrder},
			// Before {iccid}, which would take these words for a number.
			{ID: "applyBundle", Method: http.MethodPost, Path: "/esims/apply", Run: applyBundle},
			{ID: "getAssignments", Method: http.MethodGet, Path: "/esims/assignments", Run: getAssignments},
			{ID: "listEsims", Method: http.MethodGet, Path: "/esims", Run: listESIMs},
			{ID: "getEsim", Method: http.MethodGet, Path: "/esims/{iccid}", Run: getESIM},
			{ID: "listEsimBundles", Method: http.MethodGet, Path: "/esims/{iccid}/bundles", Run: listESIMBundles},
			{ID: "getEsimBundle", Method: http.MethodGet, Path: "/esims/{iccid}/bundles/{name}", Run: getESIMBundle},
			{ID: "getInventory", Method: http.MethodGet, Path: "/inventory", Run: getInventory},
			{ID: "getOrganisation", Method: http.MethodGet, Path: "/organisation", Run: getOrganisation},
			{ID: "listGroups", Method: http.MethodGet, Path: "/organisation/groups", Run: listGroups},
		},
		Edges:       edges,
		Settings:    settings,
		Errors:      namedErrors,
		EncodeError: encodeError,
		Device:      device,
		Megabyte:    esim.MB,
		Status:      profileStatus,
		Example:     example,
	})
}

func example(base, name string) string {
	return "curl -s " + base + "/v2.4/orders -H 'X-API-Key: " + prefix + name + "' -H 'Content-Type: application/json'" +
		` -d '{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}]}'`
}
