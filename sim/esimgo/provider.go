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
		Mounts:   []string{v24, v25, v23},
		Document: openapi.Esimgo,

		Key:         apiKey,
		Identify:    identify,
		KeyOf:       keyOf,
		Credentials: credentials,
		Authorize:   authorize,
		Admit:       admit,
		Missed:      tellWindow,
		Open:        open,
		Check:       check,
		Knows:       knows,
		Operations:  operations(),
		Item:        func(name string) bool { return catalogue().byName[name] != nil },
		Edges:       edges,
		Settings:    settings,
		Errors:      namedErrors,
		Findings:    namedFindings,
		EncodeError: encodeError,
		Device:      device,
		Megabyte:    esim.MB,
		Status:      profileStatus,
		Machines:    machines(),
		Fixtures:    fixtures(),
		Webhooks:    callbacks,
		Example:     example,
	})
}

// operations is the table of all versions, of which some lack what came later.
func operations() []sim.Operation[state] {
	return []sim.Operation[state]{
		{ID: "listPaths", Method: http.MethodGet, Path: "/", Run: listPaths},

		{ID: "listCatalogue", Method: http.MethodGet, Path: "/catalogue", Run: listCatalogue},
		{ID: "getCatalogueBundle", Method: http.MethodGet, Path: "/catalogue/bundle/{name}", Run: getCatalogueBundle},
		{ID: "listNetworks", Method: http.MethodGet, Path: "/networks", Run: listNetworks},

		{ID: "createOrder", Method: http.MethodPost, Path: "/orders", Run: createOrder},
		{ID: "listOrders", Method: http.MethodGet, Path: "/orders", Run: listOrders},
		{ID: "getOrder", Method: http.MethodGet, Path: "/orders/{orderReference}", Run: getOrder},
		{ID: "getInventory", Method: http.MethodGet, Path: "/inventory", Run: getInventory},
		{ID: "refundInventory", Method: http.MethodPost, Path: "/inventory/refund", Run: refundInventory},

		// Before {iccid}, which would take these words for a number.
		{ID: "applyBundle", Method: http.MethodPost, Path: "/esims/apply", Run: applyBundle},
		{ID: "getAssignments", Method: http.MethodGet, Path: "/esims/assignments", Run: getAssignments},
		{ID: "getQrCodes", Method: http.MethodGet, Path: "/esims/qr/{reference}", Run: getQRCodes},
		{ID: "getCsv", Method: http.MethodGet, Path: "/esims/csv/{reference}", Run: getCSV},

		{ID: "listEsims", Method: http.MethodGet, Path: "/esims", Run: listESIMs},
		{ID: "updateEsim", Method: http.MethodPut, Path: "/esims", Run: updateESIM},
		{ID: "getEsim", Method: http.MethodGet, Path: "/esims/{iccid}", Run: getESIM},
		{ID: "deleteEsim", Method: http.MethodDelete, Path: "/esims/{iccid}", Mounts: sinceV25, Run: deleteESIM},
		{ID: "getSuspension", Method: http.MethodGet, Path: "/esims/{iccid}/suspend", Mounts: sinceV25, Run: getSuspension},
		{ID: "suspendEsim", Method: http.MethodPost, Path: "/esims/{iccid}/suspend", Mounts: sinceV25, Run: suspendESIM},
		{ID: "getHistory", Method: http.MethodGet, Path: "/esims/{iccid}/history", Run: getHistory},
		{ID: "refreshEsim", Method: http.MethodGet, Path: "/esims/{iccid}/refresh", Run: refreshESIM},
		{ID: "checkCompatibility", Method: http.MethodGet, Path: "/esims/{iccid}/compatible/{bundle}", Mounts: sinceV24, Run: checkCompatibility},
		{ID: "sendSms", Method: http.MethodPost, Path: "/esims/{iccid}/sms", Run: sendSMS},
		{ID: "getLocation", Method: http.MethodGet, Path: "/esims/{iccid}/location", Run: getLocation},

		{ID: "listEsimBundles", Method: http.MethodGet, Path: "/esims/{iccid}/bundles", Run: listESIMBundles},
		{ID: "addEsimBundle", Method: http.MethodPost, Path: "/esims/{iccid}/bundles", Run: addESIMBundle},
		{ID: "getEsimBundle", Method: http.MethodGet, Path: "/esims/{iccid}/bundles/{name}", Run: getESIMBundle},
		{ID: "revokeBundle", Method: http.MethodDelete, Path: "/esims/{iccid}/bundles/{name}", Run: revokeBundle},
		{ID: "revokeAssignment", Method: http.MethodDelete, Path: "/esims/{iccid}/bundles/{name}/assignments/{assignmentId}", Run: revokeAssignment},
		{ID: "revokeApplication", Method: http.MethodDelete, Path: "/esims/{iccid}/bundles/{name}/applications/{assignmentId}", Run: revokeAssignment},

		{ID: "getOrganisation", Method: http.MethodGet, Path: "/organisation", Run: getOrganisation},
		{ID: "listGroups", Method: http.MethodGet, Path: "/organisation/groups", Run: listGroups},
		{ID: "topUp", Method: http.MethodPost, Path: "/organisation/balance", Run: addBalance},
	}
}

func example(base, name string) string {
	return "curl -s " + base + v24 + "/orders -H 'X-API-Key: " + prefix + name + "' -H 'Content-Type: application/json'" +
		` -d '{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}]}'`
}
