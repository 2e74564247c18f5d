package sim_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// A client that trusts the CA made at start is served over HTTPS, and links it is handed
// carry that origin.
func TestTLS(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{TLS: sim.TLS{Listen: "127.0.0.1:0", Hosts: []string{"sim.example.test"}}})
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(srv.CA()) {
		t.Fatal("no CA")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), "POST", srv.TLSURL()+"/toy/things", strings.NewReader(`{"name":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Toy", "toy_tls")
	res, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body := make([]byte, 1024)
	n, _ := res.Body.Read(body)
	if res.StatusCode != 200 || res.Proto != "HTTP/1.1" || !strings.Contains(string(body[:n]), `"qr":"`+srv.TLSURL()) {
		t.Errorf("%s %d %s", res.Proto, res.StatusCode, body[:n])
	}
	if err := res.TLS.PeerCertificates[0].VerifyHostname("sim.example.test"); err != nil {
		t.Error(err)
	}
	for path, bases := range map[string][]string{
		"/": {"apis.0.base", "control"}, "/nothing": {"apis.0.base"}, "/_sim/": {"health", "world"}, "/_sim/apis": {"apis.0.base"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", srv.TLSURL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := (&http.Client{Transport: transport}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, base := range bases {
			if got := gjson.GetBytes(data, base).Str; !strings.HasPrefix(got, srv.TLSURL()+"/") {
				t.Errorf("%s: %s is %q, want the caller's origin: %s", path, base, got, data)
			}
		}
	}
	ca := get(t, srv.URL()+"/_sim/ca.pem", "", "")
	_ = ca.Body.Close()
	if ca.StatusCode != 200 || ca.Header.Get("Content-Type") != "application/x-pem-file" {
		t.Errorf("ca.pem: %d %s", ca.StatusCode, ca.Header.Get("Content-Type"))
	}
	plain := get(t, startToy(t, sim.Config{}).URL()+"/_sim/ca.pem", "", "")
	_ = plain.Body.Close()
	if plain.StatusCode != 404 {
		t.Errorf("ca.pem without TLS: %d", plain.StatusCode)
	}
}

func TestOwnKeys(t *testing.T) {
	t.Parallel()
	key := sim.Key{Provider: "toy", Value: "my-own", World: "mine"}
	for _, c := range []struct {
		cfg    sim.Config
		key    string
		status int
		world  string
	}{
		{sim.Config{Keys: []sim.Key{key}}, "my-own", 200, "mine"},
		{sim.Config{Keys: []sim.Key{{Provider: "toy", Value: "other"}}}, "other", 200, "default"},
		{sim.Config{Keys: []sim.Key{key}}, "toy_x", 200, "x"},
		{sim.Config{Keys: []sim.Key{key}}, "unknown", 401, ""},
		{sim.Config{Keys: []sim.Key{key}, Auth: sim.AuthClosed}, "my-own", 200, "mine"},
		{sim.Config{Keys: []sim.Key{key}, Auth: sim.AuthClosed}, "toy_x", 401, ""},
		{sim.Config{Auth: sim.AuthAny}, "whatever it is", 200, "key-dd8c0b7ab0ef"},
	} {
		srv := startToy(t, c.cfg)
		status, _, v := caller{t, srv, c.key}.do("POST", "/toy/things", `{"name":"x"}`)
		if status != c.status {
			t.Errorf("%s: %d %s, want %d", c.key, status, v, c.status)
		}
		if names := srv.WorldNames(); c.world != "" && (len(names) != 1 || len(names[0]) != len(c.world) || !strings.HasPrefix(c.world, "key-") && names[0] != c.world) {
			t.Errorf("%s: worlds %v, want %s", c.key, names, c.world)
		}
	}
	for _, bad := range []sim.Key{{Provider: "tyo", Value: "x"}, {Provider: "toy"}, {Provider: "toy", Value: "x", World: "a b"}} {
		if _, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Keys: []sim.Key{bad}}); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}
