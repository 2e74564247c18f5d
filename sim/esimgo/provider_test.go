package esimgo_test

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimgo"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	if err := contract.Lint(openapi.Esimgo); err != nil {
		t.Error(err)
	}
	doc, err := contract.Load(openapi.Esimgo)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range doc.Operations() {
		if op.Basis == "" || op.Source == "" {
			t.Errorf("%s has no basis or source", op.ID)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	for _, key := range []string{"", "demo", "esimgo_", "ESIMGO_demo", "esimgo_a b", "esimgo_revoked", "esimgo_demo~nix"} {
		c.refused(c.call("GET", "/organisation", "", "X-API-Key", key), 403, "access denied")
		c.refused(c.call("POST", "/orders", "{}", "X-API-Key", key), 401, "access denied")
	}
	c.refused(c.call("GET", "/organisation?api_key=esimgo_demo", "", "X-API-Key", ""), 403, "access denied")
	c.refused(c.call("GET", "/organisation", "", "X-API-Key", "", "Authorization", "Bearer esimgo_demo"), 403, "access denied")
	c.refused(c.call("GET", "/organisation", "", "X-API-Key", "esimgo_forbidden-1"), 403, "access denied")
	c.get("/organisation", "Authorization", "Bearer something", "x-api-key", "esimgo_demo")
	if r := c.call("GET", "/organisation", "", "X-API-Key", "nix"); !strings.Contains(r.header.Get("X-Esimsim-Hint"), "X-API-Key: esimgo_demo") {
		t.Errorf("hint is %q", r.header.Get("X-Esimsim-Hint"))
	}
}

// The status of a bad key is as each page has it, or the same everywhere.
func TestUnauthorized(t *testing.T) {
	t.Parallel()
	calls := []string{"POST /orders", "GET /networks?isos=GB", "GET /organisation", "DELETE /esims/8943108000000000000/bundles/x", "GET /orders"}
	for setting, want := range map[string][]int{
		"documented": {401, 401, 403, 403, 403}, `"401"`: {401, 401, 401, 401, 401}, `"403"`: {403, 403, 403, 403, 403},
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			name := "key-" + strings.Trim(setting, `"`)
			text := "version: 1\nname: " + name + "\nsummary: for a test\nsettings: {esimgo: {unauthorized: " + setting + "}}\n"
			srv := sim.StartT(t, sim.Config{
				Providers: []*sim.Provider{esimgo.Provider()}, Freeze: frozen, Scenarios: []string{name},
				Library: fstest.MapFS{name + ".yaml": {Data: []byte(text)}},
			})
			c := as(t, srv, "demo")
			for i, call := range calls {
				method, path, _ := strings.Cut(call, " ")
				c.refused(c.call(method, path, "{}", "X-API-Key", "nobody"), want[i], "access denied")
			}
		})
	}
}

func TestWrongPathsAndMethods(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.refused(c.call("GET", "/nix", ""), 404, "not found")
	c.refused(c.call("POST", "/esims/8943108000000000000/suspend", "{}"), 404, "not found")
	for call, allow := range map[string]string{
		"DELETE /orders": "GET, POST", "GET /esims/apply": "POST", "POST /esims": "GET, PUT", "POST /catalogue": "GET", "PATCH /esims/8943108000000000000": "GET",
	} {
		method, path, _ := strings.Cut(call, " ")
		r := c.call(method, path, "{}")
		c.refused(r, 405, "method not allowed")
		if got := r.header.Get("Allow"); got != allow {
			t.Errorf("%s allows %q, want %q", call, got, allow)
		}
	}
	c.get("//organisation")
	c.refused(c.call("POST", "/orders", strings.Repeat(" ", sim.MaxBody+1)), 413, "request body is too large")
}

func TestStrict(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	if err := c.srv.WorldT(t, "demo").Patch(sim.Patch{"": {"validate": "strict"}}); err != nil {
		t.Fatal(err)
	}
	c.refused(c.call("GET", "/catalogue?validity=7", ""), 400, `listCatalogue has no query key \"validity\": leave it out`)
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	srv := start(t)
	headers := func(r reply) string {
		return strings.Join([]string{
			r.header.Get("X-Ratelimit-Limit"), r.header.Get("X-Ratelimit-Remaining"), r.header.Get("X-Ratelimit-Reset"), r.header.Get("X-Ratelimit-Cost"),
		}, " ")
	}
	t.Run("announced", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "announced")
		c.crawl()
		for range 9 {
			c.get("/organisation")
		}
		r := c.call("GET", "/orders/nix", "")
		if got, want := headers(r), "10 0 2026-04-02T08:15:10Z 1"; got != want || r.header.Get("X-Esimsim-Findings") != "" {
			t.Errorf("tenth call says %q, want %q and no finding", got, want)
		}
		if r = c.call("GET", "/organisation", ""); r.status != 200 || r.header.Get("X-Esimsim-Findings") != "esimgo.rate-limit" {
			t.Errorf("eleventh call is %d with %q, want a finding", r.status, r.header.Get("X-Esimsim-Findings"))
		}
		c.advance(time.Second)
		if got, want := headers(c.call("GET", "/organisation", "")), "10 9 2026-04-02T08:15:11Z 1"; got != want {
			t.Errorf("a second later it says %q, want %q", got, want)
		}
	})
	t.Run("nothing is said of a clock that stands still", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "still")
		for range 11 {
			c.get("/organisation")
		}
		r := c.call("GET", "/organisation", "")
		if got, want := headers(r), "10 0 2026-04-02T08:15:10Z 1"; got != want || r.header.Get("X-Esimsim-Findings") != "" {
			t.Errorf("twelfth call says %q with %q, want %q and no finding", got, r.header.Get("X-Esimsim-Findings"), want)
		}
	})
	t.Run("enforced", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "enforced")
		c.crawl()
		c.set("rateLimit", "enforce")
		for range 10 {
			c.get("/organisation")
		}
		r := c.call("POST", "/orders", orderBody("transaction", "esim_1GB_7D_GB_V2", 1, true, ""))
		c.refused(r, 429, "Rate limit exceeded")
		if got := r.header.Get("Retry-After"); got != "1" {
			t.Errorf("Retry-After is %q, want 1", got)
		}
		c.advance(time.Second)
		if got := string(c.get("/orders")); !strings.Contains(got, `"rows":0`) {
			t.Errorf("a refused order stands: %s", got)
		}
	})
	t.Run("without an account", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "other")
		r := c.call("GET", "/organisation", "", "X-API-Key", "nix")
		if got := headers(r); !strings.HasPrefix(got, "10 9 20") || !strings.HasSuffix(got, "Z 1") {
			t.Errorf("a call of nobody says %q", got)
		}
	})
	t.Run("a call that comes to nothing", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "missed")
		before := c.call("GET", "/organisation", "")
		if got, want := headers(c.call("GET", "/nix", "")), headers(before); got != want {
			t.Errorf("it says %q, want the window as it was: %q", got, want)
		}
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := start(t).WorldT(t, "demo")
	for _, bad := range []any{"1", -1.0, 1e9 + 1, true, nil} {
		if err := w.Patch(sim.Patch{"esimgo": {"balance": bad}}); err == nil {
			t.Errorf("balance %v was taken", bad)
		}
	}
	for _, name := range []string{"shapes", "stateCase", "rateLimit", "unauthorized", "revokeTarget", "refunds", "msisdn"} {
		if err := w.Patch(sim.Patch{"esimgo": {name: "nix"}}); err == nil {
			t.Errorf("%s nix was taken", name)
		}
	}
}

// Two runs, and two keys of one run, as the product promises.
func TestRepeats(t *testing.T) {
	t.Parallel()
	story := func(srv *sim.Server, world string) string {
		c := as(t, srv, world)
		c.esim("esim_1GB_7D_GB_V2")
		c.buy("esim_1GB_7D_GB_V2", 1, false, "")
		c.ok("POST", "/esims/apply", `{"name":"esim_1GB_7D_GB_V2"}`)
		return c.memory()
	}
	one, two := start(t), start(t)
	as(t, two, "noise").esim("esim_5GB_30D_JP_V2")
	first := story(one, "demo")
	if story(two, "demo") != first {
		t.Error("the same story of the same world has other bytes")
	}
	if story(one, "other") == first {
		t.Error("two worlds are the same")
	}
}

// Which edges each state of an assignment and of an eSIM allows.
func TestTransitions(t *testing.T) {
	t.Parallel()
	srv := startWith(t, map[string]string{"held": "policies: {esimgo.bundle.queued: manual}"})
	edges := []string{"bundle.queued", "bundle.active", "bundle.depleted", "bundle.expired", "bundle.lapsed", "bundle.revoked"}
	path := map[string][]string{ // how each state is reached
		"Processing": {},
		"Queued":     {"bundle.queued"},
		"Active":     {"bundle.queued", "bundle.active"},
		"Depleted":   {"bundle.queued", "bundle.active", "bundle.depleted"},
		"Expired":    {"bundle.queued", "bundle.active", "bundle.expired"},
		"Lapsed":     {"bundle.queued", "bundle.lapsed"},
		"Revoked":    {"bundle.revoked"},
	}
	allowed := map[string]string{
		"Processing bundle.queued":  "Queued",
		"Queued bundle.active":      "Active",
		"Queued bundle.lapsed":      "Lapsed",
		"Active bundle.depleted":    "Depleted",
		"Active bundle.expired":     "Expired",
		"Depleted bundle.expired":   "Expired",
		"Processing bundle.revoked": "Revoked",
		"Queued bundle.revoked":     "Revoked",
		"Active bundle.revoked":     "Revoked",
		"Depleted bundle.revoked":   "Revoked",
	}
	for from, steps := range path {
		for _, edge := range edges {
			t.Run(from+" "+edge, func(t *testing.T) {
				t.Parallel()
				c := as(t, srv, from+"-"+edge+"~held")
				iccid := c.esim("esim_1GB_7D_GB_V2")
				c.act(iccid, esim.Install) // or it would be returned without its bundle
				id := c.assignments(iccid)[0].ID
				for _, step := range steps {
					if err := passErr(c, "esimgo."+step, id); err != nil {
						t.Fatal(err)
					}
				}
				err := passErr(c, "esimgo."+edge, id)
				want, ok := allowed[from+" "+edge]
				if !ok {
					want = from
				}
				if got := c.assignments(iccid)[0].BundleState; ok != (err == nil) || got != want {
					t.Errorf("leads to %s (%v), want %s", got, err, want)
				}
			})
		}
	}
}

func TestTransitionsOfNothing(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_ULP_3D_TR_V2")
	for _, edge := range []string{
		"bundle.queued", "bundle.active", "bundle.depleted", "bundle.expired", "bundle.lapsed", "bundle.revoked", "esim.installed", "esim.released",
	} {
		for _, id := range []string{"", "nix", "0", "-1", "99999999999999999999"} {
			if err := passErr(c, "esimgo."+edge, id); err == nil {
				t.Errorf("%s passed for %q", edge, id)
			}
		}
	}
	c.mustUse(iccid, esim.MB)
	if err := passErr(c, "esimgo.bundle.depleted", c.assignments(iccid)[0].ID); err == nil {
		t.Error("an unlimited bundle was depleted")
	}
	if err := passErr(c, "esimgo.esim.installed", iccid); err == nil {
		t.Error("an installed eSIM was installed")
	}
}

// What the organisation hears of a device can lag behind, or be overtaken.
func TestDeviceNewsLate(t *testing.T) {
	t.Parallel()
	srv := startWith(t, map[string]string{
		"late": "policies: {esimgo.esim.installed: {after: 1m}, esimgo.esim.released: {after: 1m}, esimgo.bundle.active: {after: 1m}}",
	})
	c := as(t, srv, "demo~late")
	iccid := c.esim("esim_1GB_7D_GB_V2")
	status := func(want string) {
		t.Helper()
		if got := parse[struct{ ProfileStatus string }](t, c.get("/esims/"+iccid)).ProfileStatus; got != want {
			t.Errorf("status is %s, want %s", got, want)
		}
	}
	c.act(iccid, esim.Install)
	status("Downloaded")
	c.act(iccid, esim.Remove) // before anybody heard
	c.advance(time.Minute)
	status("Released")
	c.act(iccid, esim.Install)
	c.advance(time.Minute)
	status("Installed")
	c.act(iccid, esim.Remove)
	status("Installed")
	c.act(iccid, esim.Install) // so it never left
	c.advance(time.Minute)
	status("Installed")
	for range 2 { // the second attempt does not start the minute again
		if _, err := c.use(iccid, esim.MB); err == nil {
			t.Error("data flowed before the bundle was active")
		}
		c.advance(30 * time.Second)
	}
	c.mustUse(iccid, esim.MB)
}

func TestUseWhileProcessing(t *testing.T) {
	t.Parallel()
	c := as(t, sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimgo.Provider()}, Freeze: frozen}), "demo~esimgo-bundle-processing")
	iccid := c.esim("esim_1GB_7D_GB_V2")
	if _, err := c.use(iccid, esim.MB); err == nil || !strings.Contains(err.Error(), "Processing") {
		t.Errorf("a bundle in processing was used: %v", err)
	}
	c.act(iccid, esim.Attach) // it registers all the same
}

func TestScenarioBundleProcessing(t *testing.T) {
	t.Parallel()
	srv := start(t)
	t.Run("third look", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "looks~esimgo-bundle-processing")
		iccid := c.esim("esim_1GB_7D_GB_V2")
		c.golden("getEsimBundle-processing", c.get("/esims/"+iccid+"/bundles/esim_1GB_7D_GB_V2"))
		c.get("/esims/" + iccid)
		c.get("/orders") // neither is a look at the bundle
		if got := c.assignments(iccid)[0].BundleState; got != "Processing" {
			t.Errorf("second look sees %s, want Processing", got)
		}
		if got := c.assignments(iccid)[0].BundleState; got != "Queued" {
			t.Errorf("third look sees %s, want Queued", got)
		}
	})
	t.Run("two minutes", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "waits~esimgo-bundle-processing")
		iccid := c.esim("esim_1GB_7D_GB_V2")
		if happened := c.advance(2 * time.Minute); len(happened) != 1 || happened[0].Edge != "esimgo.bundle.queued" {
			t.Errorf("happened %v, want the bundle queued", happened)
		}
		c.mustUse(iccid, esim.MB)
	})
}

func TestScenarioDocumentedShapes(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo~esimgo-documented-shapes")
	reference := c.buy("esim_1GB_7D_GB_V2", 1, true, "").OrderReference
	for path, first := range map[string]string{
		"/catalogue": "[", "/orders": "[", "/organisation/groups": "[", "/esims/assignments?reference=" + reference: "{",
		"/organisation": `{"organisations"`, "/esims": `{"esims"`,
	} {
		if got := string(c.get(path, "Accept", "application/json")); !strings.HasPrefix(got, first) {
			t.Errorf("GET %s begins %.20s, want %s", path, got, first)
		}
	}
}

func TestScenarioUnavailable(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo~esimgo-unavailable")
	body := orderBody("transaction", "esim_1GB_7D_GB_V2", 1, true, "")
	for range 2 {
		r := c.call("POST", "/orders", body)
		c.refused(r, 503, "service unavailable, please try again later")
		if got := r.header.Get("Retry-After"); got != "5" {
			t.Errorf("Retry-After is %q, want 5", got)
		}
	}
	c.ok("POST", "/orders", body)
	if got := string(c.get("/orders")); !strings.Contains(got, `"rows":1,`) {
		t.Errorf("one order wanted: %s", got)
	}
}

// The line of the banner works as it is printed.
func TestExample(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl here")
	}
	srv := start(t)
	line := esimgo.Provider().Example(srv.URL(), "demo")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Env = append(os.Environ(), "no_proxy=*")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if o := parse[order](t, out); o.Status != "completed" {
		t.Errorf("%s answers %s", line, out)
	}
	if cred := esimgo.Provider().Credentials("demo"); len(cred) != 1 || cred[0].Value != "esimgo_demo" || cred[0].Name != http.CanonicalHeaderKey("X-API-Key") && cred[0].Name != "X-API-Key" {
		t.Errorf("credentials are %+v", cred)
	}
}
