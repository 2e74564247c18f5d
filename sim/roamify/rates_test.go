package roamify_test

import (
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

type rate struct {
	Rate                 float64
	Source, Target, Time string
}

func TestRates(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	a.get("/currencies").golden("listCurrencies")
	a.get("/rates?source=USD&target=EUR").golden("listRates")
	a.get("/rates?source=EUR&target=JPY&from=2026-03-01&to=2026-03-04&interval=day").golden("listRates-history")
	all := data[[]rate](a.get("/rates"))
	if len(all) != 31 || all[0].Rate != 1 || all[0].Target != "USD" || all[30].Source != "USD" {
		t.Errorf("without a key: %+v", all)
	}
	a.get("/rates?=").want(200, string(a.get("/rates").body))

	there := data[[]rate](a.get("/rates?source=USD&target=KRW&datetime=2026-01-01T00:00:00Z"))[0]
	back := data[[]rate](a.get("/rates?source=KRW&target=USD&datetime=2026-01-01"))[0]
	if product := there.Rate * back.Rate; product < 0.999 || product > 1.001 || there.Time != "2026-01-01T00:00:00Z" || back.Time != there.Time {
		t.Errorf("there and back: %+v %+v", there, back)
	}
	now := data[[]rate](a.get("/rates?source=USD&target=KRW"))[0]
	if future := data[[]rate](a.get("/rates?source=USD&target=KRW&datetime=2030-01-01"))[0]; future != now || now.Time != "2026-04-02T08:15:09Z" {
		t.Errorf("the future is %+v, now %+v", future, now)
	}
	for query, want := range map[string]int{
		"from=2026-04-01&interval=hour":                    33, // until now
		"from=2026-04-01&to=2026-04-01&interval=minute":    1,
		"from=2026-04-03&interval=day":                     0,
		"from=2026-04-01&to=2026-03-01&interval=day":       0,
		"from=2020-01-01&to=2026-03-01&interval=minute":    1000,
		"from=2026-04-01&to=2099-03-01&interval=day":       2,
		"from=2026-03-29T23:00:00%2B02:00&interval=day&=":  4,
		"from=2026-04-02T08:00:00&interval=minute&to=soon": -1,
	} {
		r := a.get("/rates?source=GBP&target=USD&" + query)
		if want < 0 {
			r.want(400, invalid(`"to" must be in ISO 8601 date format`))
		} else if got := data[[]rate](r); len(got) != want {
			t.Errorf("%s: %d rates, want %d", query, len(got), want)
		}
		if cut := strings.Contains(r.header.Get("X-Esimsim-Findings"), "roamify.rates-cut"); cut != (want == 1000) {
			t.Errorf("%s: cut is %v", query, cut)
		}
	}
	both := "/rates?source=USD&target=EUR&"
	for query, want := range map[string]string{
		"/rates?source=USD":                          `"target" is required`,
		"/rates?target=USD":                          `"source" is required`,
		"/rates?interval=day":                        `"source" is required`,
		both + "datetime=2026-01-01&from=2026-01-01": `"datetime" conflict with forbidden peer "from"`,
		both + "datetime=2026-01-01&to=2026-01-01":   `"datetime" conflict with forbidden peer "to"`,
		both + "datetime=2026-01-01&interval=day":    `"datetime" conflict with forbidden peer "interval"`,
		both + "from=2026-01-01&to=2026-02-01":       `"from" missing required peer "interval"`,
		both + "to=2026-01-01&interval=day":          `"to" missing required peer "from"`,
		both + "interval=day":                        `"interval" missing required peer "from"`,
		both + "interval=week&from=2026-01-01":       `"interval" must be one of [day, hour, minute]`,
		both + "from=yesterday&interval=day":         `"from" must be in ISO 8601 date format`,
		both + "amount=5":                            `"amount" is not allowed`,
	} {
		a.get(query).want(400, invalid(want))
	}
	if got := string(a.get("/rates?source=usd&target=EUR").body); !strings.HasPrefix(got, `{"error":"\"source\" must be one of [USD, CAD, `) {
		t.Errorf("another currency: %s", got)
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	list := data[[]struct{ Model, DeviceType, OS, Brand, Name string }](a.get("/compatible-devices"))
	brands := map[string]bool{}
	for _, d := range list {
		if d.Model == "" || d.DeviceType == "" || d.OS == "" || d.Name == "" {
			t.Errorf("odd device %+v", d)
		}
		brands[d.Brand] = true
	}
	if len(list) < 30 || len(brands) < 10 {
		t.Errorf("%d devices of %d brands", len(list), len(brands))
	}
	a.get("/compatible-devices?brand=Apple").want(400, invalid(`"brand" is not allowed`))
}
