package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"esimsim": main})
}

// Stories are told in testdata/script: each starts the program for real and drives it
// from outside.
func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": start, "stop": stop, "paste": paste, "receive": receive, "follow": follow, "fence": fence,
		},
		Condition: func(cond string) (bool, error) {
			if cond != "pasteable" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			for _, tool := range []string{"sh", "curl", "openssl"} {
				if _, err := exec.LookPath(tool); err != nil {
					if os.Getenv("CI") == "true" {
						return false, err
					}
					return false, nil
				}
			}
			return true, nil
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// A running program of a story.
type running struct {
	stop   context.CancelFunc
	out    *watched
	done   chan struct{}
	code   exit
	stderr bytes.Buffer
}

// watched is an output that can be waited on.
type watched struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	more chan struct{}
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.more)
	w.more = make(chan struct{})
	return w.buf.Write(p)
}

func (w *watched) read() (string, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String(), w.more
}

// find waits for what fits the expression, and gives what fitted, or nil where the writer
// was done before.
func (w *watched) find(what *regexp.Regexp, done <-chan struct{}) []string {
	for {
		text, more := w.read()
		if m := what.FindStringSubmatch(text); m != nil {
			return m
		}
		select {
		case <-more:
		case <-done:
			return nil
		}
	}
}

var origin = regexp.MustCompile(`Control plane  (http://[^/\s]+)/_sim/`)

// start runs "esimsim ARGS" on a free port until the story ends, and sets ESIMSIM_URL and
// ADDRESS.
func start(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{stop: cancel, out: &watched{more: make(chan struct{})}, done: make(chan struct{})}
	for i, a := range args {
		if strings.HasSuffix(a, ".yaml") {
			args[i] = ts.MkAbs(a)
		}
	}
	go func() {
		defer close(r.done)
		r.code = run(ctx, append([]string{"--listen", "127.0.0.1:0"}, args...), env{ts.Getenv, func() []string { return nil }, r.out, &r.stderr})
	}()
	ts.Defer(func() { cancel(); <-r.done })
	m := r.out.find(origin, r.done)
	if m == nil {
		ts.Fatalf("esimsim ended with %d: %s", r.code, r.stderr.String())
	}
	ts.Setenv("ESIMSIM_URL", m[1])
	ts.Setenv("ADDRESS", strings.TrimPrefix(m[1], "http://"))
	text, _ := r.out.read()
	ts.Check(os.WriteFile(ts.MkAbs("banner"), []byte(text), 0o600))
	current.Store(ts, r)
}

var current sync.Map // from the story to what it runs

// receive listens for webhooks until the story ends, at RECEIVER_URL, answers with the
// given status from now on, and appends what comes to the file received.
func receive(ts *testscript.TestScript, _ bool, args []string) {
	status, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	answer, file := new(atomic.Int64), ts.MkAbs("received")
	if v, ok := receivers.LoadOrStore(ts, answer); ok {
		answer = v.(*atomic.Int64)
	} else {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			dump, err := httputil.DumpRequest(r, true)
			if err == nil {
				err = appendTo(file, append(dump, '\n'))
			}
			if err != nil {
				panic(err)
			}
			w.WriteHeader(int(answer.Load()))
		}))
		ts.Defer(server.Close)
		ts.Setenv("RECEIVER_URL", server.URL+"/hook")
	}
	answer.Store(status)
}

var receivers sync.Map // from the story to the status it answers with

func appendTo(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// stop ends the program and asks for exit code 0.
func stop(ts *testscript.TestScript, _ bool, _ []string) {
	v, ok := current.Load(ts)
	if !ok {
		ts.Fatalf("nothing runs")
	}
	r := v.(*running)
	r.stop()
	if <-r.done; r.code != 0 {
		ts.Fatalf("exit code %d: %s", r.code, r.stderr.String())
	}
}

// paste runs the call that the banner prints under the given heading, as a person would.
func paste(ts *testscript.TestScript, neg bool, args []string) {
	banner := ts.ReadFile("banner")
	_, after, found := strings.Cut(banner, args[0])
	if !found {
		ts.Fatalf("the banner has no %q", args[0])
	}
	line := regexp.MustCompile(`(?m)^  (?:try: )?((?:curl|code=).*)$`).FindStringSubmatch(after)
	if line == nil {
		ts.Fatalf("no call under %q", args[0])
	}
	err := ts.Exec("sh", "-c", line[1])
	if (err != nil) != neg {
		ts.Fatalf("%s: %v", line[1], err)
	}
}
