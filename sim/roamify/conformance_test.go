package roamify_test

import (
	"net/http"
	"testing"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/internal/phone"
	"github.com/esimsim/esimsim/sim/roamify"
	"github.com/esimsim/esimsim/sim/simtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	const order = `{"items":[{"packageId":"` + cambodia + `","quantity":1}]}`
	get := func(operation, path string) simtest.Call {
		return simtest.Call{Operation: operation, Method: http.MethodGet, Path: path}
	}
	post := func(operation, path, body string, keep map[string]string) simtest.Call {
		return simtest.Call{Operation: operation, Method: http.MethodPost, Path: path, Body: body, Keep: keep}
	}
	put := func(operation, path, body string) simtest.Call {
		return simtest.Call{Operation: operation, Method: http.MethodPut, Path: path, Body: body}
	}
	acting := func(c simtest.Call, act func(*sim.World) error) simtest.Call {
		c.Act = func(t *testing.T, w *sim.World) {
			if err := act(w); err != nil {
				t.Error(err)
			}
		}
		return c
	}
	use := func(w *sim.World) error {
		_, err := phone.Act(w, "last", esim.Action{Kind: esim.Use, Bytes: 100 * esim.MiB}, esim.MiB)
		return err
	}
	useUp := func(w *sim.World) error {
		for _, e := range w.View().ESIMs {
			if !e.OnDevice {
				continue
			}
			if _, err := phone.Act(w, e.ICCID, esim.Action{Kind: esim.Use, Bytes: 1e15}, esim.MiB); err != nil {
				return err
			}
		}
		return nil
	}
	setting := func(name string, more ...string) func(*sim.World) error {
		return func(w *sim.World) error {
			chosen := map[string]any{name: "on"}
			for i := 0; i < len(more); i += 2 {
				chosen[more[i]] = more[i+1]
			}
			return w.Patch(sim.Patch{"roamify": chosen})
		}
	}
	const gift = `{"orderId":"gc-1","senderEmail":"ana@example.org","amount":25,"currency":"EUR"`
	unpaid := []simtest.Call{
		post("createOrder", "/esim/order", order, map[string]string{"pending": "data.items.0.esimId"}),
		post("createRefund", "/refund", `{"esimId":"{pending}","reason":"NOT_USED"}`, map[string]string{"asked": "data.refundId"}),
	}
	simtest.Run(t, simtest.Subject{
		Provider: roamify.Provider(),
		Items:    []string{"esim-cambodia-7days-1gb-all"},
		Sign: func(r *http.Request, _ []byte, name string) {
			r.Header.Set("Authorization", "Bearer roamify_"+name)
		},
		Calls: []simtest.Call{
			get("getBalance", "/balance"),
			get("getHealth", "/health"),
			get("listDevices", "/compatible-devices"),
			get("listCurrencies", "/currencies"),
			get("listRates", "/rates?source=EUR&target=JPY&from=2026-03-01&to=2026-03-08&interval=day"),
			get("listRates", "/rates"),
			get("listCountries", "/esim/countries?geography=local"),
			get("listPackages", "/esim/packages?page=2&pageSize=20"),
			post("createOrder", "/esim/order", order, map[string]string{"order": "data.id", "esim": "data.items.0.esimId"}),
			get("getOrder", "/esim/order?orderId={order}"),
			get("listOrders", "/esim/orders?limit=5"),
			post("applyEsim", "/esim/apply", `{"esimId":"{esim}"}`, map[string]string{"iccid": "data.iccid"}),
			get("getEsim", "/esim?esimId={esim}"),
			get("listEsims", "/esims?limit=5"),
			acting(get("getUsage", "/esim/usage?iccid={iccid}"), use),
			get("getUsageDetails", "/esim/usage/details?iccid={iccid}"),
			get("getEvents", "/esim/event?iccid={iccid}"),
			get("getEventsOldPath", "/esim/events?esimId={esim}"),
			post("postEvents", "/esim/event", `{"iccid":"{iccid}"}`, nil),
			get("listTopUpPackages", "/esim/topup/packages?iccid={iccid}&days=7"),
			post("topUp", "/esim/order/topup", `{"iccid":"{iccid}","packageId":"`+cambodia+`"}`, nil),
			get("getHistory", "/esim/history?iccid={iccid}"),
			post("createInstantOrder", "/esim/order/instant", order, nil),
			post("createOrder", "/esim/order", order, map[string]string{"another": "data.items.0.esimId"}),
			post("applyEsim", "/esim/apply", `{"esimId":"{another}"}`, map[string]string{"ready": "data.iccid"}),
			post("sendSms", "/esim/sms", `{"iccid":"{iccid}","message":"Welcome"}`, nil),
			post("createLink", "/esim/link", `{"iccid":"{iccid}"}`, nil),
			acting(post("createVouchers", "/esim/vouchers", `{"packageId":"`+cambodia+`","quantity":2,"notes":""}`,
				map[string]string{"voucher": "data.vouchers.0.id", "code": "data.vouchers.1.code"}), setting("vouchers")),
			get("listVouchers", "/esim/vouchers?limit=1"),
			get("getVoucher", "/esim/voucher/{voucher}"),
			get("getVoucherByCode", "/esim/voucher/code/{code}"),
			put("revokeVoucher", "/esim/voucher/{voucher}/revoke", ""),
			acting(post("createRefund", "/refund", `{"esimId":"{esim}","reason":"NOT_USED"}`,
				map[string]string{"refund": "data.refundId"}), setting("refunds")),
			get("getRefund", "/refund?refundId={refund}"),
			put("cancelRefund", "/refund/{refund}/cancel", ""),
			post("createRefunds", "/refunds", `{"refunds":[{"iccid":"{iccid}","reason":"NOT_USED"}]}`, nil),
			get("listRefunds", "/refunds?status=CANCELLED"),
			acting(get("listAffiliatePackages", "/esim/northwind/packages"), setting("affiliate")),
			acting(post("createGift", "/gifts/gift", gift+`,"sender":""}`, nil), setting("gifts", "edition", "2025-07")),
			get("getGift", "/gifts/gift?orderId=gc-1"),
			put("updateGift", "/gifts/gift", gift+`}`),
			get("listGifts", "/gifts/gifts?status=NEW"),
			post("revokeGift", "/gifts/revoke", `{"orderId":"gc-1"}`, nil),
		},
		Trails: []simtest.Trail{
			{
				Calls: []simtest.Call{acting(get("getUsage", "/esim/usage?iccid={iccid}"), useUp)},
				Edges: []string{"roamify.esim.unknown {esim}", "roamify.esim.depleted {esim}"},
			},
			{Calls: unpaid, Edges: []string{"roamify.refund.processing {asked}", "roamify.refund.refunded {asked}"}},
			{Calls: unpaid, Edges: []string{"roamify.order.require_action", "roamify.refund.processing {asked}", "roamify.refund.refunded {asked}"}},
			{
				Calls: []simtest.Call{post("topUp", "/esim/order/topup", `{"iccid":"{ready}","packageId":"`+cambodia+`"}`, nil)},
				Edges: []string{"roamify.esim.expired {another}", "roamify.order.completed"},
			},
		},
		Later: []simtest.Call{
			post("topUp", "/esim/order/topup", `{"iccid":"{iccid}","packageId":"`+cambodia+`"}`, nil),
			post("createRefund", "/refund", `{"esimId":"{esim}","reason":"NOT_USED"}`, nil),
		},
		Order: simtest.Call{Operation: "createOrder", Method: http.MethodPost, Path: "/esim/order", Body: order},
		Price: 5,
	})
}
