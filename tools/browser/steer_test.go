package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

// Moves that the state allows are buttons, and so is what a device does.
func TestMoves(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "shop~roamify-order-pending"}
	s.roamify("POST", "/api/esim/order", roamifyOrder)
	s.esimgo("POST", "/v2.4/orders", esimgoOrder)
	p := open(t, srv, "#/worlds/shop~roamify-order-pending/state")
	p.do(chromedp.Click(chromedp.CSS(`.cards a[href*="/orders/roamify/"]`)))
	p.see(".machine .lit", "PENDING")
	p.press("Pass roamify.order.cancelled")
	p.see(".machine .lit", "CANCELLED")
	p.see("#said", "Passed roamify.order.cancelled.")
	p.until(`!document.querySelector('[aria-label="Pass roamify.order.completed"]')`)
	if got := s.roamify("GET", "/api/esim/orders", ""); !strings.Contains(got, `"status":"CANCELLED"`) {
		t.Errorf("a client sees %s", got)
	}

	p.do(chromedp.Click(chromedp.CSS(`.cards a[href*="/esims/"]`)))
	p.see(".machine .lit", "Released")
	p.press("Install")
	p.see("#said", "The device did it: the eSIM is Installed")
	p.see(".machine .lit", "Installed")
	p.see(".machine .lit", "Queued")
	p.do(chromedp.SendKeys(chromedp.CSS(`input[name="country"]`), "GB"+kb.Enter))
	p.see(".pane header", "on a device in GB")
	p.press("Use MB")
	p.see("#said", "100000000 bytes were used")
	p.see(".machine .lit", "Active")
	// What is refused is said.
	p.except("status of 409")
	p.press("Remove")
	p.see(".pane header", "on no device")
	p.press("Remove")
	p.see("#said .bad", "not on a device")
	p.press("QR code")
	p.until(`document.querySelector('img.qr')?.naturalWidth > 0`)
}

// A balance is set, and a world begun anew.
func TestAccounts(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	s.roamify("POST", "/api/esim/order", roamifyOrder)
	p := open(t, srv, "#/worlds/demo/state")
	p.until(`document.querySelector('[data-key="roamify"] [name="balance"]')?.value === '995'`)
	p.do(chromedp.SetValue(chromedp.CSS(`[data-key="roamify"] [name="balance"]`), "1.5"))
	p.press("Set for Roamify")
	p.see("#said", "Roamify: balance changed.")
	if got := s.world().View().Settings["roamify"]["balance"]; got != 1.5 {
		t.Errorf("the balance is %v", got)
	}
	s.roamify("POST", "/api/esim/order", roamifyOrder)
	p.press("Reset this world")
	p.press("Reset it")
	p.see(".empty", "No orders yet")
	p.until(`document.querySelector('[data-key="roamify"] [name="balance"]')?.value === '1000'`)
	p.press("Journal")
	p.see(".empty", "No requests yet")
}

func TestScenarioSwitches(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	p := open(t, srv, "#/worlds/demo/scenarios")
	p.see(".figures", "everything goes well")
	p.do(chromedp.SendKeys(chromedp.CSS("input[type=search]"), "esimgo insufficient"))
	p.until(`document.querySelectorAll('.switch').length === 1`)
	p.press("esimgo-insufficient-balance")
	p.until(`document.querySelector('.switch').ariaChecked === 'true'`)
	p.see(".figures", "esimgo-insufficient-balance")
	if got := s.esimgo("POST", "/v2.4/orders", esimgoOrder); !strings.Contains(got, "balance") {
		t.Errorf("ordered all the same: %s", got)
	}
	p.press("esimgo-insufficient-balance")
	p.until(`document.querySelector('.switch').ariaChecked === 'false'`)

	p.press("One of your own")
	p.do(chromedp.SetValue(chromedp.CSS("textarea"), "version: 1\nname: mine\nsummary: Mine.\nrules:\n  - on: esimgo.createOrdre\n    do: {delay: 1ms}\n"))
	p.except("status of 400")
	p.press("Switch it on")
	p.see("#said .bad", "createOrder")
	p.do(chromedp.SetValue(chromedp.CSS("textarea"), "version: 1\nname: mine\nsummary: Mine.\nrules:\n  - on: esimgo.createOrder\n    do: {delay: 1ms}\n"))
	p.press("Switch it on")
	p.see(".figures", "mine")
}

// A webhook is seen to arrive, with what was sent and answered, and is sent once more.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	to := simtest.Listen(t)
	p := open(t, srv, "#/worlds/demo/webhooks")
	p.see(".empty", "curl -X PATCH")
	p.do(chromedp.SetValue(chromedp.CSS(`[data-key="esimgo"] [name="url"]`), to.URL))
	p.press("Set where events of esimgo go")
	p.see("#said", "Events of esimgo go to "+to.URL)
	p.do(chromedp.SetValue(chromedp.CSS("select"), "esimgo.webhook.LowBalance"))
	to.Answer(func(simtest.Received) int { return 503 })
	p.press("Send it now")
	p.see("#said", "The receiver answered 503, which does not count as received.")
	p.see(".deliveries th", "esimgo.webhook.LowBalance")
	to.Answer(func(simtest.Received) int { return 200 })
	p.do(chromedp.Click(chromedp.CSS(".deliveries button")))
	p.see("#said", "attempt 2. The receiver answered 200, which counts as received.")
	p.see(".deliveries", "delivered")
	got := to.Got()
	if len(got) != 2 || got[0].Body != got[1].Body {
		t.Fatalf("the receiver got %+v", got)
	}
	p.do(chromedp.Click(chromedp.CSS(".deliveries th a")))
	p.see(".attempts", "Attempt 2")
	p.see(".attempts .headers", "X-Signature-SHA256")
}

// Of many deliveries the newest are asked for.
func TestManyDeliveries(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	w := srv.WorldT(t, "demo")
	if err := w.Patch(sim.Patch{"webhooks": {"esimgo": map[string]any{"url": simtest.Listen(t).URL}}}); err != nil {
		t.Fatal(err)
	}
	for i := range 101 {
		event := "esimgo.webhook.LowBalance"
		if i == 0 {
			event = "esimgo.webhook.FirstUse"
		}
		if _, err := w.Trigger(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	p := open(t, srv, "#/worlds/demo/webhooks")
	p.see(".figures", "The newest 100")
	p.until(`document.querySelectorAll('.deliveries tbody').length === 100 && !document.querySelector('.deliveries').textContent.includes('FirstUse')`)
	if asked := ask[[]string](p, `performance.getEntriesByType('resource').map((e) => e.name).filter((e) => e.includes('/worlds/demo/webhooks') && !e.includes('limit=100'))`); len(asked) > 0 {
		t.Errorf("the page asked for %q", asked)
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	s.esimgo("GET", "/v2.4/organisation", "")
	p := open(t, srv, "#/worlds/demo/coverage")
	p.see(`[data-key="esimgo"] h2`, "1 of 33 operations")
	p.until(`document.querySelectorAll('.grid .cell.met').length === 1`)
	s.esimgo("GET", "/v2.4/catalogue", "") // which changes nothing in the world
	p.until(`document.querySelectorAll('.grid .cell.met').length === 2`)
	s.esimgo("POST", "/v2.4/orders", esimgoOrder)
	p.until(`document.querySelectorAll('.grid .cell.met').length === 3`)
	p.see(`.chips .met`, "order.completed")
	rows := ask[int](p, `document.querySelectorAll('.grid tbody tr').length`)
	if rows != 91 {
		t.Errorf("%d operations, want 91", rows)
	}
	p.press("All worlds together")
	p.see("nav a[aria-current]", "Coverage")
	p.until(`document.querySelectorAll('.grid .cell.met').length === 3`)
}

// A plane that asks for a token gets it from a form, also for the stream, and once a tab.
func TestToken(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "open sesame")
	s := shop{t, srv, "demo"}
	p := tab(t, 1280, 800)
	p.except("status of 401")
	p.visit(srv, "#/worlds/demo/journal")
	p.see("dialog", "Control token")
	p.do(chromedp.SendKeys(chromedp.CSS("dialog input"), "wrong"+kb.Enter))
	p.see("dialog", "That was not the token.")
	p.do(chromedp.SendKeys(chromedp.CSS("dialog input"), "open sesame"+kb.Enter))
	p.see(".figures", "live")
	s.esimgo("GET", "/v2.4/organisation", "")
	p.see(".row", "getOrganisation")
	p.do(chromedp.Reload())
	p.see(".row", "getOrganisation")
	if ask[bool](p, `document.querySelector('dialog') !== null`) {
		t.Error("the token is asked for again")
	}

	// A command to paste names the token and does not show it.
	p.press("Webhooks")
	p.see(".command", `-H "Authorization: Bearer $ESIMSIM_CONTROL_TOKEN"`)
	p.press("Journal")
	p.see(".row", "getOrganisation")

	// The browser cannot send the token when it saves a file by itself.
	saved := chromedp.BrowserEvents(p.ctx, browser.DownloadProgress)
	_, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: t.TempDir(), EventsEnabled: new(true),
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.press("Save as HAR")
	for e, err := range saved {
		if err != nil {
			t.Fatal(err)
		}
		if e.State == browser.DownloadProgressStateInProgress {
			continue
		}
		if data, err := os.ReadFile(e.FilePath); err != nil || filepath.Base(e.FilePath) != "demo.har" || !strings.Contains(string(data), "/v2.4/organisation") {
			t.Errorf("saved %s (%s): %v\n%.300s", e.FilePath, e.State, err, data)
		}
		break
	}
}

// A token may be of any letters, and one that was wrong is not tried again.
func TestTokenOfAnyLetters(t *testing.T) {
	t.Parallel()
	const token = "сезам ✓ é"
	srv := simulator(t, token)
	p := tab(t, 1280, 800)
	p.except("status of 401")
	p.visit(srv, "#/worlds/demo/journal")
	p.see("dialog", "Control token")
	p.do(chromedp.SendKeys(chromedp.CSS("dialog input"), "нет ✗"+kb.Enter))
	p.see("dialog", "That was not the token.")
	if kept := ask[int](p, `sessionStorage.length`); kept != 0 {
		t.Error("a token is kept that was wrong")
	}
	p.do(chromedp.Reload())
	p.see("dialog", "Control token")
	if ask[bool](p, `document.querySelector('dialog').textContent.includes('That was not')`) {
		t.Error("a token that was wrong is tried again")
	}
	p.do(chromedp.SetValue(chromedp.CSS("dialog input"), "a\x00b"))
	if ask[bool](p, `document.querySelector('dialog form').checkValidity()`) {
		t.Error("a token is taken that no header can hold")
	}
	p.do(chromedp.SetValue(chromedp.CSS("dialog input"), token))
	p.press("Go on")
	p.see(".figures", "live")
	p.do(chromedp.Reload())
	p.see(".figures", "live")
}

// A key that names no world is shown with what would have worked.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "no such name!"}
	s.esimgo("GET", "/v2.4/organisation", "")
	p := open(t, srv, "")
	p.press("Requests that no world could be found for")
	p.see(".row .finding", "known keys look like X-API-Key: esimgo_demo")
	p.do(chromedp.Click(chromedp.CSS(".row")))
	p.see(".notes", "known keys look like")
}

// An edge that leads two ways promises the one that the facts leave open, in words and in
// the picture.
func TestWhereMovesLead(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	s.esimgo("POST", "/v2.4/orders", esimgoOrder)
	p := open(t, srv, "#/worlds/demo/state/esims/"+s.world().View().ESIMs[0].ICCID)
	resumed := func(label, picture string) {
		t.Helper()
		p.until(fmt.Sprintf(`document.querySelector('[aria-label="Pass esimgo.esim.resumed"]')?.textContent === %q`, label))
		p.until(fmt.Sprintf(`document.querySelector('[aria-label="Pass esimgo.esim.resumed"]').closest('.thing').querySelector('svg').ariaLabel.includes(%q)`, picture))
		lit := ask[bool](p, `[...document.querySelector('[aria-label="Pass esimgo.esim.resumed"]').closest('.thing').querySelectorAll('.edge .open')].some((e) => e.textContent === 'resumed')`)
		if lit != (label != "resumed") {
			t.Errorf("beside the button %q the arrow is lit: %t", label, lit)
		}
	}
	p.press("Pass esimgo.esim.suspended")
	resumed("resumed → Active", "From here: resumed to Active")
	p.press("Pass esimgo.esim.barred")
	resumed("resumed", "now Suspended. From here: deactivated to Deactivated.")
}

// Where a world holds more than is shown, the figure is of all.
func TestTotals(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	if err := s.world().Patch(sim.Patch{"esimgo": {"balance": 1e6}}); err != nil {
		t.Fatal(err)
	}
	s.esimgo("POST", "/v2.4/orders", esimgoOrder)
	iccid := s.world().View().ESIMs[0].ICCID
	for range 60 {
		s.esimgo("POST", "/v2.4/orders", strings.Replace(esimgoOrder, `"item"`, fmt.Sprintf(`"iccids":[%q],"item"`, iccid), 1))
	}
	for range 201 {
		s.esimgo("POST", "/v2.4/orders", strings.Replace(esimgoOrder, `"assign":true`, `"assign":false`, 1))
	}
	p := open(t, srv, "#/worlds/demo/state/esims/"+iccid)
	p.see("#Orders", "the newest 200 of 262")
	p.see("#Beside-them", "the newest 200 of 201")
	// The eSIM, its service and a bundle of each order.
	p.see(".pane", "The newest 50 of 63 are shown.")
}
