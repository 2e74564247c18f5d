package browser

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// An order that a client places shows at once, and its state goes on as the clock is
// advanced.
func TestOrderFromClientToState(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "shop~roamify-order-pending"}
	p := open(t, srv, "#/worlds/shop~roamify-order-pending/journal")
	p.see(".empty", "Bearer roamify_shop~roamify-order-pending")
	p.see(".figures", "live")
	s.roamify("POST", "/api/esim/order", roamifyOrder)
	p.see(".row", "createOrder")
	p.do(chromedp.Click(chromedp.CSS(".row")))
	p.see(".pane header", "roamify.createOrder")
	p.see(`section[aria-label="Request"] .body`, `"packageId": "esim-cambodia-7days-1gb-all"`)
	p.see(`section[aria-label="Answer"] .body`, `"status": "PENDING"`)

	p.press("State")
	p.see(".cards td", "PENDING")
	p.do(chromedp.Click(chromedp.CSS(".cards tbody th a")))
	p.see(".machine .lit", "PENDING")
	p.do(chromedp.SendKeys(chromedp.CSS("#clock input"), "2m"+kb.Enter))
	p.see("#said", "roamify.order.completed")
	p.see("#now", "2026-07-01 08:02:00")
	p.see(".machine .lit", "COMPLETED")
	p.see(".cards tr[aria-current] td", "COMPLETED")

	p.press("Let it run")
	p.see("#clock .pill", "runs")
	p.press("Freeze")
	p.see("#clock .pill", "frozen")
}

// Findings stand in plain words in the list, beside the request, and on the line of its
// body that they are about.
func TestFindings(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	s.esimgo("GET", "/v2.4/organisation", "")
	s.roamify("POST", "/api/esim/order", `{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1,"colour":"red"}]}`)
	p := open(t, srv, "#/worlds/demo/journal")
	p.see(".row .finding", "leave out /items/0/colour: there is no such field")
	p.press("With findings")
	p.until(`document.querySelectorAll('.row').length === 1`)
	p.do(chromedp.Click(chromedp.CSS(".row")))
	p.see(".notes", "leave out /items/0/colour: there is no such field")
	p.see(".body .hit", `"colour": "red"`)
	if hits := ask[int](p, `document.querySelectorAll('.hit').length`); hits != 1 {
		t.Errorf("%d lines are marked, want 1", hits)
	}
	// A number keeps the digits that were sent.
	s.roamify("POST", "/api/esim/order", `{"items":[{"quantity":12345678901234567890.10}]}`)
	p.key("j")
	p.turn("#/worlds/demo/journal/3")
	p.see(".body", "12345678901234567890.10")
}

// Of many requests the newest are shown, and the page can still be used.
func TestManyRequests(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	p := open(t, srv, "#/worlds/demo/journal")
	p.see(".figures", "live")
	for range 700 {
		s.esimgo("GET", "/v2.4/organisation", "")
	}
	p.until(`document.querySelector('.row')?.dataset.id === '700'`)
	p.see(".figures", "500 requests, the newest 500")
	if rows := ask[int](p, `document.querySelectorAll('.row').length`); rows != 500 {
		t.Errorf("%d rows", rows)
	}
	// One that is older than what the page holds is still found, and asked for alone.
	p.turn("#/worlds/demo/journal/2")
	p.see(".pane", "Request 2,")
	p.except("status of 404")
	p.turn("#/worlds/demo/journal/701")
	p.see(".pane", "There is no request 701")
	p.asked("/requests", "/requests/2", "/requests/701")
}

// While nobody looks nothing is asked, and then the page goes on where it was.
func TestHiddenTab(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	p := open(t, srv, "#/worlds/demo/journal")
	p.see(".figures", "live")
	s.esimgo("GET", "/v2.4/organisation", "")
	p.until(`document.querySelectorAll('.row').length === 1`)
	hide := func(hidden bool) {
		t.Helper()
		ask[bool](p, fmt.Sprintf(`Object.defineProperty(document, 'hidden', { value: %t, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`, hidden))
	}
	hide(true)
	s.esimgo("GET", "/v2.4/catalogue", "")
	s.esimgo("GET", "/v2.4/networks", "")
	// The page can see them by now, and does not look.
	if rows := ask[int](p, `fetch('/_sim/worlds/demo/requests').then(() => document.querySelectorAll('.row').length)`); rows != 1 {
		t.Errorf("%d rows in a page that nobody sees", rows)
	}
	hide(false)
	p.until(`[...document.querySelectorAll('.row')].map((row) => row.dataset.id).join() === '3,2,1'`)
	hide(true)
	if err := s.world().Reset(); err != nil {
		t.Fatal(err)
	}
	hide(false)
	p.see(".empty", "No requests yet")
	for range 2 {
		s.esimgo("GET", "/v2.4/networks", "")
	}
	p.until(`document.querySelectorAll('.row').length === 2`)
	hide(true)
	if err := s.world().Reset(); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		s.esimgo("GET", "/v2.4/catalogue", "")
	}
	hide(false)
	p.until(`[...document.querySelectorAll('.row')].map((row) => row.dataset.id).join() === '4,3,2,1'`)
	p.until(`[...document.querySelectorAll('.row')].every((row) => row.textContent.includes('listCatalogue'))`)
}

// When the simulator is started anew the page finds it again, and forgets what was.
func TestReconnect(t *testing.T) {
	t.Parallel()
	before, again := restarted(t)
	shop{t, before, "demo"}.esimgo("GET", "/v2.4/organisation", "")
	p := open(t, before, "#/worlds/demo/journal")
	p.see(".row", "getOrganisation")
	p.exceptAway()
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	p.see(".figures", "trying to reconnect")
	p.see("#said", "The simulator does not answer.")
	after := again()
	p.see(".empty", "This world was forgotten")
	shop{t, after, "demo"}.esimgo("GET", "/v2.4/catalogue", "")
	p.see(".figures", "live")
	p.until(`[...document.querySelectorAll('.row')].map((row) => row.textContent.includes('listCatalogue')).join() === 'true'`)
}

// What is deleted stays so while the page is open, until somebody wants it.
func TestForgottenWorld(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	p := open(t, srv, "#/worlds/demo/state")
	p.except("status of 404")
	p.see(".empty", "No orders yet")
	s.esimgo("POST", "/v2.4/orders", esimgoOrder)
	p.see("#Orders", "1")
	s.do("DELETE", "/_sim/worlds/demo", "")
	p.see(".empty", "This world was forgotten")
	p.until(`document.querySelector('#clock').hidden && !document.querySelector('.cards').checkVisibility()`)
	for _, tab := range []string{"Journal", "Webhooks", "Coverage", "State"} {
		p.press(tab)
		p.see(".empty", "This world was forgotten")
	}
	// By now each of them has asked for what it shows, and so has what asks again and again.
	p.until(`performance.getEntriesByType('resource').filter((e) => e.name.endsWith('/worlds/demo?create=false') && e.responseStatus === 404).length > 1`)
	if worlds := s.do("GET", "/_sim/worlds", ""); !strings.Contains(worlds, `"worlds": []`) {
		t.Fatalf("the page brought back %s", worlds)
	}
	if said := ask[string](p, `document.querySelector('#said').textContent`); said != "" {
		t.Errorf("beside it stands %q", said)
	}
	keep(t, "forgotten", p.picture())
	p.press("Make it anew")
	p.see(".empty", "No orders yet")
	p.until(`!document.querySelector('#clock').hidden`)
	p.press("Journal")
	p.see(".figures", "live")
	s.do("DELETE", "/_sim/worlds/demo", "")
	p.see(".empty", "This world was forgotten")
	// Who opens it by its name means it.
	p.press("esimsim, all worlds")
	p.do(chromedp.SendKeys(chromedp.CSS(`[name="name"]`), "demo"+kb.Enter))
	p.see(".empty", "No requests yet")
	p.see(".figures", "live")
}

// A page that is opened while the simulator is away says so, and shows what it has as soon
// as the simulator is back.
func TestOpenedWhileAway(t *testing.T) {
	t.Parallel()
	before, again := restarted(t)
	pages := []view{
		{"worlds", "#/", ".begin", "curl"},
		{"state", "#/worlds/demo/state", ".begin", "curl"},
		{"scenarios", "#/worlds/demo/scenarios", ".switches", "webhook-late"},
		{"webhooks", "#/worlds/demo/webhooks", ".trigger", "esimgo.webhook.LowBalance"},
		{"coverage", "#/worlds/demo/coverage", ".grid", "createOrder"},
		{"journal", "#/worlds/demo/journal", ".begin", "curl"},
		{"request", "#/worlds/demo/journal/1", ".pane", "There is no request 1"},
	}
	tabs := make([]*page, len(pages))
	for i := range pages {
		tabs[i] = open(t, before, "#/coverage")
		tabs[i].see(".grid", "createOrder")
		tabs[i].exceptAway()
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	for i, v := range pages {
		tabs[i].turn(v.address)
		tabs[i].see("main, #said", "The simulator does not answer.")
	}
	tabs[len(tabs)-1].see(".pane", "The simulator does not answer.")
	again()
	for i, v := range pages {
		tabs[i].see(v.selector, v.words)
	}
}

// asked fails the test unless the page asked for these of the world demo, of all whose path
// begins with the first of them. The stream does not count, as it ends with the page.
func (p *page) asked(under string, want ...string) {
	p.t.Helper()
	got := ask[[]string](p, fmt.Sprintf(`performance.getEntriesByType('resource').map((e) => e.name.split('/_sim/worlds/demo')[1] ?? '').filter((e) => e.startsWith(%q) && !e.includes('/stream'))`, under))
	if !slices.Equal(got, want) {
		p.t.Errorf("the page asked for %q and not for %q", got, want)
	}
}

// restarted is a simulator, and how to start another in its place once it was closed.
func restarted(t *testing.T) (before *sim.Server, again func() *sim.Server) {
	t.Helper()
	cfg := sim.Config{Providers: all.Providers(), Freeze: began}
	before, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := before.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = before.Close() })
	cfg.Listen = strings.TrimPrefix(before.URL(), "http://")
	return before, func() *sim.Server {
		t.Helper()
		return sim.StartT(t, cfg)
	}
}

// exceptAway lets pass what the browser says of a simulator that is away.
func (p *page) exceptAway() {
	for _, words := range []string{"ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET", "status of 404"} {
		p.except(words)
	}
}

// What clients and receivers send is shown as text.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	const evil = `<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>`
	s.do("POST", "/api/esim/order?"+strings.ReplaceAll("q=<svg/onload=window.pwned=3>", " ", ""), fmt.Sprintf(`{"items":%q,"</pre><b class=injected>":1}`, evil),
		"Authorization", "Bearer roamify_demo", "X-Evil", evil, "User-Agent", evil)
	s.do("POST", "/api/esim/order", evil, "Authorization", "Bearer roamify_demo")
	p := open(t, srv, "#/worlds/demo/journal/1")
	p.see(".pane .body", `<img src=x onerror=\"window.pwned=1\">`)
	p.see(".pane .body", "</pre><b class=injected>")
	p.press("6 headers")
	p.see(".headers", evil)
	p.turn("#/worlds/demo/journal/2")
	p.see(".pane .body", evil)
	if bad := ask[bool](p, `window.pwned !== undefined || document.querySelector('main :is(img, script, .injected)') !== null`); bad {
		t.Error("what a client sent became part of the page")
	}
	p.except("status of 400")
	p.turn("#/worlds/" + strings.ReplaceAll(evil, "/", "%2F") + "/journal")
	p.see("#said", "name")
	p.see(".figures", "no such world")
	if ask[bool](p, `window.pwned !== undefined`) {
		t.Error("the address became part of the page")
	}
}

// A request is copied as a command that asks it again, with the key of its world in the
// place of what the journal hides.
func TestCopyAsCurl(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	s.roamify("POST", "/api/esim/order", `{"items":[{"packageId":"it's none","quantity":1}]}`)
	s.esimfly()
	p := open(t, srv, "#/worlds/demo/journal/1")
	p.allowClipboard()
	copied := p.copied(func() { p.press("Copy as curl") }, "Copied as curl.")
	if !strings.Contains(copied, "Bearer roamify_demo") {
		t.Errorf("copied without the key: %s", copied)
	}
	if _, err := exec.LookPath("curl"); err == nil {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", copied).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", copied, err, out)
		}
		entries := s.world().Journal(sim.Filter{})
		if first, last := entries[0], entries[len(entries)-1]; len(entries) != 3 || last.Status != first.Status ||
			last.Request.Body != first.Request.Body || last.URL != first.URL || last.Response.Body != first.Response.Body {
			t.Errorf("%s\nasked %s %q, answered %s\nand not %q, answered %s", copied, last.URL, last.Request.Body, last.Response.Body, first.Request.Body, first.Response.Body)
		}
	}

	p.turn("#/worlds/demo/journal/2")
	p.see(".pane header", "esimfly.createOrder")
	got := p.copied(func() { p.key("c") }, "esimsim sign")
	want := fmt.Sprintf(`esimsim sign --access-code 'esf_demo' --secret 'sk_demo' --method POST --body '%s' --curl '%s/api/v1/business/esims/order' | sh`, esimflyOrder, srv.URL())
	if got != want {
		t.Errorf("copied\n%s\nwant\n%s", got, want)
	}
}

// clipboard is held by the test that copies, as all tabs have one.
var clipboard sync.Mutex

// copied is the text on the clipboard once the page has said so of what was done.
func (p *page) copied(do func(), said string) string {
	p.t.Helper()
	clipboard.Lock()
	defer clipboard.Unlock()
	do()
	p.see("#said", said)
	return ask[string](p, `navigator.clipboard.readText()`)
}

func (p *page) allowClipboard() {
	p.t.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
		})
		if err != nil {
			p.t.Fatal(err)
		}
	}
}

// The journal is walked and searched by keys alone, and what is typed stays while requests
// come in.
func TestKeys(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	for range 3 {
		s.esimgo("GET", "/v2.4/organisation", "")
	}
	p := open(t, srv, "#/worlds/demo/journal")
	p.until(`document.querySelectorAll('.row').length === 3`)
	focused := func(id string) {
		t.Helper()
		p.until(fmt.Sprintf(`document.activeElement.dataset.id === %q`, id))
	}
	p.key("j")
	focused("3")
	p.key("j")
	p.key("j")
	p.key("j") // there is none after the last
	focused("1")
	p.key("k")
	focused("2")
	p.key(kb.Enter)
	p.see(".pane header", "getOrganisation")
	p.until(`location.hash.endsWith('/journal/2')`)
	p.key("j")
	p.until(`location.hash.endsWith('/journal/1')`)
	p.see(".pane", "Request 1,")
	p.key(kb.Escape)
	p.until(`location.hash.endsWith('/journal')`)
	focused("1")

	p.key("/")
	p.until(`document.activeElement.type === 'search'`)
	p.key("jk?")
	s.esimgo("GET", "/v2.4/jk?", "")
	p.until(`document.querySelectorAll('.row').length === 1 && document.activeElement.value === 'jk?'`)
	p.key(kb.Escape)
	p.until(`document.activeElement === document.body`)
	p.key("?")
	p.see("dialog", "only requests with findings")
	p.key(kb.Escape)
	p.until(`document.querySelector('dialog') === null`)
	p.key("5")
	p.until(`location.hash.endsWith('/coverage')`)
	p.see("nav a[aria-current]", "Coverage")
	p.until(`document.activeElement.textContent === 'Coverage'`)
	p.key("w")
	p.see(".worlds", "demo")
}
