package esimgo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.golden("listPaths", c.get("/"))
	for version, want := range map[string][2]bool{"v2.3": {false, false}, "v2.4": {true, false}, "v2.5": {true, true}} {
		got := string(c.in(version).get("/"))
		for i, path := range []string{"/esims/{iccid}/compatible/{bundle}", "/esims/{iccid}/suspend"} {
			if strings.Contains(got, `"`+path+`"`) != want[i] {
				t.Errorf("%s lists %s: want %s in it: %v", version, got, path, want[i])
			}
		}
	}
}

// What a version lacks it never heard of, before it asks for a key and for everybody else.
func TestLackingOperations(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim(gb)
	for _, tt := range []struct {
		version, call string
		status        int
		allow         string
	}{
		{"v2.4", "GET /esims/" + iccid + "/suspend", 404, ""},
		{"v2.4", "POST /esims/" + iccid + "/suspend", 404, ""},
		{"v2.4", "PUT /esims/" + iccid + "/suspend", 404, ""},
		{"v2.4", "DELETE /esims/" + iccid, 405, "GET"},
		{"v2.4", "PATCH /esims/" + iccid, 405, "GET"},
		{"v2.3", "DELETE /esims/" + iccid, 405, "GET"},
		{"v2.3", "GET /esims/" + iccid + "/compatible/" + gb, 404, ""},
		{"v2.3", "POST /esims/" + iccid + "/compatible/" + gb, 404, ""},
		{"v2.4", "POST /esims/" + iccid + "/compatible/" + gb, 405, "GET"},
		{"v2.5", "PUT /esims/" + iccid + "/suspend", 405, "GET, POST"},
		{"v2.5", "PATCH /esims/" + iccid, 405, "DELETE, GET"},
		{"v2.5", "GET /catalogue/prices", 404, ""},
	} {
		for _, key := range []string{"esimgo_demo", "nobody"} {
			method, path, _ := strings.Cut(tt.call, " ")
			r := c.in(tt.version).call(method, path, `{"suspend":true}`, "X-API-Key", key)
			message := map[int]string{404: "not found", 405: "method not allowed"}[tt.status]
			c.refused(r, tt.status, message)
			if got := r.header.Get("Allow"); got != tt.allow {
				t.Errorf("%s %s allows %q, want %q", tt.version, tt.call, got, tt.allow)
			}
			if got := r.header.Get("X-Ratelimit-Limit"); got != "10" {
				t.Errorf("%s %s announces a limit of %q", tt.version, tt.call, got)
			}
		}
	}
	c.get("/esims/" + iccid)
	for _, version := range []string{"v2", "v2.0", "v2.2", "v2.6", "v3"} {
		if r := c.in(version).call("GET", "/organisation", ""); r.status != 404 {
			t.Errorf("%s is answered with %d", version, r.status)
		}
	}
}

// One account under all versions, each with its own view of it.
func TestViews(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim(gb)
	c.buy("esim_3GB_30D_FR_V2", 2, false, "")
	c.act(iccid, esim.Install)
	reference := parse[struct{ Orders []order }](t, c.get("/orders?limit=1&page=2")).Orders[0].OrderReference
	for _, version := range []string{"v2.3", "v2.5"} {
		v := c.in(version)
		v.golden("getEsim", v.get("/esims/"+iccid+"?additionalFields=appleInstallUrl"))
		v.golden("listEsims", v.get("/esims"))
		v.golden("listEsimBundles", v.get("/esims/"+iccid+"/bundles"))
		v.golden("getInventory", v.get("/inventory"))
		v.golden("getCatalogueBundle", v.get("/catalogue/bundle/esim_UL_1D_TR_V2"))
		v.golden("listCatalogue", v.get("/catalogue?countries=TR&perPage=1"))
		v.golden("getAssignments", v.get("/esims/assignments?reference="+reference+"&additionalFields=appleInstallUrl", "Accept", "application/json"))
		v.golden("getOrder", v.get("/orders/"+reference))
		v.golden("getOrganisation", v.get("/organisation"))
	}
	v := c.in("v2.5")
	v.golden("getEsim-installUrl", v.get("/esims/"+iccid+"?additionalFields=installUrl"))
	v.golden("getAssignments-installUrl", v.get("/esims/assignments?reference="+reference+"&additionalFields=installUrl", "Accept", "application/json"))
	if got := string(v.get("/esims/assignments?reference=" + reference + "&additionalFields=installUrl")); !strings.HasPrefix(got,
		"ICCID,Matching ID,RSP URL,Bundle,Reference,Apple Install URL,Android Install URL\n") || strings.Count(got, "carddata=LPA:1$") != 2 {
		t.Errorf("CSV is %s", got)
	}
	r := c.call("GET", "/esims/"+iccid+"?additionalFields=installUrl", "")
	if got := r.header.Get("X-Esimsim-Findings"); got != "esimgo.additional-field" || strings.Contains(string(r.body), "InstallUrl") {
		t.Errorf("v2.4 answers %s with findings %q", r.body, got)
	}
}

func TestSuspend(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := as(t, srv, "demo").in("v2.5")
	iccid := c.esim(gb)
	path := "/esims/" + iccid + "/suspend"
	post := func(body, want string) {
		t.Helper()
		if r := c.call("POST", path, body); r.status != 201 || string(r.body) != `{"status":"`+want+`"}` {
			t.Errorf("%s is answered with %d %s, want 201 %s", body, r.status, r.body, want)
		}
	}
	state := func(state, suspension string) {
		t.Helper()
		if got := parse[struct{ State string }](t, c.get("/esims/"+iccid)).State; got != state {
			t.Errorf("state is %s, want %s", got, state)
		}
		if got := string(c.get(path)); got != suspension {
			t.Errorf("suspension is %s, want %s", got, suspension)
		}
	}
	const free, partner, policy = `{"suspended":false}`, `{"suspended":true,"type":"Partner"}`, `{"suspended":true,"type":"Policy"}`
	for body, message := range map[string]string{
		``: "invalid request body", `[]`: "invalid request body", `{"suspend":"true"}`: "invalid request body",
		`{}`: "suspend is required", `{"suspend":null}`: "suspend is required",
	} {
		c.refused(c.call("POST", path, body), 400, message)
	}
	c.refused(c.call("POST", "/esims/8943108000000000000/suspend", `{"suspend":true}`), 403, "access denied")
	c.refused(c.call("GET", "/esims/8943108000000000000/suspend", ""), 403, "access denied")
	state("Active", free)
	post(`{"suspend":false}`, "eSIM unsuspended successfully")
	post(`{"suspend":true}`, "eSIM suspended successfully")
	post(`{"suspend":true}`, "eSIM suspended successfully")
	state("Suspended", partner)
	c.act(iccid, esim.Install) // the SM-DP+ gives it out all the same
	if _, err := c.use(iccid, 1); err == nil || !strings.Contains(err.Error(), "Suspended") {
		t.Errorf("a suspended eSIM used data: %v", err)
	}
	post(`{"suspend":false}`, "eSIM unsuspended successfully")
	state("Active", free)
	c.mustUse(iccid, 1)

	if err := passErr(c, "esimgo.esim.barred", iccid); err != nil {
		t.Fatal(err)
	}
	state("Suspended", policy)
	c.refused(c.call("POST", path, `{"suspend":false}`), 403, "eSIM is suspended by policy")
	post(`{"suspend":true}`, "eSIM suspended successfully")
	state("Suspended", policy)
	if got := parse[struct{ ProfileStatus string }](t, c.in("v2.4").get("/esims/"+iccid)).ProfileStatus; got != "Installed" {
		t.Errorf("v2.4 says %s", got)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo").in("v2.5")
	iccid := c.esim(gb)
	path := "/esims/" + iccid
	c.golden("deleteEsim", c.ok("DELETE", path, ""))
	c.refused(c.call("DELETE", path, ""), 400, "eSIM deletion is already scheduled")
	c.refused(c.call("DELETE", "/esims/8943108000000000000", ""), 403, "access denied")
	c.mustUse(iccid, esim.MB) // for seven days yet
	c.advance(7*24*time.Hour - 1)
	if got := string(c.get(path)); !strings.Contains(got, `"state":"Active"`) {
		t.Errorf("before its time it is %s", got)
	}
	if got := edges(c.advance(1)); !slices.Contains(got, "esim.deactivated") {
		t.Errorf("happened %v", got)
	}
	c.golden("getEsim-deactivated", c.get(path))
	v24 := c.in("v2.4")
	v24.golden("getEsim-deactivated", v24.get(path))
	for call, body := range map[string]string{
		"POST " + path + "/sms": `{"message":"x"}`, "GET " + path + "/refresh": "", "POST " + path + "/suspend": `{"suspend":true}`, "DELETE " + path: "",
		"POST /orders": orderBody("transaction", gb, 1, true, `"iccids":["`+iccid+`"]`),
	} {
		method, p, _ := strings.Cut(call, " ")
		c.refused(c.call(method, p, body), 400, "eSIM is deactivated")
	}
	if got := string(c.get(path + "/compatible/" + gb)); !strings.Contains(got, `"compatible":false`) {
		t.Errorf("compatible with %s", got)
	}
	for _, kind := range []esim.ActionKind{esim.Attach, esim.Use} {
		if err := c.tryAct(iccid, kind); err == nil {
			t.Errorf("%v: a deactivated eSIM works", kind)
		}
	}
}

// Which edges each state of an eSIM allows.
func TestESIMTransitions(t *testing.T) {
	t.Parallel()
	srv := startWith(t, map[string]string{"held": "policies: {esimgo.esim.deactivated: manual, esimgo.esim.restored: manual, esimgo.esim.installed: manual}"})
	all := []string{
		"downloaded", "installed", "released", "attached", "unavailable", "returned", "restored",
		"suspended", "resumed", "barred", "scheduled", "deactivated",
	}
	revokeIt := "revoke" // leaves the eSIM without a bundle, which returns it
	for _, tt := range []struct {
		name    string
		path    []string
		allowed []string
	}{
		{"Released", nil, []string{"downloaded", "installed", "attached", "unavailable", "suspended", "barred", "scheduled", "deactivated"}},
		{"Downloaded", []string{"downloaded", "released", "downloaded"}, []string{
			"installed", "released", "attached", "unavailable", "suspended", "barred", "scheduled", "deactivated",
		}},
		{"Installed", []string{"installed"}, []string{"released", "attached", "unavailable", "suspended", "barred", "scheduled", "deactivated"}},
		{"Unavailable", []string{"unavailable"}, []string{"attached", "suspended", "barred", "scheduled", "deactivated"}},
		{"attached", []string{"attached"}, []string{"downloaded", "installed", "unavailable", "suspended", "barred", "scheduled", "deactivated"}},
		{"Suspended", []string{"suspended"}, []string{
			"downloaded", "installed", "attached", "unavailable", "resumed", "barred", "scheduled", "deactivated",
		}},
		{"barred", []string{"barred"}, []string{"downloaded", "installed", "attached", "unavailable", "suspended", "scheduled", "deactivated"}},
		{"scheduled", []string{"scheduled"}, []string{"downloaded", "installed", "attached", "unavailable", "suspended", "barred", "deactivated"}},
		{"Deactivated", []string{"deactivated"}, []string{"attached"}},
		{"returned", []string{revokeIt}, []string{
			"downloaded", "installed", "attached", "unavailable", "suspended", "barred", "scheduled", "deactivated",
		}},
		{"returned and installed", []string{revokeIt, "installed"}, []string{
			"released", "attached", "unavailable", "restored", "suspended", "barred", "scheduled", "deactivated",
		}},
	} {
		for _, edge := range all {
			t.Run(tt.name+" "+edge, func(t *testing.T) {
				t.Parallel()
				c := as(t, srv, strings.ReplaceAll(tt.name, " ", "-")+"-"+edge+"~held")
				iccid := c.esim(gb)
				for _, step := range tt.path {
					if step == revokeIt {
						c.ok("DELETE", on(iccid, gb), "")
					} else if err := passErr(c, "esimgo.esim."+step, iccid); err != nil {
						t.Fatal(err)
					}
				}
				err := passErr(c, "esimgo.esim."+edge, iccid)
				if want := slices.Contains(tt.allowed, edge); (err == nil) != want {
					t.Errorf("passes: %v, want %v", err, want)
				}
			})
		}
	}
	c := as(t, srv, "nothing")
	for _, edge := range all {
		if err := passErr(c, "esimgo.esim."+edge, "8943108000000000000"); err == nil {
			t.Errorf("esim.%s passed for nothing", edge)
		}
	}
}
