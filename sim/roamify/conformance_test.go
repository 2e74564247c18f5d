package roamify_test

import (
	"net/http"
	"testing"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
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
	used := get("getUsage", "/esim/usage?iccid={iccid}")
	used.Act = func(t *testing.T, w *sim.World) {
		if _, err := w.Act("last", esim.Action{Kind: esim.Use, Bytes: 100 * esim.MiB}); err != nil {
			t.Error(err)
		}
	}
	simtest.Run(t, simtest.Subject{
		Provider: roamify.Provider(),
		Sign: func(r *http.Request, _ []byte, name string) {
			r.Header.Set("Authorization", "Bearer roamify_"+name)
		},
		Calls: []simtest.Call{
			get("getBalance", "/balance"),
			get("listCountries", "/esim/countries?geography=local"),
			get("listPackages", "/esim/packages?page=2&pageSize=20"),
			post("createOrder", "/esim/order", order, map[string]string{"order": "data.id", "esim": "data.items.0.esimId"}),
			get("getOrder", "/esim/order?orderId={order}"),
			get("listOrders", "/esim/orders?limit=5"),
			post("applyEsim", "/esim/apply", `{"esimId":"{esim}"}`, map[string]string{"iccid": "data.iccid"}),
			get("getEsim", "/esim?esimId={esim}"),
			used,
			get("listTopUpPackages", "/esim/topup/packages?iccid={iccid}&days=7"),
			post("topUp", "/esim/order/topup", `{"iccid":"{iccid}","packageId":"`+cambodia+`"}`, nil),
		},
		Order: simtest.Call{Operation: "createOrder", Method: http.MethodPost, Path: "/esim/order", Body: order},
		Price: 5,
	})
}
