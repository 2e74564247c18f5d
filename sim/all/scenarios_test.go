package all_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// What the stories buy, and for how much: one of each.
const (
	cambodia = "esim-cambodia-7days-1gb-all" // 5 USD
	gb       = "esim_1GB_7D_GB_V2"           // 1.20 USD
	turkey   = `{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72}`
)

// Each bundled scenario has a story of a client that meets it, and each of its rules has
// its part in one.
func TestScenarios(t *testing.T) {
	t.Parallel()
	waits := &hasty{slept: map[time.Duration]bool{}}
	srv := sim.StartT(t, sim.Config{
		Providers: all.Providers(), Real: waits, Freeze: time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC),
	})
	t.Run("stories", func(t *testing.T) {
		t.Parallel()
		for _, name := range srv.ScenarioNames() {
			story := stories[name]
			if story == nil {
				t.Errorf("no story shows what %s does", name)
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				story(&shop{T: t, srv: srv, waits: waits, world: "story~" + name})
			})
		}
	})
	t.Cleanup(func() {
		if rules := srv.Unfired(); len(rules) > 0 {
			t.Errorf("rules that no story met: %v", rules)
		}
	})
	for name := range stories {
		if !slices.Contains(srv.ScenarioNames(), name) {
			t.Errorf("the story of %s is about no scenario", name)
		}
	}
}

// hasty is a clock of which no time is spent on what a scenario delays.
type hasty struct {
	clock.Wall
	mu    sync.Mutex
	slept map[time.Duration]bool
}

func (h *hasty) Sleep(ctx context.Context, d time.Duration) error {
	if d > 2*time.Minute {
		return h.Wall.Sleep(ctx, d) // the server's own housekeeping
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.slept[d] = true
	return ctx.Err()
}

// A shop is a client of the three APIs, with the credentials of one world.
type shop struct {
	*testing.T
	srv   *sim.Server
	waits *hasty
	world string
	calls int
}

// under is the same client with another scenario on beneath the story's.
func (c *shop) under(name string) *shop {
	return &shop{T: c.T, srv: c.srv, waits: c.waits, world: strings.Replace(c.world, "~", "~"+name+"~", 1)}
}

// A reply is what came back, or how the call failed.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
	err    error
}

// send makes a call such as "GET /balance", on a connection of its own.
func (c *shop) send(base, call string, body []string, sign func(*http.Request, string)) reply {
	c.Helper()
	method, path, _ := strings.Cut(call, " ")
	text := strings.Join(body, "")
	req, err := http.NewRequestWithContext(c.Context(), method, c.srv.URL()+base+path, strings.NewReader(text))
	if err != nil {
		c.Fatal(err)
	}
	req.Close = true
	req.Header.Set("Content-Type", "application/json")
	sign(req, text)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{t: c.T, err: err}
	}
	defer func() { _ = res.Body.Close() }()
	r := reply{t: c.T, status: res.StatusCode, header: res.Header}
	r.body, r.err = io.ReadAll(res.Body)
	return r
}

func (c *shop) roamify(call string, body ...string) reply {
	c.Helper()
	return c.send("/api", call, body, func(r *http.Request, _ string) {
		r.Header.Set("Authorization", "Bearer roamify_"+c.world)
	})
}

func (c *shop) esimgo(call string, body ...string) reply {
	c.Helper()
	return c.send("/v2.4", call, body, func(r *http.Request, _ string) {
		r.Header.Set("X-API-Key", "esimgo_"+c.world)
	})
}

// esimfly signs with a request id that is new each time.
func (c *shop) esimfly(call string, body ...string) reply {
	c.Helper()
	c.calls++
	return c.esimflyAs(c.calls, call, body...)
}

func (c *shop) esimflyAs(id int, call string, body ...string) reply {
	c.Helper()
	return c.send("/api/v1/business", call, body, func(r *http.Request, text string) {
		code, uuid := "esf_"+c.world, fmt.Sprintf("4ce9d9cd-ac9e-4e17-b3a2-%012x", id)
		at := strconv.FormatInt(c.lever().Now().UnixMilli(), 10)
		mac := hmac.New(sha256.New, []byte("sk_"+c.world))
		mac.Write([]byte(at + uuid + code + text))
		r.Header.Set("RT-AccessCode", code)
		r.Header.Set("RT-RequestID", uuid)
		r.Header.Set("RT-Timestamp", at)
		r.Header.Set("RT-Signature", fmt.Sprintf("%X", mac.Sum(nil)))
	})
}

func (c *shop) lever() *sim.World { c.Helper(); return c.srv.WorldT(c, c.world) }

func (c *shop) advance(d time.Duration) {
	c.Helper()
	if _, err := c.lever().Advance(d); err != nil {
		c.Fatal(err)
	}
}

// use lets the device of the last eSIM use some data.
func (c *shop) use() {
	c.Helper()
	if _, err := c.lever().Use("last", 1); err != nil {
		c.Fatal(err)
	}
}

// spent checks what is gone of the balance that every account begins with, and how many
// eSIMs there are to show for it.
func (c *shop) spent(provider string, usd float64, esims int) {
	c.Helper()
	v := c.lever().View()
	balance, ok := v.Settings[provider]["balance"].(float64)
	if gone := math.Round((1000-balance)*100) / 100; !ok || gone != usd {
		c.Errorf("%s was paid %v, want %v", provider, gone, usd)
	}
	got := 0
	for _, e := range v.ESIMs {
		if e.Provider == provider {
			got++
		}
	}
	if got != esims {
		c.Errorf("%s has %d eSIMs, want %d", provider, got, esims)
	}
}

// delayed checks that an answer was held up so long.
func (c *shop) delayed(d time.Duration) {
	c.Helper()
	c.waits.mu.Lock()
	defer c.waits.mu.Unlock()
	if !c.waits.slept[d] {
		c.Errorf("nothing took %s", d)
	}
}

// lost says that no whole answer came.
func (r reply) lost() {
	r.t.Helper()
	if r.err == nil {
		r.t.Errorf("answered %d %s, want no answer", r.status, r.body)
	}
}

// unread says that an answer came that no client can read as JSON.
func (r reply) unread(status int) reply {
	r.t.Helper()
	if r.err != nil || r.status != status || json.Valid(r.body) {
		r.t.Errorf("answered %d %s, %v, want %d without JSON", r.status, r.body, r.err, status)
	}
	return r
}

// want checks the status, and paths of the body with their values, in turn. A value of "*"
// is any but none and "", one of "" is none or "".
func (r reply) want(status int, pairs ...string) reply {
	r.t.Helper()
	if r.err != nil || r.status != status || !json.Valid(r.body) {
		r.t.Fatalf("answered %d %s, %v, want %d and JSON", r.status, r.body, r.err, status)
	}
	for i := 0; i < len(pairs); i += 2 {
		got := r.at(pairs[i])
		if got != pairs[i+1] && (pairs[i+1] != "*" || got == "") {
			r.t.Errorf("%s is %q, want %q: %s", pairs[i], got, pairs[i+1], r.body)
		}
	}
	return r
}

// has checks a header.
func (r reply) has(header, value string) reply {
	r.t.Helper()
	if got := r.header.Get(header); got != value {
		r.t.Errorf("%s is %q, want %q", header, got, value)
	}
	return r
}

func (r reply) at(path string) string { return gjson.GetBytes(r.body, path).String() }

// Roamify's calls.

func roamifyBody(reference string) string {
	return `{"items":[{"packageId":"` + cambodia + `","quantity":1}],"referenceId":"` + reference + `"}`
}

// esim orders a package and gives the esimId.
func (c *shop) esim() string {
	c.Helper()
	c.calls++
	return c.roamify("POST /esim/order", roamifyBody(fmt.Sprintf("r-%d", c.calls))).want(200).at("data.items.0.esimId")
}

func (c *shop) apply(esimID string) reply {
	c.Helper()
	return c.roamify("POST /esim/apply", `{"esimId":"`+esimID+`"}`)
}

func (c *shop) look(esimID string) reply { c.Helper(); return c.roamify("GET /esim?esimId=" + esimID) }

func (c *shop) find(reference string) reply {
	c.Helper()
	return c.roamify("GET /esim/order?referenceId=" + reference)
}

// more tops up the eSIM that it makes first, and gives the ICCID.
func (c *shop) more(reference string) (iccid string, r reply) {
	c.Helper()
	iccid = c.apply(c.esim()).want(200).at("data.iccid")
	return iccid, c.roamify("POST /esim/order/topup", `{"iccid":"`+iccid+`","packageId":"`+cambodia+`","referenceId":"`+reference+`"}`)
}

// eSIM Go's calls.

func (c *shop) buy(quantity int) reply {
	c.Helper()
	return c.esimgo("POST /orders", orderBody("transaction", quantity))
}

func orderBody(kind string, quantity int) string {
	return fmt.Sprintf(`{"type":%q,"assign":true,"order":[{"type":"bundle","quantity":%d,"item":%q}]}`, kind, quantity, gb)
}

const firstICCID = "order.0.iccids.0"

// sold are the orders since an instant.
func (c *shop) sold(since time.Time) reply {
	c.Helper()
	return c.esimgo("GET /orders?createdAt=gte:" + since.Format(time.RFC3339)).want(200)
}

// state is what the bundle of an eSIM is.
func (c *shop) state(iccid string) string {
	c.Helper()
	return c.esimgo("GET /esims/" + iccid + "/bundles?includeUsed=true").want(200).at("bundles.0.assignments.0.bundleState")
}

// esimfly's calls.

func (c *shop) order(body string) reply { c.Helper(); return c.esimfly("POST /esims/order", body) }

func (c *shop) ask(reference string) reply {
	c.Helper()
	return c.esimfly("GET /esims/order?orderReference=" + reference)
}

func (c *shop) packages() reply {
	c.Helper()
	return c.esimfly("GET /esims/packages?search=Turkey%201%20GB%207")
}

// stories are by the name of their scenario.
var stories = map[string]func(*shop){
	// Roamify.

	"roamify-apply-lost": func(c *shop) {
		id := c.esim()
		c.apply(id).lost()
		profile := c.look(id).want(200, "data.status", "READY", "data.esim.lpaCode", "*")
		c.apply(id).want(200, "data.iccid", profile.at("data.iccid"))
		c.spent("roamify", 5, 1)
	},
	"roamify-apply-pending": func(c *shop) {
		id := c.esim()
		for range 2 {
			c.apply(id).want(409, "message", "eSIM is still pending processing")
			c.advance(time.Hour)
			c.look(id).want(200, "data.status", "NEW")
		}
		c.apply(id).want(200, "data.status", "READY")
		c.spent("roamify", 5, 1)
	},
	"roamify-apply-slow": func(c *shop) {
		id := c.esim()
		c.apply(id).want(409, "message", "eSIM is still pending processing")
		c.look(id).want(200, "data.status", "NEW")
		c.advance(90 * time.Second)
		c.apply(id).want(200, "data.status", "READY", "data.esim.lpaCode", "*")
		c.spent("roamify", 5, 1)
	},
	"roamify-apply-stuck": func(c *shop) {
		id := c.esim()
		c.apply(id).want(409, "message", "eSIM is still pending processing")
		c.advance(30 * 24 * time.Hour)
		c.apply(id).want(409)
		c.look(id).want(200, "data.status", "NEW", "data.iccid", "")
		c.find("r-1").want(200, "data.status", "COMPLETED")
		c.spent("roamify", 5, 0)
	},
	"roamify-edge-502": func(c *shop) {
		c.roamify("GET /balance").unread(502).has("Content-Type", "text/html")
		c.roamify("POST /esim/order", roamifyBody("mine")).unread(502)
		c.find("mine").want(404)
		c.roamify("POST /esim/order", roamifyBody("mine")).want(200, "data.referenceId", "mine")
		c.spent("roamify", 5, 0)
	},
	"roamify-esim-unknown": func(c *shop) {
		id := c.esim()
		c.apply(id).want(200, "data.status", "READY")
		for _, status := range []string{"READY", "UNKNOWN", "READY"} {
			c.look(id).want(200, "data.status", status)
		}
		c.use()
		c.look(id).want(200, "data.status", "INSTALLED")
	},
	"roamify-instant-slow": func(c *shop) {
		c.roamify("POST /esim/order/instant", roamifyBody("mine")).want(200)
		c.delayed(61 * time.Second)
		c.find("mine").want(200, "data.status", "COMPLETED")
		c.roamify("GET /esims?referenceId=mine").want(200, "data.0.status", "READY")
		c.spent("roamify", 5, 1)
	},
	"roamify-insufficient-balance": func(c *shop) {
		c.roamify("POST /esim/order", roamifyBody("mine")).
			want(409, "message", "Insufficient partner balance, please recharge it first before placing order")
		c.spent("roamify", 996, 0)
		c.find("mine").want(404)
		if err := c.lever().Patch(sim.Patch{"roamify": {"balance": 5.0}}); err != nil {
			c.Fatal(err)
		}
		c.roamify("POST /esim/order", roamifyBody("mine")).want(200)
	},
	"roamify-late-refund": func(c *shop) {
		id := c.esim()
		c.apply(id).want(200)
		c.find("r-1").want(200, "data.status", "COMPLETED")
		c.advance(time.Hour)
		c.find("r-1").want(200, "data.status", "REFUNDED")
		c.look(id).want(200, "data.status", "REVOKED")
		c.spent("roamify", 0, 1)
	},
	"roamify-lost-response": func(c *shop) {
		c.roamify("POST /esim/order", roamifyBody("mine")).lost()
		c.find("mine").want(200, "data.status", "COMPLETED")
		c.roamify("POST /esim/order", roamifyBody("mine")).want(409)
		c.spent("roamify", 5, 0)
		c.roamify("POST /esim/order", strings.Replace(roamifyBody("mine"), `,"referenceId":"mine"`, "", 1)).want(200)
		c.spent("roamify", 10, 0)
	},
	"roamify-order-cancelled": func(c *shop) {
		id := c.esim()
		c.spent("roamify", 5, 0)
		c.apply(id).want(409, "message", "eSIM is still pending processing")
		for _, status := range []string{"PENDING", "PENDING", "CANCELLED"} {
			c.find("r-1").want(200, "data.status", status)
		}
		c.apply(id).want(409)
		c.spent("roamify", 0, 0)
	},
	"roamify-order-error": func(c *shop) {
		for range 2 {
			c.roamify("POST /esim/order", roamifyBody("mine")).want(500, "message", "Unknown error")
			c.find("mine").want(404)
		}
		c.roamify("POST /esim/order", roamifyBody("mine")).want(200, "data.status", "COMPLETED")
		c.spent("roamify", 5, 0)
	},
	"roamify-order-pending": func(c *shop) {
		id := c.esim()
		c.apply(id).want(409, "message", "eSIM is still pending processing")
		for _, status := range []string{"PENDING", "PENDING", "COMPLETED"} {
			c.find("r-1").want(200, "data.status", status)
		}
		c.apply(id).want(200, "data.status", "READY")
		c.spent("roamify", 5, 1)
	},
	"roamify-package-gone": func(c *shop) {
		list := "GET /esim/packages?packageId=" + cambodia
		c.roamify(list).want(200, "data.packages.0.packages.#", "1")
		c.esim()
		c.advance(10 * time.Minute)
		c.roamify(list).want(200, "data.packages.#", "0")
		c.roamify("POST /esim/order", roamifyBody("mine")).want(500, "message", "Unknown error")
		c.spent("roamify", 5, 0)
	},
	"roamify-price-change": func(c *shop) {
		list := "GET /esim/packages?packageId=" + cambodia
		c.roamify(list).want(200, "data.packages.0.packages.0.price", "5")
		c.advance(10 * time.Minute)
		c.roamify("POST /esim/order", roamifyBody("mine")).want(200, "data.total", "6.5")
		c.roamify(list).want(200, "data.packages.0.packages.0.price", "6.5")
		c.spent("roamify", 6.5, 0)
	},
	"roamify-rate-limited": func(c *shop) {
		for range 5 {
			c.roamify("GET /balance").want(200)
		}
		c.roamify("POST /esim/order", roamifyBody("mine")).want(429).has("Retry-After", "60")
		c.spent("roamify", 0, 0)
		c.advance(time.Minute)
		c.roamify("POST /esim/order", roamifyBody("mine")).want(200)
	},
	"roamify-require-action": func(c *shop) {
		id := c.esim()
		for _, then := range []struct {
			wait   time.Duration
			status string
		}{{0, "PENDING"}, {time.Minute, "REQUIRE_ACTION"}, {28 * time.Minute, "REQUIRE_ACTION"}, {time.Minute, "COMPLETED"}} {
			c.advance(then.wait)
			c.find("r-1").want(200, "data.status", then.status)
		}
		c.apply(id).want(200, "data.status", "READY")
		c.spent("roamify", 5, 1)
	},
	"roamify-retired-package": func(c *shop) {
		c.roamify("GET /esim/packages?packageId="+cambodia).want(200, "data.packages.0.packages.0.packageId", cambodia)
		for _, call := range []string{"POST /esim/order", "POST /esim/order/instant"} {
			c.roamify(call, roamifyBody("mine")).want(500, "message", "Unknown error")
		}
		c.spent("roamify", 0, 0)
		c.roamify("POST /esim/order", `{"items":[{"packageId":"esim-cambodia-30days-3gb-all","quantity":1}]}`).want(200)
	},
	"roamify-slow-orders": func(c *shop) {
		c.esim()
		c.delayed(5 * time.Second)
		c.spent("roamify", 5, 0)
	},
	"roamify-token-revoked": func(c *shop) {
		c.esim()
		c.advance(10 * time.Minute)
		c.roamify("GET /balance").want(401)
		c.roamify("POST /esim/order", roamifyBody("mine")).want(401)
		c.spent("roamify", 5, 0)
	},
	"roamify-topup-error": func(c *shop) {
		iccid, r := c.more("mine")
		r.want(500, "message", "Unknown error")
		c.find("mine").want(200, "data.status", "COMPLETED")
		c.roamify("GET /esim/usage?iccid="+iccid).want(200, "data.allowedData", "2048")
		c.spent("roamify", 10, 1)
	},
	"roamify-topup-lost": func(c *shop) {
		iccid, r := c.more("mine")
		r.lost()
		c.find("mine").want(200, "data.status", "COMPLETED")
		c.roamify("GET /esim/usage?iccid="+iccid).want(200, "data.allowedData", "2048")
		c.spent("roamify", 10, 1)
	},
	"roamify-truncated": func(c *shop) {
		c.roamify("GET /esim/packages").lost()
		c.roamify("GET /esim/packages").want(200, "data.packages.#", "50")
	},
	"roamify-usage-unsupported": func(c *shop) {
		iccid := c.apply(c.esim()).want(200).at("data.iccid")
		for range 2 {
			c.roamify("GET /esim/usage?iccid="+iccid).want(400, "message", "Usage check is not supported for this eSIM")
			c.roamify("GET /esim/usage/details?iccid="+iccid).want(400, "message", "Usage check is not supported for this eSIM")
		}
		c.use()
		c.look(c.lever().View().ESIMs[0].ID).want(200, "data.status", "INSTALLED")
	},
	"roamify-vouchers-unavailable": func(c *shop) {
		body := `{"packageId":"` + cambodia + `","quantity":2,"referenceId":"hotel"}`
		for range 2 {
			c.roamify("POST /esim/vouchers", body).want(503)
		}
		c.spent("roamify", 0, 0)
		c.roamify("POST /esim/vouchers", body).want(201, "data.vouchers.#", "2")
		c.spent("roamify", 10, 0)
	},

	// eSIM Go.

	"esimgo-assignments-late": func(c *shop) {
		details := "GET /esims/assignments?reference=" + c.buy(1).want(200, "status", "completed").at("orderReference")
		for _, pause := range []string{"5", "5", ""} {
			c.esimgo(details).want(503, "message", "processing, please try again later").has("Retry-After", pause)
		}
		if r := c.esimgo(details); r.status != 200 {
			c.Errorf("fourth question: %d %s", r.status, r.body)
		}
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-async-order": func(c *shop) {
		c.buy(5).want(200, "status", "completed", "order.0.esims.#", "5")
		reference := c.buy(6).want(200, "status", "processing", "order.0.esims", "").at("orderReference")
		c.esimgo("GET /esims/assignments?reference="+reference).want(503).has("Retry-After", "5")
		c.esimgo("GET /orders/"+reference).want(200, "status", "processing")
		c.advance(2 * time.Minute)
		c.esimgo("GET /orders/"+reference).want(200, "status", "completed", "order.0.esims.#", "6")
		c.spent("esimgo", 13.2, 11)
	},
	"esimgo-bundle-gone": func(c *shop) {
		rows := c.esimgo("GET /catalogue?countries=GB").want(200).at("rows")
		c.buy(1).want(200)
		c.advance(10 * time.Minute)
		less := c.esimgo("GET /catalogue?countries=GB").want(200, `bundles.#(name="`+gb+`")`, "").at("rows")
		if before, _ := strconv.Atoi(rows); less != strconv.Itoa(before-1) {
			c.Errorf("%s rows, then %s", rows, less)
		}
		c.buy(1).want(400, "message", "bundle not found")
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-bundle-lifecycle": func(c *shop) {
		iccid := c.buy(1).want(200).at(firstICCID)
		for _, then := range []struct {
			wait  time.Duration
			state string
		}{{0, "Queued"}, {10 * time.Minute, "Active"}, {50 * time.Minute, "Depleted"}, {7 * 24 * time.Hour, "Expired"}} {
			c.advance(then.wait)
			if got := c.state(iccid); got != then.state {
				c.Errorf("it is %s, want %s", got, then.state)
			}
		}
		c.esimgo("GET /esims/"+iccid+"/bundles").want(200, "bundles.#", "0")
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-bundle-processing": func(c *shop) {
		iccid := c.buy(1).want(200, "status", "completed").at(firstICCID)
		for _, state := range []string{"Processing", "Processing", "Queued"} {
			if got := c.state(iccid); got != state {
				c.Errorf("it is %s, want %s", got, state)
			}
		}
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-bundle-stuck": func(c *shop) {
		iccid := c.buy(1).want(200, "status", "completed").at(firstICCID)
		c.advance(24 * time.Hour)
		if got := c.state(iccid); got != "Processing" {
			c.Errorf("it is %s", got)
		}
		if _, err := c.lever().Use("last", 1); err == nil {
			c.Error("it has data")
		}
		c.esimgo("DELETE /esims/"+iccid+"/bundles/"+gb).want(200, "status", "*")
		c.esimgo("GET /inventory").want(200, "bundles.0.name", gb)
	},
	"esimgo-documented-shapes": func(c *shop) {
		reference := c.buy(1).want(200).at("orderReference")
		c.esimgo("GET /catalogue?countries=GB").want(200, "0.name", "*", "bundles", "")
		c.esimgo("GET /orders").want(200, "0.orderReference", reference)
	},
	"esimgo-empty-answer": func(c *shop) {
		at := c.lever().Now()
		if r := c.buy(1).unread(200); len(r.body) > 0 {
			c.Errorf("it has a body: %s", r.body)
		}
		c.sold(at).want(200, "rows", "1", "orders.0.order.0.item", gb)
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-insufficient-balance": func(c *shop) {
		c.esimgo("POST /orders", orderBody("validate", 1)).want(200, "valid", "false")
		c.buy(1).want(400, "message", "insufficient balance, no payment taken")
		c.spent("esimgo", 999.5, 0)
	},
	"esimgo-lost-response": func(c *shop) {
		at := c.lever().Now()
		c.esimgo("POST /orders", orderBody("validate", 1)).want(200, "valid", "true")
		c.buy(1).lost()
		c.sold(at).want(200, "rows", "1", "orders.0.order.0.item", gb, "orders.0.order.0.iccids.#", "1")
		c.spent("esimgo", 1.2, 1)
		c.buy(1).want(200)
		c.spent("esimgo", 2.4, 2)
	},
	"esimgo-lower-case": func(c *shop) {
		if got := c.state(c.buy(1).want(200).at(firstICCID)); got != "queued" {
			c.Errorf("it is %s", got)
		}
	},
	"esimgo-malformed": func(c *shop) {
		c.esimgo("GET /catalogue").unread(200).has("Content-Type", "application/json")
		c.esimgo("GET /catalogue").want(200, "bundles.#", "50")
	},
	"esimgo-no-msisdn": func(c *shop) {
		iccid := c.buy(1).want(200).at(firstICCID)
		c.esimgo("POST /esims/"+iccid+"/sms", `{"message":"Welcome","from":"eSIM"}`).want(400, "message", "eSIM has no MSISDN")
	},
	"esimgo-non-json-500": func(c *shop) {
		at := c.lever().Now()
		c.buy(1).unread(500)
		c.sold(at).want(200, "rows", "0")
		c.buy(1).want(200)
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-order-failed": func(c *shop) {
		reference := c.buy(1).want(200, "status", "processing").at("orderReference")
		c.spent("esimgo", 1.2, 0)
		c.advance(time.Minute)
		c.esimgo("GET /orders/"+reference).want(200, "status", "failed")
		c.spent("esimgo", 0, 0)
	},
	"esimgo-order-limited": func(c *shop) {
		c.buy(1).want(200)
		c.buy(1).want(200)
		c.buy(1).want(429).has("Retry-After", "1")
		c.esimgo("GET /organisation").want(200)
		c.spent("esimgo", 2.4, 2)
		c.advance(time.Second)
		c.buy(1).want(200)
		c.spent("esimgo", 3.6, 3)
	},
	"esimgo-order-lost-before": func(c *shop) {
		at := c.lever().Now()
		c.esimgo("POST /orders", orderBody("validate", 1)).want(200, "valid", "true")
		c.buy(1).lost()
		c.sold(at).want(200, "rows", "0")
		c.spent("esimgo", 0, 0)
		c.buy(1).want(200, "status", "completed")
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-order-processing": func(c *shop) {
		reference := c.buy(1).want(200, "status", "processing", firstICCID, "").at("orderReference")
		c.spent("esimgo", 1.2, 0)
		for _, status := range []string{"processing", "processing", "completed"} {
			c.esimgo("GET /orders/"+reference).want(200, "status", status)
		}
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-price-change": func(c *shop) {
		c.esimgo("POST /orders", orderBody("validate", 1)).want(200, "total", "1.2")
		c.advance(10 * time.Minute)
		c.buy(1).want(200, "total", "1.75")
		c.esimgo("GET /catalogue/bundle/"+gb).want(200, "price", "1.75")
		c.spent("esimgo", 1.75, 1)
	},
	"esimgo-rate-limited": func(c *shop) {
		for left := 9; left >= 0; left-- {
			c.esimgo("GET /organisation").want(200).has("X-Ratelimit-Remaining", strconv.Itoa(left))
		}
		c.buy(1).want(429).has("Retry-After", "1")
		c.spent("esimgo", 0, 0)
		c.advance(time.Second)
		c.buy(1).want(200).has("X-Ratelimit-Remaining", "9")
	},
	"esimgo-redirect": func(c *shop) {
		c.buy(1).want(200, "orders.#", "0", "orderReference", "") // the list that the client was led to
		c.spent("esimgo", 0, 0)
		c.buy(1).want(200, "status", "completed")
	},
	"esimgo-refunds-disabled": func(c *shop) {
		iccid := c.buy(1).want(200).at(firstICCID)
		c.esimgo("DELETE /esims/"+iccid+"/bundles/"+gb+"?type=validate").want(200, "options.#", "0")
		c.esimgo("DELETE /esims/"+iccid+"/bundles/"+gb).want(200, "status", "*")
		c.esimgo("GET /inventory").want(200, "bundles.#", "0")
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-revoke-oldest": func(c *shop) {
		iccid := c.buy(1).want(200).at(firstICCID)
		c.advance(time.Hour)
		c.esimgo("POST /orders", strings.Replace(orderBody("transaction", 1), `"item"`, `"iccids":["`+iccid+`"],"item"`, 1)).want(200)
		list := "GET /esims/" + iccid + "/bundles"
		latest := c.esimgo(list).want(200, "bundles.0.assignments.#", "2").at("bundles.0.assignments.0.id")
		c.esimgo("DELETE /esims/"+iccid+"/bundles/"+gb).want(200, "status", "*")
		c.esimgo(list).want(200, "bundles.0.assignments.#", "1", "bundles.0.assignments.0.id", latest)
	},
	"esimgo-slow": func(c *shop) {
		at := c.lever().Now()
		body := c.buy(1).want(200, "status", "completed").body
		c.delayed(50 * time.Millisecond)
		if all := time.Duration(len(body)) * 50 * time.Millisecond; all < 20*time.Second {
			c.Errorf("the whole takes %s", all)
		}
		c.sold(at).want(200, "rows", "1")
		c.spent("esimgo", 1.2, 1)
	},
	"esimgo-topup-refused": func(c *shop) {
		c.esimgo("POST /organisation/balance?amount=2000").want(403, "message", "no saved card")
		c.spent("esimgo", 0, 0)
	},
	"esimgo-unavailable": func(c *shop) {
		for range 2 {
			c.buy(1).want(503).has("Retry-After", "5")
		}
		c.spent("esimgo", 0, 0)
		c.buy(1).want(200, "status", "completed")
		c.spent("esimgo", 1.2, 1)
	},

	// esimfly.

	"esimfly-2026-09": func(c *shop) {
		body := `{"packageCode":"merhaba-7days-1gb","idempotency_key":"k-1"}`
		reference := c.order(body).want(200, "status", "completed", "esims.0.lpaString", "*").at("orderReference")
		c.order(body).want(200, "duplicate", "true", "orderReference", reference)
		c.spent("esimfly", 2.72, 1)
	},
	"esimfly-balance-drained": func(c *shop) {
		c.esimfly("GET /balance").want(200, "data.balance", "1000")
		c.advance(10 * time.Minute)
		c.order(turkey).want(400, "code", "INSUFFICIENT_BALANCE", "currentBalance", "0.5", "requiredBalance", "2.72", "needToLoad", "2.22")
		c.spent("esimfly", 999.5, 0)
	},
	"esimfly-connection-reset": func(c *shop) {
		c.esimfly("GET /balance").want(200)
		c.esimfly("GET /balance").want(200)
		c.order(turkey).lost()
		c.esimflyAs(c.calls, "POST /esims/order", turkey).want(400, "code", "DUPLICATE_REQUEST")
		c.esimfly("GET /orders").want(200, "data.orders.#", "0")
		c.order(turkey).want(200)
		c.spent("esimfly", 2.72, 1)
	},
	"esimfly-data-used-up": func(c *shop) {
		iccid := c.order(turkey).want(200).at("esims.0.iccid")
		for _, left := range []string{"1024", "424", "124", "64", "0"} {
			c.esimfly("GET /esims/usage/query?iccid="+iccid).want(200, "data.data.remaining_mb", left)
			c.advance(10 * time.Minute)
		}
		c.esimfly("GET /esims").want(200, "data.esims.0.status", "DEPLETED")
		c.esimfly("POST /topup/order", `{"iccid":"`+iccid+`","packageCode":"merhaba-7days-1gb-topup"}`).want(200)
		c.esimfly("GET /esims").want(200, "data.esims.0.status", "ACTIVE")
	},
	"esimfly-empty-catalogue": func(c *shop) {
		c.packages().want(200, "success", "true", "data.packages.#", "0")
		c.packages().want(200, "data.packages.0.package_code", "merhaba-7days-1gb")
	},
	"esimfly-flaky": func(c *shop) {
		run := func() (log string, lost int) {
			made := 0
			for range 40 {
				r := c.order(turkey)
				if r.err != nil {
					lost++
				}
				if r.err != nil || r.status == 200 {
					made++ // an order without an answer is made and charged like the others
				}
				log += strconv.Itoa(r.status) + " "
			}
			c.spent("esimfly", math.Round(float64(made)*272)/100, made)
			return log, lost
		}
		first, lost := run()
		if lost == 0 || !strings.Contains(first, "503") {
			c.Errorf("a fine day: %s", first)
		}
		if err := c.lever().Reset(); err != nil {
			c.Fatal(err)
		}
		if again, _ := run(); again != first {
			c.Errorf("the same seed gave\n%s\nthen\n%s", first, again)
		}
	},
	"esimfly-html-502": func(c *shop) {
		c.order(turkey).unread(502)
		c.esimfly("GET /orders").want(200, "data.orders.#", "0")
		c.order(turkey).unread(502)
		c.esimfly("GET /orders").want(200, "data.orders.#", "1", "data.orders.0.status", "completed")
		c.spent("esimfly", 2.72, 1)
	},
	"esimfly-in-flight": func(c *shop) {
		body := `{"packageCode":"merhaba-7days-1gb","idempotency_key":"k-1"}`
		reference := c.order(body).want(200, "status", "pending_details").at("orderReference")
		c.order(body).want(409, "code", "DUPLICATE_REQUEST")
		c.advance(30 * time.Second)
		c.order(body).want(200, "duplicate", "true", "orderReference", reference)
		c.spent("esimfly", 2.72, 1)
	},
	"esimfly-insufficient-balance": func(c *shop) {
		c.order(strings.Replace(turkey, "}", `,"quantity":10}`, 1)).
			want(400, "code", "INSUFFICIENT_BALANCE", "currentBalance", "25.5", "requiredBalance", "27.2", "needToLoad", "1.7")
		c.spent("esimfly", 974.5, 0)
	},
	"esimfly-lost-response": func(c *shop) {
		c.order(turkey).lost()
		c.esimflyAs(c.calls, "POST /esims/order", turkey).want(400, "code", "DUPLICATE_REQUEST")
		reference := c.esimfly("GET /orders").want(200, "data.orders.#", "1").at("data.orders.0.order_reference")
		c.ask(reference).want(200, "order.status", "completed", "order.esim.qrCodeUrl", "*")
		c.spent("esimfly", 2.72, 1)
		c.order(turkey).want(200)
		c.spent("esimfly", 5.44, 2)

		newer := c.under("esimfly-2026-09")
		body := `{"packageCode":"merhaba-7days-1gb","idempotency_key":"k-1"}`
		newer.order(body).lost()
		newer.order(body).want(200, "duplicate", "true", "esims.#", "1")
		newer.spent("esimfly", 2.72, 1)
	},
	"esimfly-order-error": func(c *shop) {
		for range 2 {
			c.order(turkey).want(500, "code", "ORDER_PROCESSING_ERROR")
		}
		c.spent("esimfly", 0, 0)
		c.order(turkey).want(200, "status", "completed")
	},
	"esimfly-order-failed": func(c *shop) {
		reference := c.order(turkey).want(200, "status", "pending_details").at("orderReference")
		c.spent("esimfly", 2.72, 0)
		for _, status := range []string{"pending_details", "pending_details", "failed"} {
			c.ask(reference).want(200, "order.status", status)
		}
		c.spent("esimfly", 0, 0)
	},
	"esimfly-package-withdrawn": func(c *shop) {
		c.packages().want(200, "data.packages.#", "1")
		c.advance(10 * time.Minute)
		c.order(turkey).want(400, "code", "INVALID_PACKAGE")
		c.packages().want(200, "data.packages.#", "0")
		c.spent("esimfly", 0, 0)
	},
	"esimfly-pending-details": func(c *shop) {
		reference := c.order(turkey).want(200, "status", "pending_details").at("orderReference")
		for _, status := range []string{"pending_details", "pending_details", "completed"} {
			c.ask(reference).want(200, "order.status", status)
		}
		c.spent("esimfly", 2.72, 1)
	},
	"esimfly-pending-stuck": func(c *shop) {
		reference := c.order(turkey).want(200, "status", "pending_details", "esims.0.isPending", "true").at("orderReference")
		c.advance(30 * 24 * time.Hour)
		c.ask(reference).want(200, "order.status", "pending_details", "order.esim.qrCodeUrl", "")
		c.spent("esimfly", 2.72, 0)
	},
	"esimfly-price-drift": func(c *shop) {
		c.packages().want(200, "data.packages.0.cost", "2.72")
		c.advance(10 * time.Minute)
		c.order(turkey).want(400, "code", "PRICE_MISMATCH")
		c.spent("esimfly", 0, 0)
		c.packages().want(200, "data.packages.0.cost", "2.95")
		c.order(strings.Replace(turkey, "2.72", "2.95", 1)).want(200, "amount", "2.95")
		c.spent("esimfly", 2.95, 1)
	},
	"esimfly-provider-error": func(c *shop) {
		iccid := c.order(turkey).want(200).at("esims.0.iccid")
		for range 2 {
			c.esimfly("POST /esims/status", `{"iccid":"`+iccid+`"}`).want(502, "code", "PROVIDER_ERROR")
		}
		c.esimfly("GET /esims").want(200, "data.esims.0.status", "NEW")
		c.esimfly("POST /esims/status", `{"iccid":"`+iccid+`"}`).want(200)
	},
	"esimfly-rate-limited": func(c *shop) {
		for range 10 {
			c.esimfly("GET /balance").want(200)
		}
		c.order(turkey).want(429, "code", "RATE_LIMIT_EXCEEDED")
		c.advance(time.Minute)
		c.esimflyAs(c.calls, "POST /esims/order", turkey).want(400, "code", "DUPLICATE_REQUEST")
		c.spent("esimfly", 0, 0)
		c.order(turkey).want(200)
	},
	"esimfly-server-error": func(c *shop) {
		for _, call := range []string{"GET /balance", "GET /esims"} {
			c.esimfly(call).want(500, "success", "false", "code", "")
		}
		c.esimfly("GET /balance").want(200)
	},
	"esimfly-slow": func(c *shop) {
		c.order(turkey).want(200, "status", "completed")
		c.delayed(31 * time.Second)
		c.esimfly("GET /orders").want(200, "data.orders.#", "1")
		c.spent("esimfly", 2.72, 1)
	},
	"esimfly-topup-lost": func(c *shop) {
		iccid := c.order(turkey).want(200).at("esims.0.iccid")
		c.esimfly("POST /topup/order", `{"iccid":"`+iccid+`","packageCode":"merhaba-7days-1gb-topup"}`).lost()
		c.esimfly("GET /esims/usage/query?iccid="+iccid).want(200, "data.data.total_mb", "2048")
		c.esimfly("GET /orders").want(200, "data.orders.#", "2", "data.orders.0.package_code", "merhaba-7days-1gb-topup")
		c.spent("esimfly", 5.44, 1)
	},
	"esimfly-wrong-type": func(c *shop) {
		c.packages().has("Content-Type", "text/html; charset=utf-8").want(200, "data.packages.#", "1")
	},

	// Webhooks, of all three.

	"webhook-before-answer":   earlyWebhooks,
	"webhook-duplicate":       doubledWebhooks,
	"webhook-late":            lateWebhooks,
	"webhook-lost":            lostWebhooks,
	"webhook-reordered":       reorderedWebhooks,
	"webhook-stale":           staleWebhooks,
	"webhook-truncated":       cutWebhooks,
	"webhook-wrong-signature": forgedWebhooks,
}
