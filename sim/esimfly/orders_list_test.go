package esimfly_test

import (
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
)

func TestListOrders(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "history"+newer)
	if got := c.get("/orders"); string(got.body) != `{"success":true,"data":{"orders":[],"summary":{"total_orders":0,"total_revenue":0},"pagination":{"page":1,"limit":20,"total":0,"total_pages":0}}}` {
		t.Errorf("an empty account: %s", got.body)
	}
	used := c.buy("2184410") // 2503, 4.36
	c.let(used, esim.Action{Kind: esim.Use, Bytes: 1})
	c.advance(day)
	c.buy("merhaba-7days-1gb")                                                   // 2504, 2.72
	c.post("/topup/order", `{"iccid":"`+used+`","packageCode":"TOPUP_2184411"}`) // 2505, 6.80
	c.advance(day)
	c.place(`{"packageCode":"europe-5gb-30days","quantity":2}`) // 2506 and 2507, 31.98
	c.buy("RB77_5D")                                            // 2508, 5.90, pending
	c.post("/esims/cancel", `{"esimId":2504}`)
	for path, want := range map[string]string{
		"/orders":                                         "2508 2506 2505 2504 2503; 1/1 20/5",
		"/orders?limit=2&page=2":                          "2505 2504; 2/3 2/5",
		"/orders?sort_order=asc":                          "2503 2504 2505 2506 2508; 1/1 20/5",
		"/orders?sort_order=asc&limit=2&page=3":           "2508; 3/3 2/5",
		"/orders?sort_order=asc&limit=2&page=4":           "; 4/3 2/5",
		"/orders?sort_by=amount":                          "2506 2505 2508 2503 2504; 1/1 20/5",
		"/orders?sort_by=amount&sort_order=asc":           "2504 2503 2508 2505 2506; 1/1 20/5",
		"/orders?sort_by=status&sort_order=asc":           "2504 2503 2505 2506 2508; 1/1 20/5",
		"/orders?sort_by=created_at&sort_order=desc":      "2508 2506 2505 2504 2503; 1/1 20/5",
		"/orders?sort_by=colour":                          "2508 2506 2505 2504 2503; 1/1 20/5",
		"/orders?status=all":                              "2508 2506 2505 2504 2503; 1/1 20/5",
		"/orders?status=pending":                          "2508; 1/1 20/1",
		"/orders?status=completed":                        "2506 2505 2503; 1/1 20/3",
		"/orders?status=cancelled":                        "2504; 1/1 20/1",
		"/orders?status=failed":                           "; 1/0 20/0",
		"/orders?from_date=2026-04-03T08:15:09Z":          "2508 2506 2505 2504; 1/1 20/4",
		"/orders?from_date=2026-04-03T08:15:10Z":          "2508 2506; 1/1 20/2",
		"/orders?to_date=2026-04-03T08:15:09.000Z":        "2505 2504 2503; 1/1 20/3",
		"/orders?from_date=2026-04-03&to_date=2026-04-03": "2505 2504; 1/1 20/2",
		"/orders?to_date=yesterday":                       "2508 2506 2505 2504 2503; 1/1 20/5",
		"/orders?search=TURKEY":                           "2505 2504 2503; 1/1 20/3",
		"/orders?search=topup_":                           "2505; 1/1 20/1",
	} {
		ids, at := c.listed(path)
		if got := ids + "; " + at; got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		sum := gjson.GetBytes(c.get("/orders?status=failed").body, "data.summary").Raw
		if want := `{"total_orders":3,"total_revenue":43.14}`; sum != want {
			t.Errorf("summary %s, want %s", sum, want)
		}
	}
	c.get("/orders?to_date=yesterday")
	if f := c.last().Findings; len(f) != 1 || f[0].Code != "esimfly.date" {
		t.Errorf("findings %v", f)
	}
	c.advance(5 * time.Minute)
	if sum := gjson.GetBytes(c.get("/orders").body, "data.summary").Raw; sum != `{"total_orders":4,"total_revenue":49.04}` {
		t.Errorf("summary once all is provisioned: %s", sum)
	}
}
