package roamify

import (
	"net/http"

	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
)

// Provider is the Roamify eSIM API.
func Provider() *sim.Provider {
	return sim.Define(sim.Definition[state]{
		Name:        "roamify",
		Title:       "Roamify",
		Mounts:      []string{"/api"},
		ClientBase:  "/",
		Document:    openapi.Roamify,
		ContentType: "application/json; charset=utf-8", // observed

		Key:         token,
		Identify:    identify,
		KeyOf:       keyOf,
		Credentials: credentials,
		Authorize:   authorize,
		Open:        open,
		Check:       check,
		Knows:       knows,
		Operations: []sim.Operation[state]{
			// The road of an order goes first, as paths are tried in turn.
			{ID: "createOrder", Method: http.MethodPost, Path: "/esim/order", Run: createOrder},
			{ID: "getOrder", Method: http.MethodGet, Path: "/esim/order", Run: getOrder},
			{ID: "listPackages", Method: http.MethodGet, Path: "/esim/packages", Run: listPackages},
			{ID: "applyEsim", Method: http.MethodPost, Path: "/esim/apply", Run: applyEsim},
			{ID: "getEsim", Method: http.MethodGet, Path: "/esim", Run: getEsim},
			{ID: "getUsage", Method: http.MethodGet, Path: "/esim/usage", Run: getUsage},
			{ID: "getBalance", Method: http.MethodGet, Path: "/balance", Run: getBalance},
			{ID: "topUp", Method: http.MethodPost, Path: "/esim/order/topup", Run: topUp},
			{ID: "createInstantOrder", Method: http.MethodPost, Path: "/esim/order/instant", Run: createInstantOrder},
			{ID: "listOrders", Method: http.MethodGet, Path: "/esim/orders", Run: listOrders},
			{ID: "listEsims", Method: http.MethodGet, Path: "/esims", Run: listEsims},
			{ID: "listCountries", Method: http.MethodGet, Path: "/esim/countries", Run: listCountries},
			{ID: "getUsageDetails", Method: http.MethodGet, Path: "/esim/usage/details", Run: getUsageDetails},
			{ID: "listTopUpPackages", Method: http.MethodGet, Path: "/esim/topup/packages", Run: listTopUpPackages},
			{ID: "getHistory", Method: http.MethodGet, Path: "/esim/history", Run: getHistory},
			{ID: "getEvents", Method: http.MethodGet, Path: "/esim/event", Run: getEvents},
			{ID: "postEvents", Method: http.MethodPost, Path: "/esim/event", Run: postEvents},
			{ID: "getEventsOldPath", Method: http.MethodGet, Path: "/esim/events", Run: getEventsOldPath},
			{ID: "sendSms", Method: http.MethodPost, Path: "/esim/sms", Run: sendSms},
			{ID: "createLink", Method: http.MethodPost, Path: "/esim/link", Run: createLink},
			{ID: "getHealth", Method: http.MethodGet, Path: "/health", Open: true, Run: getHealth},
			{ID: "listDevices", Method: http.MethodGet, Path: "/compatible-devices", Run: listDevices},
			{ID: "listCurrencies", Method: http.MethodGet, Path: "/currencies", Run: listCurrencies},
			{ID: "listRates", Method: http.MethodGet, Path: "/rates", Run: listRates},

			// Behind features of the account.
			{ID: "createVouchers", Method: http.MethodPost, Path: "/esim/vouchers", Run: createVouchers},
			{ID: "listVouchers", Method: http.MethodGet, Path: "/esim/vouchers", Run: listVouchers},
			{ID: "getVoucherByCode", Method: http.MethodGet, Path: "/esim/voucher/code/{code}", Run: getVoucherByCode},
			{ID: "getVoucher", Method: http.MethodGet, Path: "/esim/voucher/{voucherId}", Run: getVoucher},
			{ID: "revokeVoucher", Method: http.MethodPut, Path: "/esim/voucher/{voucherId}/revoke", Run: revokeVoucher},
			{ID: "createRefund", Method: http.MethodPost, Path: "/refund", Run: createRefund},
			{ID: "getRefund", Method: http.MethodGet, Path: "/refund", Run: getRefund},
			{ID: "createRefunds", Method: http.MethodPost, Path: "/refunds", Run: createRefunds},
			{ID: "listRefunds", Method: http.MethodGet, Path: "/refunds", Run: listRefunds},
			{ID: "cancelRefund", Method: http.MethodPut, Path: "/refund/{refundId}/cancel", Run: cancelRefund},
			{ID: "createGift", Method: http.MethodPost, Path: "/gifts/gift", Run: createGift},
			{ID: "getGift", Method: http.MethodGet, Path: "/gifts/gift", Run: getGift},
			{ID: "updateGift", Method: http.MethodPut, Path: "/gifts/gift", Run: updateGift},
			{ID: "listGifts", Method: http.MethodGet, Path: "/gifts/gifts", Run: listGifts},
			{ID: "revokeGift", Method: http.MethodPost, Path: "/gifts/revoke", Run: revokeGift},
			// Any name fits here, topup too, which therefore stands above.
			{ID: "listAffiliatePackages", Method: http.MethodGet, Path: "/esim/{uniqueName}/packages", Run: listAffiliatePackages},
		},
		Item:        func(id string) bool { return findPackage(id) != nil },
		Edges:       edges,
		Settings:    settings,
		Webhooks:    webhooks,
		Errors:      namedErrors,
		Findings:    namedFindings,
		EncodeError: encodeError,
		Device:      device,
		Status:      profileStatus,
		Machines:    machines(),
		Fixtures:    fixtures(),
		Page:        page,
		Example:     example,
	})
}

func example(base, name string) string {
	return "curl -s " + base + "/api/esim/order -H 'Authorization: Bearer " + prefix + name + "'" +
		` -H 'Content-Type: application/json' -d '{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}]}'`
}
