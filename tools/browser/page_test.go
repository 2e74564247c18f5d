package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// patience bounds each test; what is waited for comes in a fraction of it.
const patience = 60 * time.Second

// began is the instant at which the worlds of the tests stand still.
var began = time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)

// chromium is one browser for all tests.
var chromium struct {
	once sync.Once
	ctx  context.Context
	why  error
	stop []func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, stop := range chromium.stop {
		stop()
	}
	os.Exit(code)
}

func start() {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		chromium.why = fmt.Errorf("there is no chromium on the PATH")
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	allocator, release := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, quit := chromedp.NewContext(allocator)
	chromium.stop = append(chromium.stop, quit, release)
	chromium.ctx, chromium.why = ctx, chromedp.Do(ctx)
}

// A page is a tab in a profile of its own. Whatever the browser has to complain of fails
// the test.
type page struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	excepted []string
	problems []string
}

// simulator is one whose worlds stand still.
func simulator(t *testing.T, token string) *sim.Server {
	t.Helper()
	return sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: began, ControlToken: token, Version: "v1.0.0"})
}

// open shows the dashboard on a desk, at an address such as #/worlds/demo/journal.
func open(t *testing.T, srv *sim.Server, address string) *page {
	t.Helper()
	p := tab(t, 1280, 800)
	p.visit(srv, address)
	return p
}

func (p *page) visit(srv *sim.Server, address string) {
	p.t.Helper()
	p.do(chromedp.Navigate(srv.URL() + "/_sim/" + address))
}

// tab is an empty page of that size; a narrow one is a telephone's.
func tab(t *testing.T, width, height int64) *page {
	t.Helper()
	chromium.once.Do(start)
	if chromium.why != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(chromium.why)
		}
		t.Skip(chromium.why)
	}
	p := &page{t: t}
	ctx, done := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	t.Cleanup(done)
	ctx, cancel := context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	p.ctx = ctx
	t.Cleanup(func() {
		if !t.Failed() {
			ask[int](p, `1`) // what was said before has been heard then
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, problem := range p.problems {
			t.Errorf("the browser says: %s", problem)
		}
	})
	if width < 500 {
		p.do(chromedp.EmulateViewport(width, height, chromedp.EmulateMobile))
	} else {
		p.do(chromedp.EmulateViewport(width, height))
	}
	return p
}

// hear notes what goes to the console as an error or a warning, and what nobody caught.
func (p *page) hear(event any) {
	var text string
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning {
			return
		}
		for _, arg := range e.Args {
			text += fmt.Sprintf("%s %s ", arg.Value, arg.Description)
		}
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelError && e.Entry.Level != log.EntryLevelWarning {
			return
		}
		text = e.Entry.Text + " " + e.Entry.URL
	case *inspector.EventTargetCrashed:
		text = "the page crashed"
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, part := range p.excepted {
		if strings.Contains(text, part) {
			return
		}
	}
	p.problems = append(p.problems, text)
}

// except lets a complaint with these words pass.
func (p *page) except(words string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.excepted = append(p.excepted, words)
}

// A step is something done in the browser.
type step = chromedp.Action[chromedp.Void]

func (p *page) do(steps ...step) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// ask evaluates an expression.
func ask[T any](p *page, expression string) T {
	p.t.Helper()
	out, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// until waits until an expression is true.
func (p *page) until(expression string) {
	p.t.Helper()
	poll := chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(patience/3))
	if _, err := chromedp.Run(p.ctx, poll); err != nil {
		p.t.Fatalf("never true (%v): %s\nthe page shows:\n%s", err, expression, ask[string](p, `document.body.innerText`))
	}
}

// see waits for an element whose text has these words.
func (p *page) see(selector, words string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.checkVisibility() && e.textContent.includes(%q))`, selector, words))
}

// press clicks the control of that accessible name.
func (p *page) press(name string) {
	p.t.Helper()
	found := fmt.Sprintf(`[...document.querySelectorAll('button, a, summary')].find((e) => e.checkVisibility() && (e.ariaLabel ?? e.textContent).trim() === %q)`, name)
	p.until(found + ` !== undefined`)
	p.do(chromedp.Evaluate[chromedp.Void](found + `.click()`))
}

// key presses keys one after another, as a keyboard does: what takes the press for itself
// keeps its letter out of the page.
func (p *page) key(keys string) {
	p.t.Helper()
	for _, r := range keys {
		events := kb.Encode(r)
		down, up := *events[0], *events[len(events)-1]
		if text := events[len(events)/2]; len(events) == 3 {
			down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, text.Text, text.UnmodifiedText
		}
		for _, e := range []input.DispatchKeyEventParams{down, up} {
			if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, e); err != nil {
				p.t.Fatal(err)
			}
		}
	}
}

// turn goes to another address of the page.
func (p *page) turn(address string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`location.hash = %q`, address)))
}

// picture is what the window shows, as PNG.
func (p *page) picture() []byte {
	p.t.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	return png
}
