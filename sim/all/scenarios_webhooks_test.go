package all_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

// The stories of webhooks are of all three APIs.

// ears are a receiver for each provider.
type ears map[string]*simtest.Receiver

func (c *shop) listen() ears {
	c.Helper()
	out, targets := ears{}, map[string]any{}
	for _, p := range c.srv.Providers() {
		out[p.Name()] = simtest.Listen(c.T)
		targets[p.Name()] = map[string]any{"url": out[p.Name()].URL}
	}
	if err := c.lever().Patch(sim.Patch{"webhooks": targets}); err != nil {
		c.Fatal(err)
	}
	return out
}

// deal buys an eSIM at each of the three and uses it, of which each has much to tell.
func (c *shop) deal() {
	c.Helper()
	c.apply(c.esim()).want(200)
	c.use()
	c.buy(1).want(200)
	c.use()
	c.order(turkey).want(200)
	c.use()
	c.advance(0)
}

// sent is what a provider told of, oldest first.
func (c *shop) sent(provider string) (out []sim.Delivery) {
	c.Helper()
	for _, d := range c.lever().Deliveries() {
		if strings.HasPrefix(d.Event, provider+".") {
			out = append(out, d)
		}
	}
	if len(out) < 2 {
		c.Fatalf("%s told of %d events, want two at least", provider, len(out))
	}
	return out
}

// signed says whether an event has the provider's signature of the bytes that came.
func (c *shop) signed(provider string, in simtest.Received) bool {
	code := func(secret string) []byte {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(in.Body))
		return mac.Sum(nil)
	}
	base, _, _ := strings.Cut(c.world, "~")
	switch provider {
	case "roamify":
		return in.Header.Get("X-Roamify-Signature") == hex.EncodeToString(code("whsec_roamify_"+base))
	case "esimgo":
		return in.Header.Get("X-Signature-SHA256") == base64.StdEncoding.EncodeToString(code("esimgo_"+c.world))
	}
	return in.Header.Get("X-Webhook-Signature") == "sha256="+hex.EncodeToString(code("whsec_"+base))
}

// arrived checks that events came, and that all are signed as the provider signs.
func (c *shop) arrived(to ears, provider string) []simtest.Received {
	c.Helper()
	got := to[provider].Got()
	for _, in := range got {
		if !c.signed(provider, in) {
			c.Errorf("%s: not signed: %v %s", provider, in.Header, in.Body)
		}
	}
	return got
}

func lateWebhooks(c *shop) {
	to := c.listen()
	c.deal()
	c.advance(10*time.Minute - 1)
	for provider := range to {
		if got := to[provider].Got(); len(got) > 0 {
			c.Errorf("%s: too early: %v", provider, got)
		}
	}
	c.advance(1)
	for provider := range to {
		if got, sent := c.arrived(to, provider), c.sent(provider); len(got) != len(sent) {
			c.Errorf("%s: %d of %d came", provider, len(got), len(sent))
		}
	}
}

func doubledWebhooks(c *shop) {
	to := c.listen()
	c.deal()
	for provider := range to {
		times := map[string]int{}
		for _, in := range c.arrived(to, provider) {
			times[in.Header.Get("X-Webhook-Id")+in.Body]++
		}
		for event, n := range times {
			if n != 2 {
				c.Errorf("%s: %d times: %s", provider, n, event)
			}
		}
		if n := len(c.sent(provider)); n != 2*len(times) {
			c.Errorf("%s: %d came of %d", provider, n, len(times))
		}
	}
}

func reorderedWebhooks(c *shop) {
	to := c.listen()
	c.deal()
	c.advance(time.Minute) // for those that nothing followed
	for provider := range to {
		var sent, got []string
		for _, d := range c.sent(provider) {
			sent = append(sent, d.Attempts[0].Request.Body)
		}
		for _, in := range c.arrived(to, provider) {
			got = append(got, in.Body)
		}
		if len(got) < len(sent) || got[0] != sent[1] || got[1] != sent[0] {
			c.Errorf("%s: sent\n%s\ncame\n%s", provider, strings.Join(sent, "\n"), strings.Join(got, "\n"))
		}
	}
}

func lostWebhooks(c *shop) {
	to := c.listen()
	c.deal()
	for provider := range to {
		sent, got := c.sent(provider), c.arrived(to, provider)
		if sent[0].State != string(sim.Dropped) || len(got) != len(sent)-1 || got[0].Body != sent[1].Attempts[0].Request.Body {
			c.Errorf("%s: sent %+v, came %v", provider, sent, got)
		}
	}
}

// earlyWebhooks are there when the call is answered, without another moment for them.
func earlyWebhooks(c *shop) {
	c = c.under("esimfly-pending-details")
	to := c.listen()
	c.apply(c.esim()).want(200)
	c.expect(to, "roamify", "event_type", "status")
	if err := c.lever().Patch(sim.Patch{"esimgo": {"balance": 1.0}}); err != nil {
		c.Fatal(err)
	}
	c.buy(1)
	c.expect(to, "esimgo", "alertType", "InsufficientBalance")
	reference := c.order(turkey).want(200, "status", "pending_details").at("orderReference")
	for range 3 {
		c.ask(reference)
	}
	c.expect(to, "esimfly", "event", "esim.provisioned")
}

// expect checks that an event has come by now.
func (c *shop) expect(to ears, provider, member, event string) {
	c.Helper()
	got := c.arrived(to, provider)
	if !slices.ContainsFunc(got, func(in simtest.Received) bool { return gjson.Get(in.Body, member).Str == event }) {
		c.Errorf("%s: no %s came before the answer: %v", provider, event, got)
	}
}

func forgedWebhooks(c *shop) {
	to := c.listen()
	c.deal()
	for provider := range to {
		got := to[provider].Got()
		if len(got) < len(c.sent(provider)) {
			c.Errorf("%s: %d came", provider, len(got))
		}
		for _, in := range got {
			if c.signed(provider, in) {
				c.Errorf("%s: rightly signed: %v %s", provider, in.Header, in.Body)
			}
		}
	}
}

func staleWebhooks(c *shop) {
	to := c.listen()
	c.deal()
	before := c.lever().Now().Add(-time.Hour)
	for provider, said := range map[string]func(in simtest.Received) string{
		"roamify": func(in simtest.Received) string {
			return time.Unix(gjson.Get(in.Body, "data.timestamp").Int(), 0).UTC().Format(time.RFC3339)
		},
		// The others of its events have no instant.
		"esimgo":  func(in simtest.Received) string { return gjson.Get(in.Body, "date").Str },
		"esimfly": func(in simtest.Received) string { return wholeSeconds(gjson.Get(in.Body, "timestamp").Str) },
	} {
		var old int
		for _, in := range c.arrived(to, provider) {
			switch said(in) {
			case before.Format(time.RFC3339):
				old++
			case "":
			default:
				c.Errorf("%s: made at %s: %s", provider, said(in), in.Body)
			}
		}
		if old == 0 {
			c.Errorf("%s: nothing was old", provider)
		}
	}
	for _, in := range to["esimfly"].Got() {
		if at := wholeSeconds(in.Header.Get("X-Webhook-Timestamp")); at != before.Format(time.RFC3339) {
			c.Errorf("esimfly: header of %s", at)
		}
	}
}

// wholeSeconds leaves out the milliseconds of an instant.
func wholeSeconds(text string) string {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return text
	}
	return at.UTC().Format(time.RFC3339)
}

func cutWebhooks(c *shop) {
	to := c.listen()
	c.deal()
	for provider := range to {
		for i, in := range to[provider].Got() {
			if first := i == 0; json.Valid([]byte(in.Body)) == first || c.signed(provider, in) == first {
				c.Errorf("%s: event %d: %v %s", provider, i+1, in.Header, in.Body)
			}
		}
		c.sent(provider)
	}
}
