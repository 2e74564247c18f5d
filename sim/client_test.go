package sim_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// purchases are an order and a question for each provider, as paths below its base URL.
var purchases = []struct{ provider, order, body, question string }{
	{"roamify", "/api/esim/order", cambodia, "/api/balance"},
	{"esimgo", "/orders", britain, "/organisation"},
	{"esimfly", "/esims/order", turkey, "/balance"},
}

// A client is known at its provider, whatever its world's key and clock are.
func TestClients(t *testing.T) {
	t.Parallel()
	own := []sim.Key{
		{Provider: "roamify", Value: "token", World: "own"},
		{Provider: "esimgo", Value: "key", World: "own"},
		{Provider: "esimfly", Value: "esf_mine", Secret: "of mine", World: "own"},
	}
	for name, cfg := range map[string]sim.Config{
		"following": {}, "frozen": {Freeze: start}, "in memory": {InMemory: true},
		"closed": {Auth: sim.AuthClosed}, "everywhere": {Listen: ":0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg.Providers, cfg.Keys = all.Providers(), own
			srv := sim.StartT(t, cfg)
			worlds := []string{"own", "named", "named~esimfly-in-flight"}
			if cfg.Auth == sim.AuthClosed {
				worlds = worlds[:1]
			}
			for _, world := range worlds {
				w := srv.WorldT(t, world)
				for _, p := range purchases {
					client, base := w.Client(p.provider), w.BaseURL(p.provider)
					ask(t, client, "POST", base+p.order, p.body)
					ask(t, client, "GET", base+p.question, "")
				}
				if got := len(w.Journal(sim.Filter{Status: 200})); got != 2*len(purchases) {
					t.Errorf("%s: the journal has %d", world, got)
				}
				w.NoFindingsT(t)
				// Where the clock runs, however fast, a signature is fresh by the machine's.
				if _, err := w.Follow(1e6); err != nil {
					t.Fatal(err)
				}
				w.AdvanceT(t, 24*time.Hour)
				ask(t, w.Client("esimfly"), "GET", w.BaseURL("esimfly")+"/balance", "")
				last := w.Journal(sim.Filter{Limit: 1})[0]
				ms, err := strconv.ParseInt(last.Request.Header.Get("RT-Timestamp"), 10, 64)
				if age := last.Real.Sub(time.UnixMilli(ms)); err != nil || age < 0 || age > time.Minute {
					t.Errorf("%s: signed %s before it came, %v", world, age, err)
				}
			}
			if refused := srv.Journal(sim.Filter{}); len(refused) > 0 {
				t.Errorf("refused: %+v", refused[0])
			}
		})
	}
}

// The same calls have the same bytes in the journal, signatures and all, where the clock
// stands still; and no two requests have the same id.
func TestClientsRepeat(t *testing.T) {
	t.Parallel()
	asked := func() (ids []string) {
		w := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: start}).WorldT(t, "w")
		buy := func(client *http.Client) {
			ask(t, client, "POST", w.BaseURL("esimfly")+"/esims/order", turkey)
		}
		buy(w.Client("esimfly"))
		buy(w.Client("esimfly"))
		snapshot, err := w.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.Restore(snapshot); err != nil {
				t.Fatal(err)
			}
			buy(w.Client("esimfly"))
		}
		for _, e := range w.Journal(sim.Filter{}) {
			ids = append(ids, e.Request.Header.Get("RT-RequestID")+" "+e.Request.Header.Get("RT-Timestamp"))
		}
		if err := w.Reset(); err != nil {
			t.Fatal(err)
		}
		buy(w.Client("esimfly"))
		return append(ids, w.Journal(sim.Filter{})[0].Request.Header.Get("RT-RequestID"))
	}
	one, two := asked(), asked()
	if diff := cmp.Diff(one, two); diff != "" {
		t.Errorf("(-one +two):\n%s", diff)
	}
	if at := fmt.Sprintf(" %d", start.UnixMilli()); !strings.HasSuffix(one[0], at) {
		t.Errorf("%s: want the instant of the world, %s", one[0], at)
	}
	// What comes after a snapshot is put back comes again.
	if one[0] == one[1] || one[1] == one[2] || one[2] != one[3] || !strings.HasPrefix(one[0], one[4]) {
		t.Errorf("%v", one)
	}
}

// A request is what its sender made, before and after, however its body comes.
func TestClientChangesNoRequest(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{Providers: all.Providers()})
	w := srv.WorldT(t, "w")
	client, url := w.Client("esimfly"), w.BaseURL("esimfly")+"/esims/order"
	body := &closing{Reader: iotest.OneByteReader(strings.NewReader(turkey))}
	req, err := http.NewRequestWithContext(t.Context(), "POST", url, body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 200 || !body.closed || len(req.Header) != 0 {
		t.Errorf("%d, closed %t, header %v", res.StatusCode, body.closed, req.Header)
	}
	if got := w.Journal(sim.Filter{})[0].Request.Body; got != turkey {
		t.Errorf("asked %s", got)
	}
	broken := &closing{Reader: iotest.ErrReader(io.ErrUnexpectedEOF)}
	if res, err = client.Post(url, "application/json", broken); err == nil {
		_ = res.Body.Close()
	}
	if err == nil || !broken.closed || len(w.Journal(sim.Filter{})) != 1 {
		t.Errorf("a body that cannot be read: %v, closed %t", err, broken.closed)
	}
	// Who is followed elsewhere stays here.
	if res, err = client.Get("http://127.0.0.1:1/orders"); err == nil {
		_ = res.Body.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "this client reaches "+srv.Addr()+" and nothing else") {
		t.Errorf("elsewhere: %v", err)
	}
}

// Before Start nothing is reached, and nothing says where; clients made then work later.
func TestNotStarted(t *testing.T) {
	t.Parallel()
	srv, err := sim.New(sim.Config{Providers: all.Providers(), InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = srv.Close() }()
	w := srv.WorldT(t, "w")
	mine := w.Client("esimfly")
	for name, client := range map[string]*http.Client{"server": srv.Client(), "world": mine} {
		res, err := client.Get("http://127.0.0.1:1/orders")
		if err == nil {
			_ = res.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "before the simulator was started") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if env, err := srv.Env("w"); err == nil {
		t.Errorf("an environment: %v", env)
	}
	if url := srv.TLSURL(); url != "" {
		t.Errorf("TLSURL: %s", url)
	}
	for name, f := range map[string]func() string{"URL": srv.URL, "Addr": srv.Addr, "BaseURL": func() string { return w.BaseURL("esimfly") }} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); got != "the simulator was not started: it has no address yet" {
					t.Errorf("%s: %v", name, got)
				}
			}()
			_ = f()
		}()
	}
	if err := srv.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask(t, mine, "GET", w.BaseURL("esimfly")+"/balance", "")
}

// A body that is empty is said to be, as net/http does by itself; to leave that out is to
// say nothing.
func TestClientSaysThatABodyIsEmpty(t *testing.T) {
	t.Parallel()
	w := sim.StartT(t, sim.Config{Providers: all.Providers()}).WorldT(t, "w")
	bodies := map[string]func() io.Reader{
		"nil": func() io.Reader { return nil }, "http.NoBody": func() io.Reader { return http.NoBody },
		"empty string": func() io.Reader { return strings.NewReader("") },
		"of no length": func() io.Reader { return iotest.OneByteReader(strings.NewReader("")) },
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "GET"} {
		for name, body := range bodies {
			req, err := http.NewRequestWithContext(t.Context(), method, w.BaseURL("esimfly")+"/none", body())
			if err != nil {
				t.Fatal(err)
			}
			res, err := w.Client("esimfly").Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			want := "0"
			if method == "GET" {
				want = ""
			}
			head := w.Journal(sim.Filter{Limit: 1})[0].Request.Header
			if got := head.Get("Content-Length") + head.Get("Transfer-Encoding"); got != want {
				t.Errorf("%s, %s: %q, want %q", method, name, got, want)
			}
		}
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

func TestUnknownProvider(t *testing.T) {
	t.Parallel()
	w := sim.StartT(t, sim.Config{Providers: all.Providers()}).WorldT(t, "w")
	for name, f := range map[string]func(){
		"Client": func() { w.Client("esimfyl") }, "BaseURL": func() { _ = w.BaseURL("esimfyl") },
	} {
		func() {
			defer func() {
				if got, want := recover(), `there is no provider "esimfyl" here, did you mean esimfly?`; got != want {
					t.Errorf("%s: %v, want %s", name, got, want)
				}
			}()
			f()
		}()
	}
}

func TestEnv(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{
		Providers: all.Providers(), Keys: []sim.Key{{Provider: "roamify", Value: "token", World: "shop"}},
		Webhooks: map[string]sim.Target{"esimgo": {Secret: "mine"}},
	})
	got, err := srv.Env("shop")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"ESIMSIM_URL":      srv.URL(),
		"ROAMIFY_BASE_URL": srv.URL(), "ROAMIFY_ACCESS_TOKEN": "token", "ROAMIFY_WEBHOOK_SECRET": "whsec_roamify_shop",
		"ESIMGO_BASE_URL": srv.URL() + "/v2.4", "ESIMGO_API_KEY": "esimgo_shop", "ESIMGO_WEBHOOK_SECRET": "mine",
		"ESIMFLY_BASE_URL": srv.URL() + "/api/v1/business", "ESIMFLY_ACCESS_CODE": "esf_shop", "ESIMFLY_SECRET_KEY": "sk_shop",
		"ESIMFLY_WEBHOOK_SECRET": "whsec_shop",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if names := srv.WorldNames(); len(names) != 0 {
		t.Errorf("worlds were made: %v", names)
	}
	if _, err := srv.Env("shop~no-such"); err == nil {
		t.Error("a name that can have no world was taken")
	}
}

// A patch is taken as a Go tester writes it, and stays as it was written.
func TestPatchInGo(t *testing.T) {
	t.Parallel()
	w := sim.StartT(t, sim.Config{Providers: all.Providers()}).WorldT(t, "")
	patch := sim.Patch{
		"": {"validate": sim.ModeStrict}, "esimfly": {"balance": 25}, "esimgo": {"balance": float32(2.5), "unauthorized": 401, "refunds": false},
		"webhooks": {"roamify": map[string]string{"url": "http://127.0.0.1:9/hook"}},
	}
	if err := w.Patch(patch); err != nil {
		t.Fatal(err)
	}
	v := w.View()
	if v.Validate != "strict" || v.Settings["esimfly"]["balance"] != 25.0 || v.Settings["esimgo"]["balance"] != 2.5 ||
		v.Settings["esimgo"]["unauthorized"] != "401" || v.Settings["esimgo"]["refunds"] != "false" || v.Webhooks["roamify"].URL == "" {
		t.Errorf("%+v", v)
	}
	if patch["esimgo"]["refunds"] != false {
		t.Errorf("it became %v", patch)
	}
	if _, err := w.Start(sim.Fixture{Settings: sim.Patch{"roamify": {"balance": 7}}}); err != nil || w.View().Settings["roamify"]["balance"] != 7.0 {
		t.Errorf("a fixture: %v", err)
	}
	var refused *sim.SettingError
	if err := w.Patch(sim.Patch{"roamify": {"balance": func() {}}}); !errors.As(err, &refused) {
		t.Errorf("what JSON has not: %v", err)
	}
}
