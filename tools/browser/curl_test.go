package browser

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// A hostile is a request that would have the shell, the terminal or curl do something else
// when it is copied carelessly. It runs pwned where it can.
type hostile struct{ method, target, body, header string }

var hostiles = []hostile{
	{"A|pwned&`pwned`'|pwned'", "/v2.4/organisation", "", "x"},
	{"$PWNED", "/v2.4/organisation", "{}", "x"},
	{"POST", "/v2.4/orders?a[1-3]={x,y}&b='$(pwned)'`pwned`|pwned;pwned", "'\x03\npwned\n\x1b[201~\rpwned\n$(pwned)`pwned`'", "'`pwned`$(pwned)'"},
	{"GET", "/v2.4/a/../organisation", "", ""},
	{"HEAD", "/v2.4/organisation", "", "@/etc/passwd"},
	{"PUT", "/v2.4/organisation", "@/etc/passwd", ""},
}

// send writes the bytes as they are, which no client of HTTP would.
func (s shop) send(h hostile) {
	s.t.Helper()
	address := strings.TrimPrefix(s.srv.URL(), "http://")
	conn, err := (&net.Dialer{}).DialContext(s.t.Context(), "tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nX-API-Key: esimgo_%s\r\nX-Evil: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		h.method, h.target, address, s.name, h.header, len(h.body), h.body)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = res.Body.Close()
}

// programs is a folder with the programs of these names, for the PATH of a shell.
func programs(t *testing.T, scripts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil { //nolint:gosec // it is to be run
			t.Fatal(err)
		}
	}
	return dir
}

// shell runs a text as it would be pasted.
func shell(t *testing.T, dir, text string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", text)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "PWNED=pwned")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, text, out)
	}
}

// What a client sent stays a word of the copied command, and asks for the same again.
func TestCopiedCommandIsTheUsersOwn(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip(err)
	}
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	p := open(t, srv, "#/worlds/demo/journal")
	p.allowClipboard()
	dir := programs(t, map[string]string{"pwned": `touch "$(dirname "$0")/done"`})
	for _, h := range hostiles {
		s.send(h)
		sent := s.world().Journal(sim.Filter{Limit: 1})[0]
		p.turn("#/worlds/demo/journal/" + sent.ID)
		p.see(".pane", "Request "+sent.ID+",")
		text := p.copied(func() { p.press("Copy as curl") }, "Copied")
		p.press("Dismiss")
		if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }); i >= 0 {
			t.Errorf("a terminal would obey %q in\n%s", text[i], text)
		}
		shell(t, dir, text)
		got := s.world().Journal(sim.Filter{Limit: 1})[0]
		if got.ID == sent.ID || got.Method != h.method || got.URL != h.target || got.Request.Body != sent.Request.Body {
			t.Errorf("%s\nasked %s %s %q\nand not %s %s %q", text, got.Method, got.URL, got.Request.Body, h.method, h.target, sent.Request.Body)
		}
		for _, name := range []string{"X-Evil", "Content-Type"} {
			if a, b := got.Request.Header.Values(name), sent.Request.Header.Values(name); !slices.Equal(a, b) {
				t.Errorf("%s\nsent %s %q and not %q", text, name, a, b)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "done")); err == nil {
		t.Error("a command of the client's was run")
	}
}

// So it does where the command is one of esimsim that signs.
func TestCopiedSigningIsTheUsersOwn(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := shop{t, srv, "demo"}
	const method, body = "A|pwned&`pwned`'|pwned'", "'\n\x03$(pwned)'"
	s.do(method, "/api/v1/business/esims/order", body, "RT-AccessCode", "esf_demo", "RT-Signature", "none")
	p := open(t, srv, "#/worlds/demo/journal/1")
	p.allowClipboard()
	text := p.copied(func() { p.press("Copy as curl") }, "esimsim sign")
	dir := programs(t, map[string]string{
		"pwned":   `touch "$(dirname "$0")/done"`,
		"esimsim": `printf '%s\0' "$@" >"$(dirname "$0")/words"; echo true`,
	})
	shell(t, dir, text)
	words, err := os.ReadFile(filepath.Join(dir, "words"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"sign", "--access-code", "esf_demo", "--secret", "sk_demo", "--method", method, "--body", body,
		"--curl", srv.URL() + "/api/v1/business/esims/order", "",
	}
	if got := strings.Split(string(words), "\x00"); !slices.Equal(got, want) {
		t.Errorf("the words are %q\nand not %q", got, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "done")); err == nil {
		t.Error("a command of the client's was run")
	}
}
