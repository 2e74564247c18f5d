package sim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// A test has a simulator, and a world with the credentials of its own. The client that the
// world gives signs what the code under test asks, here a shop.
func Example() {
	test(func(t *T) { // func TestShop(t *testing.T)
		srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: monday})
		world := srv.WorldT(t, "")
		shop := Shop{BaseURL: world.BaseURL("esimfly"), Client: world.Client("esimfly")}

		order, err := shop.Buy("merhaba-7days-1gb", 2.72)
		fmt.Println(order.Status, order.ESIMs, err)
		fmt.Println("left:", world.View().Settings["esimfly"]["balance"])
		world.NoFindingsT(t)
	})
	// Output:
	// completed [8932042816763027328] <nil>
	// left: 997.28
}

// The order is charged, and its eSIM comes later: a bundled scenario says so. Nobody waits
// for the two minutes.
func ExampleWorld_AdvanceT() {
	test(func(t *T) {
		srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: monday})
		world := srv.WorldT(t, "~esimfly-pending-details")
		shop := Shop{BaseURL: world.BaseURL("esimfly"), Client: world.Client("esimfly")}

		order, err := shop.Buy("merhaba-7days-1gb", 2.72)
		fmt.Println(order.Status, err)
		for _, h := range world.AdvanceT(t, 5*time.Minute) {
			fmt.Println(h.At.Format(time.TimeOnly), h.Edge)
		}
		order, err = shop.Look(order.Reference)
		fmt.Println(order.Status, err)
	})
	// Output:
	// pending_details <nil>
	// 09:02:00 esimfly.order.provisioned
	// completed <nil>
}

// The order was placed and charged, and the answer is lost: a shop that takes the error for
// a refusal and buys again pays twice.
func ExampleWorld_ScenarioT() {
	test(func(t *T) {
		srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: monday})
		world := srv.WorldT(t, "")
		world.ScenarioT(t, `
version: 1
name: lost
rules:
  - on: esimfly.createOrder
    first: 1
    phase: after
    do: {fault: truncate}
`)
		shop := Shop{BaseURL: world.BaseURL("esimfly"), Client: world.Client("esimfly")}

		for range 2 {
			_, err := shop.Buy("merhaba-7days-1gb", 2.72)
			fmt.Println(err)
		}
		for _, e := range world.Journal(sim.Filter{Operation: "createOrder"}) {
			fmt.Println(e.Status, e.Fault, e.Rules)
		}
		world.NoFindingsT(t)
	})
	// Output:
	// unexpected EOF
	// <nil>
	// 200 truncate [lost:5]
	// 200  []
	// world TestShop, request 2, POST /api/v1/business/esims/order: esimfly.order-repeated at "/packageCode": look for a lost order with GET /orders before sending it again: this one repeats order_1782723600_tb9n9 and was charged again
}

// What was asked is held against what should have been.
func ExampleWorld_VerifyT() {
	test(func(t *T) {
		srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: monday})
		world := srv.WorldT(t, "")
		shop := Shop{BaseURL: world.BaseURL("esimfly"), Client: world.Client("esimfly")}

		if _, err := shop.Buy("merhaba-7days-1gb", 2.72); err != nil {
			t.Errorf("buy: %v", err)
		}
		world.VerifyT(t,
			sim.Expectation{On: "esimfly.createOrder", When: "body.price == 2.72", Times: 1},
			sim.Expectation{On: "*", When: "status >= 400", Never: true},
			sim.Expectation{Name: "keeps an eye on the balance", On: "esimfly.getBalance"},
		)
	})
	// Output:
	// world TestShop: keeps an eye on the balance: wanted at least 1, got 0; closest is request 1, where operation is "esimfly.createOrder", wanted "esimfly.getBalance"
}

// A phone scans the QR code, which takes two steps, and the provider tells the shop of each.
func ExampleWorld_ReceiveT() {
	test(func(t *T) {
		srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: monday})
		world := srv.WorldT(t, "")
		world.ReceiveT(t, "esimfly", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			fmt.Println(r.Header.Get("X-Webhook-Event"))
		}))
		shop := Shop{BaseURL: world.BaseURL("esimfly"), Client: world.Client("esimfly")}

		if _, err := shop.Buy("merhaba-7days-1gb", 2.72); err != nil {
			t.Errorf("buy: %v", err)
		}
		if _, err := world.Install("last"); err != nil {
			t.Errorf("install: %v", err)
		}
		world.AdvanceT(t, 0) // waits for what is under way
	})
	// Output:
	// esim.profile.updated
	// esim.profile.updated
	// esim.installed
}

// In a bubble of testing/synctest the world's clock is the bubble's: what sleeps in the code
// under test takes no time, and what falls due does so meanwhile.
func Example_bubble() {
	_ = func(t *testing.T) { // func TestWaitsForItsOrder(t *testing.T)
		synctest.Test(t, func(t *testing.T) {
			// A bubble begins in the year 2000.
			time.Sleep(time.Until(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC))) //nolint:forbidigo // a bubble's time

			srv := sim.StartT(t, sim.Config{Providers: all.Providers(), InMemory: true})
			world := srv.WorldT(t, "~esimfly-pending-details")
			shop := Shop{BaseURL: world.BaseURL("esimfly"), Client: world.Client("esimfly")}
			order, err := shop.Buy("merhaba-7days-1gb", 2.72)
			for err == nil && order.Status != "completed" {
				time.Sleep(time.Minute) //nolint:forbidigo // a bubble's time
				order, err = shop.Look(order.Reference)
			}
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Code that signs for itself is told what it needs; where it looks for that in its
// environment, t.Setenv puts it there.
func ExampleServer_Env() {
	test(func(t *T) {
		srv := sim.StartT(t, sim.Config{Providers: all.Providers()})
		env, err := srv.Env("shop")
		if err != nil {
			t.Fatalf("%v", err)
		}
		fmt.Println(env["ESIMFLY_ACCESS_CODE"], env["ESIMFLY_SECRET_KEY"], env["ROAMIFY_ACCESS_TOKEN"])
	})
	// Output:
	// esf_shop sk_shop roamify_shop
}

// The clocks of the examples stand still, so that their bytes repeat.
var monday = time.Date(2026, 6, 29, 9, 0, 0, 0, time.UTC)

// T stands for testing.T, which examples do not have.
type T = trial

// test runs an example as go test runs a test, and prints its failures.
func test(f func(t *T)) {
	for _, told := range try("TestShop", f) {
		fmt.Println(told)
	}
}

// A Shop is the code under test.
type Shop struct {
	BaseURL string
	Client  *http.Client
}

// An Order is what the shop knows of one.
type Order struct {
	Reference, Status string
	ESIMs             []string
}

// Buy orders one eSIM.
func (s Shop) Buy(code string, price float64) (Order, error) {
	body, err := json.Marshal(map[string]any{"packageCode": code, "packageName": "Turkey 1 GB 7 Days", "price": price})
	if err != nil {
		return Order{}, err
	}
	var answer struct {
		OrderReference, Status string
		ESIMs                  []struct{ ICCID string }
	}
	err = read(&answer, func() (*http.Response, error) {
		return s.Client.Post(s.BaseURL+"/esims/order", "application/json", bytes.NewReader(body))
	})
	o := Order{Reference: answer.OrderReference, Status: answer.Status}
	for _, e := range answer.ESIMs {
		o.ESIMs = append(o.ESIMs, e.ICCID)
	}
	return o, err
}

// Look asks what became of an order.
func (s Shop) Look(reference string) (Order, error) {
	var answer struct {
		Order struct{ OrderReference, Status string }
	}
	err := read(&answer, func() (*http.Response, error) {
		return s.Client.Get(s.BaseURL + "/esims/order?orderReference=" + reference)
	})
	return Order{Reference: answer.Order.OrderReference, Status: answer.Order.Status}, err
}

func read(answer any, ask func() (*http.Response, error)) error {
	res, err := ask()
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", res.Status, body)
	}
	return json.Unmarshal(body, answer)
}
