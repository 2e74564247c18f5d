package roamify_test

import (
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

const days = 24 * time.Hour

func (a account) topUp(iccid, packageID string) reply {
	a.t.Helper()
	return a.post("/esim/order/topup", `{"iccid":"`+iccid+`","packageId":"`+packageID+`"}`)
}

func (a account) usage(iccid string) usage {
	a.t.Helper()
	return data[usage](a.get("/esim/usage?iccid=" + iccid))
}

func TestTopUp(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	e := a.apply(cambodia)
	r := a.post("/esim/order/topup", `{"iccid":"`+e.ICCID+`","packageId":"`+cambodia+`","referenceId":"more"}`)
	r.golden("topUp-completed")
	if got := data[order](r); got.Items[0].ESIMID != e.ID {
		t.Errorf("another eSIM: %s", got.Items[0].ESIMID)
	}
	if got := data[balance](a.get("/balance")).Balance; got != 990 {
		t.Errorf("balance is %v, want 990", got)
	}
	a.get("/esim/order?referenceId=more").want(200, string(r.body))
	a.post("/esim/order", `{"referenceId":"more"}`).want(200, string(r.body))
	if got := a.usage(e.ICCID); got.AllowedData != 2048 || got.StartedAt != -1 {
		t.Errorf("before first use: %+v", got)
	}
	if got := data[[]eSIM](a.post("/esim/apply", `{"referenceId":"more"}`)); len(got) != 1 || got[0].ID != e.ID {
		t.Errorf("applied by the top-up's reference: %+v", got)
	}
	a.topUp(e.ICCID, cambodia).findings("")
	a.topUp(e.ICCID, cambodia).findings("roamify.order-repeated")
}

func TestTopUpExtends(t *testing.T) {
	t.Parallel()
	const (
		week  = "esim-portugal-7days-1gb-all"
		month = "esim-portugal-30days-3gb-all"
	)
	for name, c := range map[string]struct {
		before func(account, eSIM)
		pkg    string
		want   usage
	}{
		"before first use the longer validity will count": {
			func(account, eSIM) {}, month,
			usage{Status: "READY", StartedAt: -1, ExpiredAt: -1, AllowedData: 4096, RemainingData: 4096},
		},
		"while active its days count from now": {
			func(a account, e eSIM) { a.use(e.ID, 24*esim.MiB); a.advance(5 * days) }, month,
			usage{Status: "INSTALLED", StartedAt: unix(0), ExpiredAt: unix(35 * days), AllowedData: 4096, RemainingData: 4072},
		},
		"a shorter one leaves the end where it is": {
			func(a account, e eSIM) { a.topUp(e.ICCID, month); a.use(e.ID, 24*esim.MiB) }, week,
			usage{Status: "INSTALLED", StartedAt: unix(0), ExpiredAt: unix(30 * days), AllowedData: 5120, RemainingData: 5096},
		},
		"used up, it is good again": {
			func(a account, e eSIM) { a.use(e.ID, esim.GiB) }, week,
			usage{Status: "INSTALLED", StartedAt: unix(0), ExpiredAt: unix(7 * days), AllowedData: 2048, RemainingData: 1024},
		},
		"expired, it begins anew": {
			func(a account, e eSIM) { a.use(e.ID, 24*esim.MiB); a.advance(40 * days) }, month,
			usage{Status: "INSTALLED", StartedAt: unix(40 * days), ExpiredAt: unix(70 * days), AllowedData: 3072, RemainingData: 3072},
		},
		"never installed in time, it waits again": {
			func(a account, _ eSIM) { a.advance(400 * days) }, month,
			usage{Status: "READY", StartedAt: -1, ExpiredAt: -1, AllowedData: 3072, RemainingData: 3072},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, "extend", sim.Config{})
			e := a.apply(week)
			c.before(a, e)
			if r := a.topUp(e.ICCID, c.pkg); r.status != 200 {
				t.Fatalf("%d %s", r.status, r.body)
			}
			if got := a.usage(e.ICCID); got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// A revived eSIM expires again, at the end of what revived it.
func TestTopUpRevivesOnce(t *testing.T) {
	t.Parallel()
	a := open(t, "revived", sim.Config{})
	e := a.apply("esim-portugal-7days-1gb-all")
	a.use(e.ID, esim.MiB)
	a.advance(8 * days)
	a.topUp(e.ICCID, "esim-portugal-7days-1gb-all")
	a.advance(7*days - time.Second)
	if got := a.usage(e.ICCID).Status; got != "INSTALLED" {
		t.Errorf("a second before: %s", got)
	}
	a.advance(time.Second)
	if got := a.usage(e.ICCID).Status; got != "EXPIRED" {
		t.Errorf("at the end: %s", got)
	}
}

// A top-up that is pending brings nothing yet.
func TestTopUpPending(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~roamify-order-pending", sim.Config{})
	o := a.order(cambodia)
	a.advance(2 * time.Minute)
	e := data[eSIM](a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`))
	if got := data[order](a.topUp(e.ICCID, cambodia)); got.Status != "PENDING" {
		t.Errorf("topped up as %s", got.Status)
	}
	if got := a.usage(e.ICCID).AllowedData; got != 1024 {
		t.Errorf("%d MB while it is pending", got)
	}
	a.advance(2 * time.Minute)
	if got := a.usage(e.ICCID).AllowedData; got != 2048 {
		t.Errorf("%d MB when it is completed", got)
	}
}

func TestTopUpPackages(t *testing.T) {
	t.Parallel()
	a := open(t, "compatible", sim.Config{})
	e := a.apply("esim-united-states-30days-5gb-50sms-10min-all")
	if got := a.usage(e.ICCID); got.AllowedSMS != 50 || got.AllowedVoice != 10 {
		t.Errorf("calls and messages: %+v", got)
	}
	path := "/esim/topup/packages?iccid=" + e.ICCID
	a.get(path + "&days=30&gbs=5").golden("listTopUpPackages")
	type list []struct{ PackageID string }
	for query, want := range map[string]int{
		"": 13, "&days=7": 2, "&isUnlimited=true": 5, "&isUnlimited=true&gbs=5": 5, "&isUnlimited=false&gbs=1": 2,
		"&packageId=esim-united-states-7days-1gb-all&days=99": 1, "&packageId=" + cambodia: 0, "&gbs=0.5": 0,
	} {
		if got := data[list](a.get(path + query)); len(got) != want {
			t.Errorf("%s: %d packages, want %d", query, len(got), want)
		}
	}

	t.Run("an eSIM without top-ups", func(t *testing.T) {
		e := a.apply("esim-china-7days-5gb-all")
		if e.WithTopUp {
			t.Error("withTopUp is true")
		}
		a.get("/esim/topup/packages?iccid="+e.ICCID).want(200, `{"status":"success","data":[]}`)
		a.topUp(e.ICCID, "esim-china-7days-1gb-all").want(400, `{"message":"This package is not compatible with the eSIM","status":"failed"}`)
	})
}
