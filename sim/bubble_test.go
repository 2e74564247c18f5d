package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// Orders that each API takes.
const (
	turkey   = `{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72}`
	cambodia = `{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}]}`
	britain  = `{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}]}`
)

// inMemory starts a simulator in a bubble, which begins in the year 2000.
func inMemory(t *testing.T) *sim.Server {
	t.Helper()
	time.Sleep(time.Until(start)) //nolint:forbidigo // a bubble's time
	return sim.StartT(t, sim.Config{Providers: all.Providers(), InMemory: true})
}

// ask makes a call with a client, and expects to be served.
func ask(t *testing.T, client *http.Client, method, url, body string) gjson.Result {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s, %v", method, url, res.StatusCode, data, err)
	}
	return gjson.ParseBytes(data)
}

// A bubble's time is the world's: an order that is pending for two minutes is, for a
// client that asks every ten seconds, and nobody waits for them.
func TestBubbleTimeIsTheWorlds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t).WorldT(t, "shop")
		w.ScenarioT(t, "version: 1\nname: late\npolicies:\n  esimfly.order.provisioned: {after: 2m}\n")
		fly, base := w.Client("esimfly"), w.BaseURL("esimfly")
		began := w.Now()
		order := ask(t, fly, "POST", base+"/esims/order", turkey)
		var looks int
		for order.Get("status").Str != "completed" && order.Get("order.status").Str != "completed" {
			time.Sleep(10 * time.Second) //nolint:forbidigo // a bubble's time
			looks++
			reference := order.Get("orderReference").Str + order.Get("order.orderReference").Str
			order = ask(t, fly, "GET", base+"/esims/order?orderReference="+reference, "")
		}
		if took := w.Now().Sub(began); looks != 12 || took != 2*time.Minute {
			t.Errorf("took %d looks and %s", looks, took)
		}
		w.NoFindingsT(t)
	})
}

// What hangs, and what a scenario delays, costs a bubble no time.
func TestBubbleFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t).WorldT(t, "shop")
		w.ScenarioT(t, `
version: 1
name: slow
rules:
  - {on: esimfly.createOrder, calls: [1], phase: after, do: {fault: hang}}
  - {on: esimfly.createOrder, calls: [2], do: {delay: 90s}}
  - {on: esimfly.createOrder, calls: [3], do: {fault: reset}}
  - {on: esimfly.createOrder, calls: [4], do: {fault: drip}}
`)
		fly, url := w.Client("esimfly"), w.BaseURL("esimfly")+"/esims/order"
		fly.Timeout = time.Minute
		const timedOut = "timed out"
		for i, want := range []string{timedOut, timedOut, "connection reset by peer", ""} {
			began := w.Now()
			res, err := fly.Post(url, "application/json", strings.NewReader(turkey))
			if err == nil {
				_, err = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
			got := fmt.Sprint(err)
			if own := net.Error(nil); errors.As(err, &own) && own.Timeout() {
				got = timedOut // which net/http words in more than one way
			}
			if want == "" && err != nil || !strings.Contains(got, want) {
				t.Errorf("order %d: %v, want %q", i+1, err, want)
			}
			if took := w.Now().Sub(began); i < 2 && took != time.Minute || i == 3 && took < time.Second {
				t.Errorf("order %d took %s", i+1, took)
			}
		}
	})
}

// Webhooks come within the bubble, each at its instant, and are tried again.
func TestBubbleWebhooks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t).WorldT(t, "~esimfly-pending-details")
		began := w.Now()
		came := make(chan string, 9)
		url := w.ReceiveT(t, "esimfly", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			came <- w.Now().Sub(began).String() + " " + gjson.GetBytes(body, "event").Str
			if len(came) == 1 {
				rw.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
		ask(t, w.Client("esimfly"), "POST", w.BaseURL("esimfly")+"/esims/order", turkey)
		time.Sleep(2*time.Minute - 1) //nolint:forbidigo // a bubble's time
		synctest.Wait()
		if len(came) > 0 {
			t.Errorf("too early: %s", <-came)
		}
		time.Sleep(time.Hour) //nolint:forbidigo // a bubble's time
		for _, want := range []string{"2m0s esim.provisioned", "2m10s esim.provisioned"} {
			if got := <-came; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if d := w.Deliveries(); len(d) != 1 || d[0].State != string(sim.Delivered) || d[0].URL != url {
			t.Errorf("deliveries: %+v", d)
		}
	})
}

// A client that gives up leaves nothing behind, nor does one that never read its answer.
func TestBubbleEndsWhateverIsOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := inMemory(t)
		w := srv.WorldT(t, "")
		w.ScenarioT(t, "version: 1\nname: never\nrules: [{on: esimgo.createOrder, do: {fault: hang}}]\n")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, "POST", w.BaseURL("esimgo")+"/orders", strings.NewReader(britain))
		if err != nil {
			t.Fatal(err)
		}
		res, err := w.Client("esimgo").Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("hung: %v", err)
		}
		// Its answer is larger than what connections keep.
		unread, err := w.Client("esimgo").Get(w.BaseURL("esimgo") + "/catalogue?perPage=1000")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = unread.Body.Close() }()
		w.AdvanceT(t, time.Hour)
		if res, err = srv.Client().Get(srv.URL() + "/_sim/worlds"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		if list, _ := io.ReadAll(res.Body); !strings.Contains(string(list), `"`+w.Name()+`"`) {
			t.Errorf("worlds: %s", list)
		}
	})
}

// Whoever does not read on has his answer for the longest delay and half a minute more, and
// then nothing is left that Close would wait for; also where the answer took its time.
func TestBubbleUnreadAnswerIsCut(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*testing.T, *sim.World, *http.Client, string) (*http.Response, error){
		"of an API": func(_ *testing.T, w *sim.World, _ *http.Client, _ string) (*http.Response, error) {
			return w.Client("esimgo").Get(w.BaseURL("esimgo") + "/catalogue?perPage=1000")
		},
		"of the control plane": func(t *testing.T, w *sim.World, client *http.Client, url string) (*http.Response, error) {
			if err := w.Patch(sim.Patch{"esimgo": {"balance": 1e6}}); err != nil {
				t.Fatal(err)
			}
			for range 40 { // so that more comes of it than connections keep
				ask(t, w.Client("esimgo"), "POST", w.BaseURL("esimgo")+"/orders", strings.Replace(britain, `"quantity":1`, `"quantity":50`, 1))
			}
			return client.Post(url+"/_sim/worlds/"+w.Name()+"/clock", "application/json", strings.NewReader(`{"advance":"900d"}`))
		},
	} {
		for after, whole := range map[time.Duration]bool{149 * time.Second: true, 151 * time.Second: false} {
			t.Run(fmt.Sprint(name, " after ", after), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv := inMemory(t)
					unread, err := begin(t, srv.WorldT(t, ""), srv.Client(), srv.URL())
					if err != nil {
						t.Fatal(err)
					}
					defer func() { _ = unread.Body.Close() }()
					time.Sleep(after) //nolint:forbidigo // a bubble's time
					if !whole {
						wantClosedAtOnce(t, srv)
					}
					body, err := io.ReadAll(unread.Body)
					if whole != (err == nil) || whole != gjson.ValidBytes(body) {
						t.Errorf("%d bytes are read, %v", len(body), err)
					}
				})
			})
		}
	}
}

func wantClosedAtOnce(t *testing.T, srv *sim.Server) {
	t.Helper()
	began := time.Now() //nolint:forbidigo // a bubble's time
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if waited := time.Since(began); waited > 0 { //nolint:forbidigo // a bubble's time
		t.Errorf("Close waited %s", waited)
	}
}
