package webhook_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/network"
	"github.com/esimsim/esimsim/internal/webhook"
)

func TestPrivate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"127.0.0.1": true, "127.8.9.10": true, "::1": true, "10.1.2.3": true, "172.16.0.1": true, "192.168.1.1": true, "fd00::1": true, "::ffff:127.0.0.1": true,
		"8.8.8.8": false, "169.254.169.254": false, "fe80::1": false, "0.0.0.0": false, "::": false, "172.32.0.1": false, "2001:db8::1": false, "::ffff:8.8.8.8": false, "224.0.0.1": false, "fd00:ec2::254": false, "fd20:ce::254": false,
	} {
		if got := webhook.Private(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "10.0.0.7": true, "localhost": true, "LOCALHOST": true, "shop": true, "shop_web-1": true, "shop.": true,
		"app.localhost": true, "shop.test": true, "host.docker.internal": true, "host.containers.internal": true, "printer.local": true, "nas.lan": true, "nas.home.arpa": true,
		"shop.prod.svc": true, "shop.prod.svc.cluster.local": true, "shop.prod.svc.cluster.local.": true, "Shop.Test": true,
		"8.8.8.8": false, "2001:db8::1": false, "shop.example": false, "shop.example.com": false, "webhook.site": false, "webhook.site.": false, "home.arpa.com": false,
		"localhost.example.com": false, "notlocal.xlocal": false, "127.0.0.1.nip.io": false, "metadata.goog": false,
	} {
		if got := webhook.Local(host); got != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"http://127.0.0.1:9000/hook", "https://shop.test/", "https://hooks.example.com/", "https://HOOKS.example.com.:8443/", "http://[::1]/", "http://shop:9000", "http://10.0.0.1/?a=b", "http://203.0.113.7/"} {
		if err := webhook.CheckURL(good, []string{"203.0.113.7", "hooks.example.com"}); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "shop", "/hook", "ftp://127.0.0.1/", "http://", "http://:9000/", "http://8.8.8.8/", "http://[2001:db8::1]/", "http://203.0.113.8/", "http://0.0.0.0/", "https://shop.example.com/", "https://more.hooks.example.com/", "://", "http://[::1"} {
		if err := webhook.CheckURL(bad, []string{"203.0.113.7", "hooks.example.com"}); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// Nothing is sent to the internet, and no name of it is looked up: that would fail in words
// of its own.
func TestPublicAddressesAreBlocked(t *testing.T) {
	t.Parallel()
	s := webhook.NewSender(clock.Wall{}, nil, &network.Network{})
	defer s.Close()
	for _, target := range []string{"http://203.0.113.7/", "http://[2001:db8::1]:80/", "http://0.0.0.0:80/", "http://shop.example.com/", "http://shop.invalid/"} {
		got := s.Post(t.Context(), target, http.Header{}, nil, time.Second)
		if got.Status != 0 || !strings.HasSuffix(got.Err, " is neither loopback nor private: allow it with --allow-webhook-host") {
			t.Errorf("%s: %+v", target, got)
		}
	}
}

func TestPost(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "/", http.StatusFound)
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
		case "/headers":
			w.Header().Set("X-Large", strings.Repeat("x", webhook.MaxHeader+4096))
		case "/break":
			panic(http.ErrAbortHandler)
		default:
			_, _ = io.WriteString(w, r.Method+" "+r.Header.Get("X-Own")+" "+r.Header.Get("User-Agent")+" "+string(body))
		}
	}))
	defer server.Close()
	s := webhook.NewSender(clock.Wall{}, nil, &network.Network{})
	defer s.Close()
	post := func(path string) webhook.Result {
		return s.Post(t.Context(), server.URL+path, http.Header{"x-own": {"1"}, "User-Agent": {"shop"}}, []byte(`{}`), time.Minute)
	}
	if got := post("/"); got.Status != 200 || got.Answer != "POST 1 shop {}" || got.Err != "" {
		t.Errorf("%+v", got)
	}
	if got := post("/away"); got.Status != 302 {
		t.Errorf("redirect: %+v", got)
	}
	if got := post("/large"); got.Status != 200 || len(got.Answer) != webhook.MaxAnswer {
		t.Errorf("large answer: %d, %d bytes", got.Status, len(got.Answer))
	}
	if got := post("/headers"); got.Status != 0 || !strings.Contains(got.Err, "headers") {
		t.Errorf("large headers: %+v", got)
	}
	if got := post("/break"); got.Status != 0 || got.Err != "EOF" || got.TimedOut {
		t.Errorf("broken: %+v", got)
	}
}
