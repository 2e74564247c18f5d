package esimgo_test

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimgo"
	"github.com/esimsim/esimsim/sim/internal/phone"
	"github.com/esimsim/esimsim/sim/simtest"
)

// A hookedClient is a client whose organisation is called back.
type hookedClient struct {
	client
	shop *simtest.Receiver
}

// hooked starts a world that calls back, with a scenario of that text; "" for none.
func hooked(t *testing.T, scenario string) hookedClient {
	t.Helper()
	world, library := "demo", map[string]string{}
	if scenario != "" {
		world, library["own"] = "demo~own", scenario
	}
	c := hookedClient{as(t, startWith(t, library), world), simtest.Listen(t)}
	c.aim(map[string]any{"url": c.shop.URL})
	return c
}

func (c client) aim(target any) {
	c.Helper()
	if err := c.srv.WorldT(c, c.world).Patch(sim.Patch{"webhooks": {"esimgo": target}}); err != nil {
		c.Fatal(err)
	}
}

// bodies are those of all callbacks so far, once all were tried.
func (c hookedClient) bodies() (out []string) {
	c.Helper()
	c.advance(0)
	for _, got := range c.shop.Got() {
		out = append(out, got.Body)
	}
	return out
}

// told are the types of callbacks since the nth, counted from 0.
func (c hookedClient) told(since int) (names []string) {
	c.Helper()
	for _, body := range c.bodies()[since:] {
		v := parse[struct{ AlertType, Event string }](c, []byte(body))
		names = append(names, v.AlertType+v.Event)
	}
	return names
}

func (c hookedClient) wantTold(since int, want ...string) {
	c.Helper()
	if got := c.told(since); !slices.Equal(got, want) {
		c.Errorf("told %s, want %s", strings.Join(got, " "), strings.Join(want, " "))
	}
}

func (c hookedClient) pass(edge, id string) {
	c.Helper()
	if _, err := c.srv.WorldT(c, c.world).Pass(edge, id); err != nil {
		c.Fatal(err)
	}
}

func (c client) attach(iccid, country string) {
	c.Helper()
	if _, err := phone.Act(c.srv.WorldT(c, c.world), iccid, esim.Action{Kind: esim.Attach, Country: country}, esim.MB); err != nil {
		c.Fatal(err)
	}
}

// goldenList compares bodies, as one array, with a golden file.
func goldenList(t *testing.T, name string, bodies []string) {
	t.Helper()
	golden.JSON(t, "testdata/"+name+".json", []byte("["+strings.Join(bodies, ",")+"]"))
}

const day = 24 * time.Hour

// All that an eSIM can cause, from its installation to its deletion.
func TestCallbacksOfALife(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v3", "v2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			c := hooked(t, "")
			c.set("version", version)
			iccid := c.esim("esim_5GB_30D_JP_V2")
			c.wantTold(0) // orders and assignments have no callback
			c.act(iccid, esim.Install)
			c.advance(time.Hour)
			c.mustUse(iccid, 10*esim.MB)
			c.mustUse(iccid, 2490*esim.MB)
			c.mustUse(iccid, 2*esim.GB)
			c.mustUse(iccid, 500*esim.MB)
			c.act(iccid, esim.Remove)
			c.in("v2.5").ok("DELETE", "/esims/"+iccid, "")
			c.advance(7 * day)
			c.wantTold(
				0, "esim.profile_status_changed", "esim.profile_status_changed", "FirstAttachment", "CountryChange", "FirstUse",
				"Utilisation", "Utilisation", "Utilisation", "Utilisation", "esim.profile_status_changed", "esim.deletion_scheduled", "esim.deleted",
			)
			goldenList(t, "callbacks-life-"+version, c.bodies())
		})
	}
}

// A use that crosses several thresholds is told once for each, in order, with what is left
// after it.
func TestUtilisation(t *testing.T) {
	t.Parallel()
	remaining := func(bodies []string) (out []string) {
		for _, body := range bodies {
			v := parse[struct {
				AlertType string
				Bundle    struct{ RemainingQuantity esim.Bytes }
			}](t, []byte(body))
			if v.Bundle.RemainingQuantity > 0 || v.AlertType == "Utilisation" {
				out = append(out, fmt.Sprintf("%s %d", v.AlertType, v.Bundle.RemainingQuantity/esim.MB))
			}
		}
		return out
	}
	want := func(t *testing.T, c hookedClient, want ...string) {
		t.Helper()
		if got := remaining(c.bodies()); !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	t.Run("nine tenths at once", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_1GB_7D_GB_V2")
		c.mustUse(iccid, 900*esim.MB)
		first := []string{"FirstUse 100", "Utilisation 100", "Utilisation 100", "Utilisation 100"}
		want(t, c, first...)
		c.mustUse(iccid, 100*esim.MB)
		want(t, c, append(first, "Utilisation 0")...)
		c.advance(30 * day) // the end of a bundle is no callback
		if got := remaining(c.bodies()); len(got) != 5 {
			t.Errorf("after the end: %q", got)
		}
	})
	t.Run("without the 1 % alert", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "settings: {esimgo: {onePercentAlert: off}}")
		iccid := c.esim("esim_1GB_7D_GB_V2")
		c.mustUse(iccid, 100*esim.MB)
		want(t, c, "FirstUse 900")
		c.mustUse(iccid, 400*esim.MB)
		want(t, c, "FirstUse 900", "Utilisation 500")
		if h := string(c.get("/esims/" + iccid + "/history")); strings.Contains(h, "1% Used") || !strings.Contains(h, "50% Used") {
			t.Errorf("history has another idea of it: %s", h)
		}
	})
	t.Run("two bundles", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_1GB_7D_GB_V2")
		c.buy("esim_2GB_15D_GB_V2", 1, true, `"iccids":["`+iccid+`"]`)
		c.mustUse(iccid, 1500*esim.MB)
		want(
			t, c, "Utilisation 0", "Utilisation 0", "Utilisation 0", "Utilisation 0",
			"FirstUse 1500", "Utilisation 1500",
		)
		if names := c.told(4); names[0] != "FirstUse" {
			t.Errorf("the first bundle is told as %v", names)
		}
	})
	t.Run("an unlimited one has its first use alone", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_UL_3D_GB_V2")
		c.mustUse(iccid, 2*esim.GB)
		c.advance(day)
		c.mustUse(iccid, 100*esim.MB)
		c.wantTold(4, "FirstUse", "CountryChange")
		goldenList(t, "callbacks-unlimited", c.bodies()[4:5])
	})
	t.Run("depletion that is late", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "policies: {esimgo.bundle.depleted: {after: 10m}}")
		iccid := c.esim("esim_1GB_7D_GB_V2")
		c.mustUse(iccid, esim.GB)
		want(t, c, "Utilisation 0", "Utilisation 0", "Utilisation 0")
		c.advance(10 * time.Minute)
		want(t, c, "Utilisation 0", "Utilisation 0", "Utilisation 0", "Utilisation 0")
	})
	t.Run("edges by hand", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		id := c.assignments(c.esim("esim_1GB_7D_GB_V2"))[0].ID
		c.pass("esimgo.bundle.active", id)
		c.wantTold(0) // no data has flowed
		c.pass("esimgo.bundle.depleted", id)
		c.wantTold(0, "FirstUse", "Utilisation", "Utilisation", "Utilisation", "Utilisation")
	})
}

func TestCallbackSignature(t *testing.T) {
	t.Parallel()
	mac := func(key, body string) []byte {
		h := hmac.New(sha256.New, []byte(key))
		h.Write([]byte(body))
		return h.Sum(nil)
	}
	for name, tt := range map[string]struct {
		settings map[string]any
		secret   string
		want     func(body string) string
	}{
		"base64":        {nil, "", func(body string) string { return base64.StdEncoding.EncodeToString(mac("esimgo_demo", body)) }},
		"hex":           {map[string]any{"signature": "hex"}, "", func(body string) string { return hex.EncodeToString(mac("esimgo_demo", body)) }},
		"own secret":    {nil, "s3", func(body string) string { return base64.StdEncoding.EncodeToString(mac("s3", body)) }},
		"v2 has none":   {map[string]any{"version": "v2"}, "", nil},
		"v2, also hex":  {map[string]any{"version": "v2", "signature": "hex"}, "", nil},
		"v3, as chosen": {map[string]any{"version": "v3"}, "", func(body string) string { return base64.StdEncoding.EncodeToString(mac("esimgo_demo", body)) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := hooked(t, "")
			for k, v := range tt.settings {
				c.set(k, v)
			}
			if tt.secret != "" {
				c.aim(map[string]any{"url": c.shop.URL, "secret": tt.secret})
			}
			c.ok("POST", "/organisation/balance?amount=1000", "")
			c.wantTold(0, "Topup")
			got := c.shop.Got()[0]
			if got.Header.Get("Content-Type") != "application/json" {
				t.Errorf("content type is %q", got.Header.Get("Content-Type"))
			}
			var want []string
			if tt.want != nil {
				want = []string{tt.want(got.Body)}
			}
			if diff := cmp.Diff(want, got.Header.Values("X-Signature-SHA256")); diff != "" {
				t.Errorf("signature (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a key of the user's own, and a scenario's name", func(t *testing.T) {
		t.Parallel()
		srv := sim.StartT(t, sim.Config{
			Providers: []*sim.Provider{esimgo.Provider()}, Freeze: frozen, Keys: []sim.Key{{Provider: "esimgo", Value: "k-own"}},
		})
		for world, key := range map[string]string{"default": "k-own", "demo~esimgo-slow": "esimgo_demo~esimgo-slow"} {
			c := hookedClient{as(t, srv, world), simtest.Listen(t)}
			c.aim(map[string]any{"url": c.shop.URL})
			c.ok("POST", "/organisation/balance?amount=1000", "", "X-API-Key", key)
			c.wantTold(0, "Topup")
			got := c.shop.Got()[0]
			if want := base64.StdEncoding.EncodeToString(mac(key, got.Body)); got.Header.Get("X-Signature-SHA256") != want {
				t.Errorf("%s: signature is %q, want %q", world, got.Header.Get("X-Signature-SHA256"), want)
			}
		}
	})
}

// On the wire the name of the header is written as the vendor writes it.
func TestCallbackHeaderOnTheWire(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	sent := make(chan string, 1)
	go func() {
		defer close(sent)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		var raw bytes.Buffer
		req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(conn, &raw)))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		sent <- raw.String()
	}()
	c := as(t, start(t), "demo")
	c.aim(map[string]any{"url": "http://" + l.Addr().String() + "/usage/"})
	c.ok("POST", "/organisation/balance?amount=1000", "")
	c.advance(0)
	if raw := <-sent; !strings.HasPrefix(raw, "POST /usage/ HTTP/1.1\r\n") || !strings.Contains(raw, "\r\nX-Signature-SHA256: ") {
		t.Errorf("on the wire there was\n%s", raw)
	}
}

func TestCountryChange(t *testing.T) {
	t.Parallel()
	// where lists the countries told of, and when, in hours.
	where := func(c hookedClient) string {
		c.Helper()
		c.advance(0)
		var out []string
		for _, d := range c.srv.WorldT(c, c.world).Deliveries() {
			if d.Event == "esimgo.webhook.CountryChange" {
				v := parse[struct{ Country struct{ Code string } }](c, []byte(d.Attempts[0].Request.Body))
				out = append(out, fmt.Sprintf("%s@%v", v.Country.Code, d.At.Sub(frozen).Hours()))
			}
		}
		return strings.Join(out, " ")
	}
	want := func(c hookedClient, want string) {
		c.Helper()
		if got := where(c); got != want {
			c.Errorf("told of %q, want %q", got, want)
		}
	}
	t.Run("each day of a stay", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_5GB_30D_JP_V2")
		c.attach(iccid, "")
		want(c, "JP@0")
		c.advance(23 * time.Hour)
		c.attach(iccid, "JP") // still there
		want(c, "JP@0")
		c.advance(26 * time.Hour)
		want(c, "JP@0 JP@24 JP@48")
		if got := edges(c.advance(day)); !slices.Contains(got, "esim.located") {
			t.Errorf("passed %v", got)
		}
		want(c, "JP@0 JP@24 JP@48 JP@72")
		c.act(iccid, esim.Remove)
		c.advance(10 * day)
		want(c, "JP@0 JP@24 JP@48 JP@72")
		c.mustUse(iccid, esim.MB) // on a device again
		want(c, "JP@0 JP@24 JP@48 JP@72 JP@313")
	})
	t.Run("there and back", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_5GB_30D_REUP_V2")
		c.attach(iccid, "FR")
		c.advance(2 * time.Hour)
		c.attach(iccid, "DE")
		c.advance(10 * time.Hour)
		c.attach(iccid, "FR") // left but ten hours ago
		want(c, "FR@0 DE@2")
		c.advance(23 * time.Hour)
		c.attach(iccid, "DE")
		want(c, "FR@0 DE@2") // left at 12, now it is 35
		c.advance(2 * time.Hour)
		c.attach(iccid, "PL")
		c.advance(2 * time.Hour)
		c.attach(iccid, "CH")
		want(c, "FR@0 DE@2 PL@37 CH@39")
		c.advance(34 * time.Hour)
		c.attach(iccid, "FR") // left at 35, now it is 73
		want(c, "FR@0 DE@2 PL@37 CH@39 CH@63 FR@73")
	})
	t.Run("back for a day", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_5GB_30D_REUP_V2")
		c.attach(iccid, "FR")
		c.attach(iccid, "DE")
		c.advance(time.Hour)
		c.attach(iccid, "FR")
		c.advance(day)
		want(c, "FR@0 DE@0 FR@25")
	})
	t.Run("suspended", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_5GB_30D_JP_V2")
		c.attach(iccid, "")
		c.pass("esimgo.esim.suspended", iccid)
		c.advance(30 * time.Hour)
		want(c, "JP@0")
		c.pass("esimgo.esim.resumed", iccid)
		c.advance(20 * time.Hour)
		want(c, "JP@0 JP@48")
		c.pass("esimgo.esim.unavailable", iccid)
		c.advance(3 * day)
		want(c, "JP@0 JP@48")
	})
	t.Run("a policy moves it", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "policies: {esimgo.esim.located: {after: 1h}}")
		c.attach(c.esim("esim_5GB_30D_JP_V2"), "")
		c.advance(26 * time.Hour)
		want(c, "JP@1 JP@25")
	})
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_5GB_30D_JP_V2")
		c.aim(nil)
		c.attach(iccid, "")
		if got := edges(c.advance(3 * day)); got != nil {
			t.Errorf("passed %v", got)
		}
		c.advance(time.Hour)
		c.aim(map[string]any{"url": c.shop.URL})
		c.advance(day)
		want(c, "JP@96") // by the days of the stay
		c.aim(nil)
		if got := edges(c.advance(3 * day)); len(got) != 1 {
			t.Errorf("passed %v, want the one that was waited for", got)
		}
	})
	t.Run("by hand", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_5GB_30D_JP_V2")
		for id, want := range map[string]string{"nix": "nothing", iccid: "on no network"} {
			if err := passErr(c.client, "esimgo.esim.located", id); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", id, err)
			}
		}
		c.attach(iccid, "")
		c.advance(time.Hour)
		c.pass("esimgo.esim.located", iccid)
		c.advance(day)
		want(c, "JP@0 JP@1 JP@24")
		c.pass("esimgo.esim.suspended", iccid)
		if err := passErr(c.client, "esimgo.esim.located", iccid); err == nil || !strings.Contains(err.Error(), "Suspended") {
			t.Errorf("suspended: %v", err)
		}
	})
}

func TestCallbacksOfTheBalance(t *testing.T) {
	t.Parallel()
	t.Run("down and up", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		c.set("balance", 120.0)
		c.buy("esim_5GB_30D_JP_V2", 3, false, "") // 99.15
		c.buy("esim_5GB_30D_JP_V2", 10, false, "")
		before := c.memory()
		c.refused(c.call("POST", "/orders", orderBody("transaction", "esim_5GB_30D_JP_V2", 5, false, "")), 400, "insufficient balance, no payment taken")
		if c.memory() != before {
			t.Error("the refusal changed the account")
		}
		c.ok("POST", "/orders", orderBody("validate", "esim_5GB_30D_JP_V2", 5, false, "")) // is no purchase
		c.ok("POST", "/organisation/balance?amount=1000.5", "")
		c.pass("esimgo.balance.granted", "250")
		c.wantTold(0, "LowBalance", "LowBalance", "LowBalance", "InsufficientBalance", "Topup", "eSIMGoTopup")
		goldenList(t, "callbacks-balance", c.bodies())
	})
	t.Run("another threshold", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "settings: {esimgo: {balance: 130, lowBalance: 125}}")
		c.buy("esim_5GB_30D_JP_V2", 1, false, "") // 123.05
		c.set("lowBalance", 0.0)
		c.set("balance", 6.95)
		c.buy("esim_5GB_30D_JP_V2", 1, false, "")
		bodies := c.bodies()
		if want := `{"alertType":"LowBalance","balanceInfo":{"balance":123.05,"threshold":125,"thresholdPercentRemaining":98.44}}`; bodies[0] != want {
			t.Errorf("told %s, want %s", bodies[0], want)
		}
		if want := `{"alertType":"LowBalance","balanceInfo":{"balance":0,"threshold":0,"thresholdPercentRemaining":0}}`; bodies[1] != want {
			t.Errorf("told %s, want %s", bodies[1], want)
		}
	})
	t.Run("ten refusals", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "settings: {esimgo: {balance: 1}}")
		refuse := func(n int) {
			t.Helper()
			for range n {
				c.refused(c.call("POST", "/orders", orderBody("transaction", gb, 1, true, "")), 400, "insufficient balance, no payment taken")
			}
		}
		refuse(12)
		c.wantTold(0, slices.Repeat([]string{"InsufficientBalance"}, 10)...)
		c.ok("POST", "/organisation/balance?amount=0.1", "")
		refuse(2)
		c.wantTold(10, "Topup", "InsufficientBalance", "InsufficientBalance")
	})
	t.Run("by the saved card", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "policies: {esimgo.balance.autotopup: immediate}")
		c.set("balance", 104.0)
		c.buy("esim_5GB_30D_JP_V2", 1, false, "")
		c.wantTold(0, "LowBalance", "AutoTopup")
		goldenList(t, "callbacks-autotopup", c.bodies()[1:])
		if got := c.balance(); got != 1097.05 {
			t.Errorf("balance is %v", got)
		}
		c.buy("esim_5GB_30D_JP_V2", 1, false, "")
		c.wantTold(2)
	})
	t.Run("unless it is asked for, never", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		c.set("balance", 104.0)
		c.buy("esim_5GB_30D_JP_V2", 1, false, "")
		c.advance(30 * day)
		c.wantTold(0, "LowBalance")
		for edge, id := range map[string]string{"esimgo.balance.granted": "0", "esimgo.balance.autotopup": "many"} {
			if err := passErr(c.client, edge, id); err == nil || !strings.Contains(err.Error(), "nothing") {
				t.Errorf("%s of %s: %v", edge, id, err)
			}
		}
		if err := passErr(c.client, "esimgo.balance.granted", "1000000000"); err == nil || !strings.Contains(err.Error(), "at most") {
			t.Errorf("too much: %v", err)
		}
	})
}

// Each callback can be had on demand, also of an empty account, and that changes nothing.
func TestCallbackSamples(t *testing.T) {
	t.Parallel()
	names := []string{
		"Utilisation", "FirstUse", "FirstAttachment", "CountryChange", "LowBalance", "InsufficientBalance", "Topup", "AutoTopup", "eSIMGoTopup",
		"MSISDNDisabled", "esim.profile_status_changed", "esim.deletion_scheduled", "esim.deleted",
	}
	samples := func(c hookedClient) []string {
		c.Helper()
		w := c.srv.WorldT(c, c.world)
		c.get("/organisation") // so that there is an account
		since := len(c.bodies())
		before, err := w.Dump()
		if err != nil {
			c.Fatal(err)
		}
		for _, name := range names {
			d, err := w.Trigger(c.Context(), "esimgo.webhook."+name)
			if err != nil || d.State != string(sim.Delivered) {
				c.Fatalf("%s: %+v, %v", name, d, err)
			}
		}
		after, err := w.Dump()
		if err != nil {
			c.Fatal(err)
		}
		if diff := cmp.Diff(text(before), text(after)); diff != "" {
			c.Errorf("samples changed the state (-before +after):\n%s", diff)
		}
		c.wantTold(since, names...)
		return c.bodies()[since:]
	}
	t.Run("of nothing", func(t *testing.T) {
		t.Parallel()
		goldenList(t, "callbacks-samples-empty", samples(hooked(t, "")))
	})
	t.Run("of an eSIM that waits", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		c.esim("esim_1GB_7D_GB_V2")
		goldenList(t, "callbacks-samples-queued", samples(c))
	})
	t.Run("of one that is used", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "settings: {esimgo: {balance: 60}}")
		c.mustUse(c.esim("esim_1GB_7D_GB_V2"), 300*esim.MB)
		c.advance(time.Hour)
		goldenList(t, "callbacks-samples-used", samples(c))
	})
	t.Run("of one that has left the account", func(t *testing.T) {
		t.Parallel()
		c := hooked(t, "")
		iccid := c.esim("esim_1GB_7D_GB_V2")
		c.ok("DELETE", "/esims/"+iccid+"/bundles/esim_1GB_7D_GB_V2", "")
		for _, body := range samples(c) {
			if strings.Contains(body, iccid) {
				t.Errorf("a sample is of an eSIM of somebody else: %s", body)
			}
		}
	})
}

func text(dump map[string]json.RawMessage) map[string]string {
	out := map[string]string{}
	for name, data := range dump {
		out[name] = string(data)
	}
	return out
}

// What happens to an eSIM that went back to the vendor is none of the organisation's
// business.
func TestReturnedESIMIsNotTold(t *testing.T) {
	t.Parallel()
	c := hooked(t, "")
	iccid := c.esim("esim_1GB_7D_GB_V2")
	c.ok("DELETE", "/esims/"+iccid+"/bundles/esim_1GB_7D_GB_V2", "")
	c.act(iccid, esim.Install)
	c.attach(iccid, "")
	c.advance(2 * day)
	c.wantTold(0)
	c.advance(2 * day) // it is back
	c.attach(iccid, "FR")
	c.wantTold(0, "CountryChange")
}

// What a fixture's eSIMs did before the world began is told to nobody; what they do from
// then on is.
func TestCallbacksOfAFixture(t *testing.T) {
	t.Parallel()
	shop := simtest.Listen(t)
	srv := sim.StartT(t, sim.Config{
		Providers: []*sim.Provider{esimgo.Provider()}, Freeze: frozen, Webhooks: map[string]sim.Target{"esimgo": {URL: shop.URL}},
	})
	c := hookedClient{as(t, srv, "fixed"), shop}
	made, err := srv.WorldT(t, "fixed").Start(sim.Fixture{ESIMs: []sim.FixtureESIM{
		{Provider: "esimgo", Item: gigabyte, State: "Active"}, {Provider: "esimgo", Item: gigabyte, State: "Expired"},
	}})
	if err != nil {
		t.Fatalf("%+v, %v", made, err)
	}
	c.wantTold(0)
	c.advance(day)
	c.wantTold(0, "CountryChange", "CountryChange")
	c.pass("esimgo.bundle.depleted", c.assignments(made.ESIMs[0].ICCID)[0].ID)
	if got := c.told(2); len(got) == 0 || got[0] != "Utilisation" {
		t.Errorf("told %v of its depletion", got)
	}
}

// A callback is tried once, unless a setting asks for the ladder; nothing but 200 is
// success.
func TestCallbackRetries(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string][]time.Duration{
		"off": {0}, "on": {0, time.Second, 6 * time.Second, 36 * time.Second},
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			c := hooked(t, "")
			c.set("callbackRetries", setting)
			c.shop.Answer(func(simtest.Received) int { return http.StatusAccepted })
			c.ok("POST", "/organisation/balance?amount=1000", "")
			c.advance(time.Hour)
			d := c.srv.WorldT(t, "demo").Deliveries()[0]
			var at []time.Duration
			for _, a := range d.Attempts {
				at = append(at, a.At.Sub(frozen))
			}
			if d.State != string(sim.Failed) || !slices.Equal(at, want) {
				t.Errorf("%s after attempts at %v, want failed after %v", d.State, at, want)
			}
		})
	}
}

// The organisation shows where it is called, and nobody is called who did not ask for it.
func TestCallbackURL(t *testing.T) {
	t.Parallel()
	c := hooked(t, "")
	shown := func() string {
		t.Helper()
		return parse[struct {
			Organisations []struct{ CallbackURL string }
		}](t, c.get("/organisation")).Organisations[0].CallbackURL
	}
	if got := shown(); got != c.shop.URL {
		t.Errorf("callbackUrl is %q, want %q", got, c.shop.URL)
	}
	c.aim(nil)
	if got := shown(); got != "" {
		t.Errorf("callbackUrl is %q, want none", got)
	}
	c.set("balance", 1.0)
	c.refused(c.call("POST", "/orders", orderBody("transaction", gb, 1, true, "")), 400, "insufficient balance, no payment taken")
	dump, err := c.srv.WorldT(t, "demo").Dump()
	if err != nil {
		t.Fatal(err)
	}
	if n := parse[struct{ Refused int }](t, dump["esimgo"]).Refused; n != 0 {
		t.Errorf("%d refusals count as told of", n)
	}
	c.wantTold(0)
}
