package esimgo_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

const gb = "esim_1GB_7D_GB_V2"

// on is a bundle on an eSIM, where it can be asked about and revoked.
func on(iccid, bundle string) string { return "/esims/" + iccid + "/bundles/" + bundle }

type revocation struct {
	Status  string
	Options []struct {
		Type, OfferID string
		Amount        float64
	}
	EsimWillBeReturned bool
}

// onto puts a number of the same bundle on one eSIM.
func (c client) onto(n int) (iccid string) {
	c.Helper()
	iccid = c.esim(gb)
	for range n - 1 {
		c.buy(gb, 1, true, `"iccids":["`+iccid+`"]`)
	}
	return iccid
}

func (c client) states(iccid string) (out []string) {
	c.Helper()
	for _, a := range c.assignments(iccid) {
		out = append(out, a.BundleState)
	}
	return out
}

func TestRevokeIntoInventory(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.onto(2)
	before := c.memory()
	c.golden("revokeBundle-validated", c.ok("DELETE", on(iccid, gb)+"?type=validate", ""))
	if c.memory() != before {
		t.Error("a validation changed the account")
	}
	c.golden("revokeBundle-inventory", c.ok("DELETE", on(iccid, gb)+"?type=transaction", ""))
	c.golden("getInventory-revoked", c.get("/inventory"))
	if got := c.states(iccid); !slices.Equal(got, []string{"Revoked", "Queued"}) {
		t.Errorf("assignments are %v, want the latest revoked", got)
	}
	// What went back to the stock can be taken again, and comes back to the same row.
	c.ok("POST", "/esims/apply", `{"iccid":"`+iccid+`","name":"`+gb+`"}`)
	c.ok("DELETE", on(iccid, gb), "")
	if got := c.states(iccid); !slices.Equal(got, []string{"Revoked", "Revoked", "Queued"}) {
		t.Errorf("assignments are %v, want the latest revoked", got)
	}
	c.golden("getInventory-revoked", c.get("/inventory"))
}

func TestRevokeToBalance(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.onto(2)
	c.refused(c.call("DELETE", on(iccid, gb)+"?refundToBalance=true", ""), 400, "offerId is required")
	c.refused(c.call("DELETE", on(iccid, gb)+"?refundToBalance=true&offerId=1", ""), 400, "offer not found")
	first := c.assignments(iccid)[1].ID
	w := parse[revocation](t, c.ok("DELETE", on(iccid, gb)+"/assignments/"+first+"?type=validate", ""))
	c.golden("revokeBundle-balance", c.ok("DELETE", on(iccid, gb)+"?refundToBalance=true&offerId="+w.Options[1].OfferID, ""))
	if got := c.states(iccid); !slices.Equal(got, []string{"Queued", "Revoked"}) || c.balance() != 998.8 {
		t.Errorf("assignments are %v and the balance is %v, want that of the offer revoked and 1.2 back", got, c.balance())
	}
	c.refused(c.call("DELETE", on(iccid, gb)+"?refundToBalance=true&offerId="+w.Options[1].OfferID, ""), 400, "offer not found")
	second := c.assignments(iccid)[0].ID
	c.ok("DELETE", on(iccid, gb)+"/applications/"+second+"?refundToBalance=true", "")
	if c.balance() != 1000 {
		t.Errorf("the balance is %v, want all of it back", c.balance())
	}
}

// The offer says which assignment is meant, also where the name alone would mean one that
// has nothing to give.
func TestRevokeOfferOfAnother(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.buy(gb, 1, false, "")
	c.advance(61 * 24 * time.Hour)
	iccid := c.esim(gb)
	first := c.assignments(iccid)[0].ID
	c.ok("POST", "/esims/apply", `{"iccid":"`+iccid+`","name":"`+gb+`"}`)
	before := c.balance()
	w := parse[revocation](t, c.ok("DELETE", on(iccid, gb)+"/assignments/"+first+"?type=validate", ""))
	if len(w.Options) != 2 {
		t.Fatalf("options are %+v, want inventory and balance", w.Options)
	}
	path := on(iccid, gb) + "?refundToBalance=true&offerId="
	c.refused(c.call("DELETE", path+"1", ""), 400, "offer not found")
	c.refused(c.call("DELETE", on(iccid, "nix")+"?refundToBalance=true&offerId="+w.Options[1].OfferID, ""), 400, "bundle not found")
	if got := parse[revocation](t, c.ok("DELETE", path+w.Options[1].OfferID+"&type=validate", "")); len(got.Options) != 2 {
		t.Errorf("a validation of the offer has options %+v", got.Options)
	}
	r := parse[revocation](t, c.ok("DELETE", path+w.Options[1].OfferID, ""))
	if want := "Successfully Revoked Bundle, bundle has been refunded to balance"; r.Status != want {
		t.Errorf("status is %s, want %s", r.Status, want)
	}
	if got := c.states(iccid); !slices.Equal(got, []string{"Queued", "Revoked"}) || math.Round((c.balance()-before)*100) != 120 {
		t.Errorf("assignments are %v and %v came back, want that of the offer and 1.2", got, c.balance()-before)
	}
	// The other has nothing to give, so no offer is asked for; and an offer is for the
	// balance alone.
	c.ok("DELETE", on(iccid, gb)+"?refundToBalance=true&type=validate", "")
	c.ok("DELETE", on(iccid, gb)+"?offerId=1", "")
}

// The months are worth what the year was paid with, to the cent.
func TestMonthsAddUp(t *testing.T) {
	t.Parallel()
	c := as(t, startWith(t, map[string]string{
		"odd": "catalogue: {esimgo: {esim_12GB_365D_EU_V2: {price: 13.03}}}",
	}), "demo~odd")
	const year = "esim_12GB_365D_EU_V2"
	iccid := c.esim(year)
	c.act(iccid, esim.Install)
	if got := c.balance(); got != 986.97 {
		t.Fatalf("balance is %v", got)
	}
	for _, a := range c.assignments(iccid) {
		c.ok("DELETE", on(iccid, year)+"/assignments/"+a.ID+"?refundToBalance=true", "")
	}
	if got := c.balance(); got != 1000 {
		t.Errorf("balance is %v, want all of it back", got)
	}
}

func TestRevokeWithoutReturn(t *testing.T) {
	t.Parallel()
	srv := start(t)
	for name, prepare := range map[string]func(c client, iccid string){
		"started":         func(c client, iccid string) { c.mustUse(iccid, esim.MB) },
		"depleted":        func(c client, iccid string) { c.mustUse(iccid, 1000*esim.MB) },
		"after 60 days":   func(c client, _ string) { c.advance(60*24*time.Hour + 1) },
		"refunds are off": func(c client, _ string) { c.set("refunds", "false") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := as(t, srv, strings.ReplaceAll(name, " ", "-"))
			iccid := c.esim(gb)
			c.act(iccid, esim.Install)
			prepare(c, iccid)
			if w := parse[revocation](t, c.ok("DELETE", on(iccid, gb)+"?type=validate", "")); w.Options == nil || len(w.Options) != 0 {
				t.Errorf("options are %+v, want an empty list", w.Options)
			}
			w := parse[revocation](t, c.ok("DELETE", on(iccid, gb)+"?refundToBalance=true", ""))
			if w.Status != "Successfully Revoked Bundle" || c.balance() != 998.8 || string(c.get("/inventory")) != `{"bundles":[]}` {
				t.Errorf("%s with a balance of %v and %s, want nothing back", w.Status, c.balance(), c.get("/inventory"))
			}
			if _, err := c.use(iccid, 1); err == nil {
				t.Error("a revoked bundle was used")
			}
		})
	}
	t.Run("60 days to the instant", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "instant")
		iccid := c.onto(2)
		c.advance(60 * 24 * time.Hour)
		if w := parse[revocation](t, c.ok("DELETE", on(iccid, gb), "")); w.Status != "Successfully Revoked Bundle, bundle has been refunded to inventory" {
			t.Errorf("status is %s, want it back", w.Status)
		}
	})
}

func TestRevokeTarget(t *testing.T) {
	t.Parallel()
	srv := start(t)
	for name, tt := range map[string]struct {
		target string
		use    bool
		want   []string // newest first
	}{
		"latest":                  {"latest", false, []string{"Revoked", "Queued", "Queued"}},
		"oldest":                  {"oldest", false, []string{"Queued", "Queued", "Revoked"}},
		"oldest that is not used": {"oldest", true, []string{"Queued", "Revoked", "Active"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := as(t, srv, strings.ReplaceAll(name, " ", "-"))
			c.set("revokeTarget", tt.target)
			iccid := c.onto(3)
			if tt.use {
				c.mustUse(iccid, 1)
			}
			c.ok("DELETE", on(iccid, gb), "")
			if got := c.states(iccid); !slices.Equal(got, tt.want) {
				t.Errorf("assignments are %v, want %v", got, tt.want)
			}
		})
	}
	t.Run("the latest if all are used", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "used")
		c.set("revokeTarget", "oldest")
		iccid := c.onto(2)
		c.mustUse(iccid, 1500*esim.MB)
		c.ok("DELETE", on(iccid, gb), "")
		if got := c.states(iccid); !slices.Equal(got, []string{"Revoked", "Depleted"}) {
			t.Errorf("assignments are %v", got)
		}
	})
}

// One month of a year, as the owner's page has it. It is worth a twelfth, and no bundle
// for the inventory.
func TestRevokeMonth(t *testing.T) {
	t.Parallel()
	const year = "esim_12GB_365D_EU_V2"
	c := as(t, start(t), "demo")
	iccid := c.esim(year)
	months := c.assignments(iccid)
	path := on(iccid, year) + "/assignments/" + months[5].ID
	c.golden("revokeAssignment-month-validated", c.ok("DELETE", path+"?type=validate", ""))
	if w := parse[revocation](t, c.ok("DELETE", path, "")); w.Status != "Successfully Revoked Bundle" {
		t.Errorf("status is %s", w.Status)
	}
	c.refused(c.call("DELETE", path, ""), 400, "bundle cannot be revoked")
	before := c.balance()
	c.ok("DELETE", on(iccid, year)+"/assignments/"+months[6].ID+"?refundToBalance=true", "")
	if got := math.Round((c.balance()-before)*100) / 100; got != 1.07 {
		t.Errorf("a month of 12.9 gave %v", got)
	}
	count := 0
	for _, s := range c.states(iccid) {
		if s == "Queued" {
			count++
		}
	}
	if count != 10 {
		t.Errorf("%d months are left, want 10", count)
	}
}

func TestRevokeRefusals(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid, other := c.esim(gb), c.esim("esim_5GB_30D_JP_V2")
	id := c.assignments(iccid)[0].ID
	c.act(iccid, esim.Install)
	before := c.memory()
	for path, want := range map[string]struct {
		status  int
		message string
	}{
		on("123", gb):                           {400, "invalid iccid"},
		on("8943108000000000000", gb):           {403, "access denied"},
		on(iccid, "nix"):                        {400, "bundle not found"},
		on(iccid, "ESIM_1GB_7D_GB_V2"):          {400, "bundle not found"},
		on(iccid, gb) + "?type=try":             {400, "invalid type"},
		on(iccid, gb) + "/assignments/nix":      {400, "bundle not found"},
		on(iccid, gb) + "/applications/1":       {400, "bundle not found"},
		on(other, gb) + "/assignments/" + id:    {400, "bundle not found"},
		on(iccid, "nix") + "/assignments/" + id: {400, "bundle not found"},
	} {
		c.refused(c.call("DELETE", path, ""), want.status, want.message)
	}
	if c.memory() != before {
		t.Error("a refused revoke changed the account")
	}
	c.ok("DELETE", on(iccid, gb), "")
	c.refused(c.call("DELETE", on(iccid, gb), ""), 400, "bundle cannot be revoked")
	c.refused(c.call("DELETE", on(iccid, gb)+"/assignments/"+id, ""), 400, "bundle cannot be revoked")
}

func TestReturns(t *testing.T) {
	t.Parallel()
	srv := start(t)
	gone := func(c client, iccid string) {
		t.Helper()
		for _, call := range [][2]string{
			{"GET", "/esims/" + iccid},
			{"GET", "/esims/" + iccid + "/history"},
			{"GET", "/esims/" + iccid + "/bundles"},
			{"DELETE", on(iccid, gb)},
			{"PUT", "/esims?customerRef=x&iccid=" + iccid},
		} {
			c.refused(c.call(call[0], call[1], ""), 403, "access denied")
		}
		body := orderBody("transaction", gb, 1, true, `"iccids":["`+iccid+`"]`)
		c.refused(c.call("POST", "/orders", body), 403, "access denied")
	}
	t.Run("for good", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "good")
		o := c.buy(gb, 2, true, "")
		iccid, kept := o.Order[0].ICCIDs[0], o.Order[0].ICCIDs[1]
		if w := parse[revocation](t, c.ok("DELETE", on(iccid, gb)+"?type=validate", "")); !w.EsimWillBeReturned {
			t.Error("nothing is said of the return")
		}
		c.ok("DELETE", on(iccid, gb), "")
		gone(c, iccid)
		if got := parse[struct {
			ESIMs []struct{ ICCID string }
			Rows  int
		}](t, c.get("/esims")); got.Rows != 1 || got.ESIMs[0].ICCID != kept {
			t.Errorf("eSIMs are %+v, want the other one", got)
		}
		if got := parse[[]struct{ ICCID string }](t, c.get("/esims/assignments?reference="+o.OrderReference, "Accept", "application/json")); len(got) != 1 {
			t.Errorf("assignments are %+v, want the one that is left", got)
		}
		c.refused(c.call("GET", "/esims/assignments?reference="+o.OrderReference+"-0", ""), 403, "access denied")
		if happened := c.advance(4 * 24 * time.Hour); len(happened) != 0 {
			t.Errorf("happened %v, want nothing to come back", happened)
		}
		gone(c, iccid)
		if err := c.tryAct(iccid, esim.Install); err == nil {
			t.Error("an eSIM that the vendor has again was installed")
		}
	})
	t.Run("back after four days", func(t *testing.T) {
		t.Parallel()
		c := as(t, srv, "back")
		iccid := c.esim(gb)
		c.ok("DELETE", on(iccid, gb), "")
		c.advance(time.Hour)
		c.act(iccid, esim.Install)
		c.advance(4*24*time.Hour - time.Hour - 1)
		gone(c, iccid)
		if got := edges(c.advance(1)); !slices.Equal(got, []string{"esim.restored"}) {
			t.Errorf("happened %v, want it restored", got)
		}
		c.golden("getHistory-returned", c.get("/esims/"+iccid+"/history"))
		if got := c.states(iccid); !slices.Equal(got, []string{"Revoked"}) {
			t.Errorf("assignments are %v", got)
		}
	})
	for name, keep := range map[string]func(c client, iccid string){
		"installed":       func(c client, iccid string) { c.act(iccid, esim.Install) },
		"with another":    func(c client, iccid string) { c.buy("esim_5GB_30D_JP_V2", 1, true, `"iccids":["`+iccid+`"]`) },
		"with a depleted": func(c client, iccid string) { c.drain(iccid) },
		"with one on its way": func(c client, iccid string) {
			c.buy("esim_5GB_30D_JP_V2", 6, true, `"iccids":["`+iccid+`","`+iccid+`","`+iccid+`","`+iccid+`","`+iccid+`","`+iccid+`"]`)
		},
	} {
		t.Run("stays "+name, func(t *testing.T) {
			t.Parallel()
			c := as(t, srv, strings.ReplaceAll(name, " ", "-")+"~esimgo-async-order")
			iccid := c.esim(gb)
			keep(c, iccid)
			c.ok("DELETE", on(iccid, gb), "")
			c.get("/esims/" + iccid)
		})
	}
}

// drain leaves the eSIM, not installed, with a depleted bundle and a queued one.
func (c client) drain(iccid string) {
	c.Helper()
	c.mustUse(iccid, 1000*esim.MB)
	c.act(iccid, esim.Remove)
	c.buy(gb, 1, true, `"iccids":["`+iccid+`"]`)
}

func (c client) tryAct(iccid string, kind esim.ActionKind) error {
	c.Helper()
	_, err := phone.Act(c.srv.WorldT(c, c.world), iccid, esim.Action{Kind: kind}, esim.MB)
	return err
}

// A revoke that a policy holds up keeps the bundle where it is, and is not asked for twice.
func TestRevokeHeldUp(t *testing.T) {
	t.Parallel()
	srv := startWith(t, map[string]string{"slow": "policies: {esimgo.bundle.revoked: {after: 1m}}"})
	c := as(t, srv, "demo~slow")
	iccid := c.esim(gb)
	c.ok("DELETE", on(iccid, gb), "")
	c.refused(c.call("DELETE", on(iccid, gb), ""), 400, "bundle cannot be revoked")
	if got := string(c.get("/inventory")); got != `{"bundles":[]}` {
		t.Errorf("inventory is %s before the bundle is back", got)
	}
	if got := edges(c.advance(time.Minute)); !slices.Equal(got, []string{"bundle.revoked", "esim.returned"}) {
		t.Errorf("happened %v", got)
	}
}

func TestRefundInventory(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.buy("esim_3GB_30D_FR_V2", 10, false, "")
	id := c.usage()
	body := func(usage, quantity int) string { return fmt.Sprintf(`{"usageId":%d,"quantity":%d}`, usage, quantity) }
	before := c.memory()
	for _, tt := range []struct {
		body    string
		message string
	}{
		{``, "invalid request body"},
		{`{"usageId":"` + fmt.Sprint(id) + `","quantity":1}`, "invalid request body"},
		{`{"item":"esim_3GB_30D_FR_V2","quantity":1}`, "usageId not found"},
		{body(id+1, 1), "usageId not found"},
		{body(-1, 1), "usageId not found"},
		{body(id, 0), "quantity must be greater than 0"},
		{body(id, -1), "quantity must be greater than 0"},
		{body(id, 11), "quantity exceeds remaining"},
	} {
		c.refused(c.call("POST", "/inventory/refund", tt.body), 400, tt.message)
	}
	if c.memory() != before {
		t.Error("a refused refund changed the account")
	}
	c.golden("refundInventory", c.ok("POST", "/inventory/refund", body(id, 4)))
	c.golden("getInventory-refunded", c.get("/inventory"))
	if got := c.balance(); got != 982.6 {
		t.Errorf("balance is %v, want 982.6", got)
	}
	c.refused(c.call("POST", "/inventory/refund", body(id, 7)), 400, "quantity exceeds remaining")
	c.advance(60*24*time.Hour + 1)
	c.refused(c.call("POST", "/inventory/refund", body(id, 1)), 400, "bundle is outside of the refund period")
}

// usage is the usageId of the first stock.
func (c client) usage() int {
	c.Helper()
	w := parse[struct {
		Bundles []struct{ Available []struct{ ID int } }
	}](c, c.get("/inventory"))
	return w.Bundles[0].Available[0].ID
}

func TestScenarioRefundsDisabled(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo~esimgo-refunds-disabled")
	c.buy(gb, 1, false, "")
	c.refused(c.call("POST", "/inventory/refund", fmt.Sprintf(`{"usageId":%d,"quantity":1}`, c.usage())), 403, "refunds are not enabled for this account")
	iccid := c.esim(gb)
	if w := parse[revocation](t, c.ok("DELETE", on(iccid, gb), "")); w.Status != "Successfully Revoked Bundle" || c.balance() != 997.6 {
		t.Errorf("%+v with a balance of %v, want nothing back", w, c.balance())
	}
}
