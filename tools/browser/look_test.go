package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// views are the pages of a world that was filled, with what shows that each is there.
func views(s shop) []view {
	at := "#/worlds/" + s.name
	return []view{
		{"worlds", "#/", ".begin", "curl"},
		{"journal", at + "/journal", ".row .finding", "leave out"},
		{"request", at + "/journal/3", ".pane .notes", "leave out"},
		{"state", at + "/state", ".cards", "8944500102198304826"},
		{"esim", at + "/state/esims/8944500102198304826", ".machine .lit", "INSTALLED"},
		{"order", at + "/state/orders/esimfly/order_1782864000_abc12", ".machine .lit", "pending_details"},
		{"webhooks", at + "/webhooks", ".deliveries", "delivered"},
		{"scenarios", at + "/scenarios", ".switches", "webhook-late"},
		{"coverage", at + "/coverage", ".grid", "createOrder"},
		{"no-requests", "#/worlds/empty/journal", ".begin", "curl"},
		{"no-orders", "#/worlds/empty/state", ".begin", "curl"},
		{"no-webhooks", "#/worlds/empty/webhooks", ".empty", "curl"},
	}
}

type view struct{ name, address, selector, words string }

// controls are the roles of what can be used, by the browser's tree of accessibility.
var controls = map[string]bool{
	`"button"`: true, `"link"`: true, `"textbox"`: true, `"searchbox"`: true, `"combobox"`: true, `"switch"`: true,
	`"spinbutton"`: true, `"checkbox"`: true, `"image"`: true, `"DisclosureTriangle"`: true, `"meter"`: true, `"dialog"`: true,
}

// nameless lists controls without an accessible name, and counts those with one.
func (p *page) nameless() (list []string, named int) {
	p.t.Helper()
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil || !controls[string(n.Role.Value)] {
			continue
		}
		if n.Name == nil || strings.Trim(string(n.Name.Value), `" `) == "" {
			list = append(list, fmt.Sprintf("%s (node %d)", n.Role.Value, n.BackendDOMNodeID))
		} else {
			named++
		}
	}
	return list, named
}

// pale finds texts whose contrast with what is behind them is under 4.5, as WCAG asks.
const pale = `(() => {
  const parse = (c) => c.match(/[\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor)
      if (c.length === 3 || c[3] === 1) return c
    }
    return [255, 255, 255]
  }
  const out = new Set()
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement
    if (!walk.currentNode.data.trim() || !e.checkVisibility({ visibilityProperty: true }) || e.closest('svg, option, .hidden, [aria-hidden]')) continue
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x)
    if ((a + 0.05) / (b + 0.05) < 4.5) out.add(e.className + ' ' + e.localName + ': ' + e.textContent.slice(0, 30))
  }
  return [...out]
})()`

// Every page, on a desk by day and by night and on a telephone: each control has a name,
// text stands out from its ground, and nothing makes the page scroll sideways. A picture
// of each is kept for people to look at.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := filled(t, srv, "demo")
	for _, c := range []struct {
		width, height int64
		scheme        string
	}{{1280, 800, "light"}, {1280, 800, "dark"}, {375, 740, "light"}} {
		t.Run(fmt.Sprintf("%d-%s", c.width, c.scheme), func(t *testing.T) {
			t.Parallel()
			p := tab(t, c.width, c.height)
			p.prefer(c.scheme)
			p.visit(srv, "#/")
			for i, v := range views(s) {
				p.turn(v.address)
				p.see(v.selector, v.words)
				p.until(`document.querySelector('#clock').hidden || document.querySelector('#now') !== null`)
				keep(t, fmt.Sprintf("%d-%s-%02d-%s", c.width, c.scheme, i+1, v.name), p.picture())
				none, named := p.nameless()
				if len(none) > 0 || named < 8 {
					t.Errorf("%s: %d controls have a name, and none have %v", v.address, named, none)
				}
				if texts := ask[[]string](p, pale); len(texts) > 0 {
					t.Errorf("%s: too pale to read: %q", v.address, texts)
				}
				if wide := ask[int](p, `document.documentElement.scrollWidth`); wide > int(c.width) {
					t.Errorf("%s: the page is %d wide", v.address, wide)
				}
				if titles := ask[int](p, `document.querySelectorAll('h1').length`); titles != 1 {
					t.Errorf("%s: %d titles", v.address, titles)
				}
			}
		})
	}
}

// prefer is what the system asks for.
func (p *page) prefer(scheme string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}); err != nil {
		p.t.Fatal(err)
	}
}

// The theme is the system's until another is chosen, which lasts.
func TestThemes(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	p := tab(t, 1280, 800)
	p.prefer("dark")
	p.visit(srv, "#/worlds/demo/journal")
	const dark, light = "rgb(19, 20, 27)", "rgb(246, 246, 249)"
	ground := func(want string) {
		t.Helper()
		p.until(fmt.Sprintf(`getComputedStyle(document.body).backgroundColor === %q`, want))
	}
	ground(dark)
	p.press("Theme: auto")
	ground(light)
	p.do(chromedp.Reload())
	ground(light)
	p.see(".figures", "live")
	p.key("t")
	ground(dark)
	p.prefer("light")
	p.press("Theme: dark")
	ground(light)
	p.until(`document.querySelector('[aria-label="Theme: auto"]') !== null`)
}

// Who leaves the clock strip and tabs out can go straight to the content.
func TestSkipLink(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	p := open(t, srv, "#/worlds/demo/journal")
	p.see(".figures", "live")
	p.key("\t")
	p.until(`document.activeElement.id === 'skip'`)
	p.key("\r")
	p.until(`document.activeElement.id === 'main' && location.hash === '#/worlds/demo/journal'`)
}
