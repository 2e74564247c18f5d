// Package scaleout tests the example of several instances behind one address.
package scaleout

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/tool"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// instanceEnv tells this test binary to be an instance, of which the benchmark starts some.
const instanceEnv = "ESIMSIM_TEST_INSTANCE"

func TestMain(m *testing.M) {
	if os.Getenv(instanceEnv) == "" {
		os.Exit(m.Run())
	}
	s, err := sim.New(sim.Config{Providers: all.Providers()})
	if err == nil {
		err = s.Start(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// Every credential always meets its own world, whichever API it calls, and the control
// plane meets it too; when an instance goes, the other worlds stay.
func TestEveryCredentialMeetsItsOwnWorld(t *testing.T) {
	t.Parallel()
	instances, front := three(t)

	const worlds = 60
	for i := range worlds {
		name := fmt.Sprintf("team-%d", i)
		order := fetch(t, http.MethodPost, front+"/api/esim/order", `{"items":[{"packageId":"esim-portugal-7days-1gb-all","quantity":1}]}`, "Authorization", "Bearer roamify_"+name)
		if order.Get("error").Exists() || !order.Get("data").Exists() {
			t.Fatalf("order of %s: %s", name, order)
		}
		settle := fetch(t, http.MethodPatch, front+"/_sim/worlds/"+name, fmt.Sprintf(`{"esimgo":{"balance":%d}}`, 100+i))
		if got := settle.Get("settings.esimgo.balance").Int(); got != int64(100+i) {
			t.Fatalf("patch of %s: %s", name, settle)
		}
	}
	homes := map[string]int{}
	for at, s := range instances {
		for _, w := range s.WorldNames() {
			if _, twice := homes[w]; twice {
				t.Errorf("world %s is on two instances", w)
			}
			homes[w] = at
		}
		if n := len(s.WorldNames()); n < worlds/10 {
			t.Errorf("instance %d has %d of %d worlds", at, n, worlds)
		}
	}
	if len(homes) != worlds {
		t.Errorf("%d worlds, want %d", len(homes), worlds)
	}
	check := func(but int) {
		t.Helper()
		for name, home := range homes {
			if home == but {
				continue
			}
			var i int64
			if _, err := fmt.Sscanf(name, "team-%d", &i); err != nil {
				t.Fatal(err)
			}
			org := fetch(t, http.MethodGet, front+"/v2.4/organisation", "", "X-Api-Key", "esimgo_"+name)
			if got := org.Get("organisations.0.balance").Int(); got != 100+i {
				t.Errorf("%s has %d at eSIM Go, want %d: %s", name, got, 100+i, org)
			}
			world := fetch(t, http.MethodGet, front+"/_sim/worlds/"+name, "")
			if paid := 1000 - world.Get("settings.roamify.balance").Num; paid <= 0 {
				t.Errorf("%s has paid %v at Roamify", name, paid)
			}
		}
	}
	check(-1)
	if err := instances[0].Close(); err != nil {
		t.Fatal(err)
	}
	check(0)
}

// What the README says of copies: a snapshot put to another name stands where that name's
// credential looks, also a big one, and a fork stands beside its original.
func TestCopyOfAWorld(t *testing.T) {
	t.Parallel()
	instances, front := three(t)
	fetch(t, http.MethodPatch, front+"/_sim/worlds/ci1", `{"esimgo":{"balance":77}}`)
	saved := fetch(t, http.MethodGet, front+"/_sim/worlds/ci1/snapshot", "").Raw
	saved += strings.Repeat(" ", 3<<20) // as big as that of a world in long use

	homes := map[int]bool{}
	for i := range 12 {
		name := fmt.Sprintf("copy-%d", i)
		fetch(t, http.MethodPut, front+"/_sim/worlds/"+name+"/snapshot", saved)
		org := fetch(t, http.MethodGet, front+"/v2.4/organisation", "", "X-Api-Key", "esimgo_"+name)
		if got := org.Get("organisations.0.balance").Int(); got != 77 {
			t.Errorf("%s has %d, want that of its original", name, got)
		}
		homes[home(instances, name)] = true

		fork := fmt.Sprintf("fork-%d", i)
		fetch(t, http.MethodPost, front+"/_sim/worlds/ci1/fork", `{"name":"`+fork+`"}`)
		if got, want := home(instances, fork), home(instances, "ci1"); got != want {
			t.Errorf("%s is on instance %d, its original on %d", fork, got, want)
		}
	}
	if len(homes) < 2 {
		t.Errorf("all copies are on one instance, which shows nothing")
	}
}

// home is the instance that has the world, -1 for none or more than one.
func home(instances []*sim.Server, world string) int {
	at := -1
	for i, s := range instances {
		if !slices.Contains(s.WorldNames(), world) {
			continue
		}
		if at >= 0 {
			return -1
		}
		at = i
	}
	return at
}

// The scheme's case is nobody's world; that of the name is.
func TestSchemeInAnyCase(t *testing.T) {
	t.Parallel()
	instances, front := three(t)
	const order = `{"items":[{"packageId":"esim-portugal-7days-1gb-all","quantity":1}]}`
	for i := range 12 {
		for _, name := range []string{fmt.Sprintf("team-%d", i), fmt.Sprintf("TEAM-%d", i)} {
			for _, scheme := range []string{"Bearer", "bearer", "BEARER"} {
				fetch(t, http.MethodPost, front+"/api/esim/order", order, "Authorization", scheme+" roamify_"+name)
			}
			world := fetch(t, http.MethodGet, front+"/_sim/worlds/"+name, "")
			if n := world.Get("ordersTotal").Int(); n != 3 || home(instances, name) < 0 {
				t.Errorf("%s has %d orders, want 3", name, n)
			}
		}
	}
}

// three are instances behind one address.
func three(t *testing.T) (instances []*sim.Server, front string) {
	t.Helper()
	var addrs []string
	for range 3 {
		s := sim.StartT(t, sim.Config{Providers: all.Providers()})
		instances, addrs = append(instances, s), append(addrs, s.Addr())
	}
	return instances, balance(t, addrs)
}

// balance starts nginx with the example's file before one to three instances.
func balance(t testing.TB, instances []string) string {
	t.Helper()
	path := tool.Path(t, "nginx")
	conf, err := os.ReadFile("nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	text, front := string(conf), free(t)
	text = strings.Replace(text, "127.0.0.1:8500", front, 1)
	for i := range 3 {
		line := fmt.Sprintf("server 127.0.0.1:850%d;", i+1)
		if !strings.Contains(text, line) {
			t.Fatalf("nginx.conf lacks %q", line)
		}
		instead := ""
		if i < len(instances) {
			instead = "server " + instances[i] + ";"
		}
		text = strings.Replace(text, line, instead, 1)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o755); err != nil { // its workers may be another user's
		t.Fatal(err)
	}
	var log bytes.Buffer
	args := []string{"-p", dir, "-c", "nginx.conf"}
	if os.Getuid() == 0 {
		args = append(args, "-g", "user root;") // another may not enter the test's folder
	}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); <-ended })
	for {
		conn, err := net.Dial("tcp", front)
		if err == nil {
			_ = conn.Close()
			return "http://" + front
		}
		select {
		case <-ended:
			t.Fatalf("nginx: %s", log.String())
		default:
		}
	}
}

func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func fetch(t testing.TB, method, url, body string, header ...string) gjson.Result {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 400 {
		t.Fatalf("%s %s: %d %s %v", method, url, res.StatusCode, data, err)
	}
	return gjson.ParseBytes(data)
}
