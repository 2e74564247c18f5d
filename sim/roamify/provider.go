package roamify

import (
	"net/http"

	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
)

// Provider is the Roamify eSIM API.
func Provider() *sim.Provider {
	return sim.Define(sim.Definition[state]{
		Name:   "roamify",
		Title:  "Roamify",
		Mounts: []string{"/api"}, ClientBase: "/",
		Document:    openapi.Roamify,
		ContentType: "application/json; charset=utf-8", // observed

		Identify:    identify,
		Credentials: credentials,
		Open:        open,
		Operations: []sim.Operation[state]{
			{ID: "listCountries", Method: http.MethodGet, Path: "/esim/countries", Run: listCountries},
			{ID: "listPackages", Method: http.MethodGet, Path: "/esim/packages", Run: listPackages},
			{ID: "createOrder", Method: http.MethodPost, Path: "/esim/order", Run: createOrder},
			{ID: "topUp", Method: http.MethodPost, Path: "/esim/order/topup", Run: topUp},
			{ID: "getOrder", Method: http.MethodGet, Path: "/esim/order", Run: getOrder},
			{ID: "listOrders", Method: http.MethodGet, Path: "/esim/orders", Run: listOrders},
			{ID: "applyEsim", Method: http.MethodPost, Path: "/esim/apply", Run: applyEsim},
			{ID: "getEsim", Method: http.MethodGet, Path: "/esim", Run: getEsim},
			{ID: "getUsage", Method: http.MethodGet, Path: "/esim/usage", Run: getUsage},
			{ID: "listTopUpPackages", Method: http.MethodGet, Path: "/esim/topup/packages", Run: listTopUpPackages},
			{ID: "getBalance", Method: http.MethodGet, Path: "/balance", Run: getBalance},
		},
		Edges:       edges,
		Settings:    settings,
		Errors:      namedErrors,
		EncodeError: encodeError,
		Device:      device,
		Status:      profileStatus,
		Example:     example,
	})
}

func example(base, name string) string {
	return "curl -s " + base + "/api/esim/order -H 'Authorization: Bearer " + prefix + name + "'" +
		` -H 'Content-Type: application/json' -d '{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}]}'`
}
