package sim_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
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

// The clients of a test go where the environment says that there is HTTPS, whoever signed
// the certificate.
func TestClientsOverTLS(t *testing.T) {
	t.Parallel()
	made := startToy(t, sim.Config{TLS: sim.TLS{Listen: "127.0.0.1:0"}})
	given := startToy(t, sim.Config{TLS: givenPair(t)})
	for name, srv := range map[string]*sim.Server{"made": made, "given": given} {
		w := srv.WorldT(t, "w")
		for _, origin := range []string{srv.URL(), srv.TLSURL()} {
			res, err := w.Client("toy").Post(origin+"/toy/things", "application/json", strings.NewReader(`{"name":"x"}`))
			if err != nil {
				t.Fatal(err)
			}
			if _ = res.Body.Close(); res.StatusCode != 200 {
				t.Errorf("%s, %s: %d", name, origin, res.StatusCode)
			}
		}
		res, err := srv.Client().Get("https://127.0.0.1:1/")
		if err == nil {
			_ = res.Body.Close()
		}
		both := []string{srv.Addr(), strings.TrimPrefix(srv.TLSURL(), "https://")}
		slices.Sort(both)
		if err == nil || !strings.Contains(err.Error(), "this client reaches "+strings.Join(both, " and ")+" and nothing else") {
			t.Errorf("%s, elsewhere: %v", name, err)
		}
	}
}

// givenPair is a certificate of the user's own, signed by itself.
func givenPair(t *testing.T) sim.TLS {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: start.AddDate(-10, 0, 0), NotAfter: start.AddDate(100, 0, 0),
	}
	cert, err := x509.CreateCertificate(rand.Reader, own, own, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out := sim.TLS{Listen: "127.0.0.1:0", CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	for name, block := range map[string]*pem.Block{out.CertFile: {Type: "CERTIFICATE", Bytes: cert}, out.KeyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// What contradicts itself is refused: a port where there is to be none, an answer checked
// and nobody told.
func TestConfigThatContradictsItself(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]sim.Config{
		`in memory there is no port: leave out either InMemory or Listen "127.0.0.1:0"`:     {InMemory: true, Listen: "127.0.0.1:0"},
		`in memory there is no port: leave out either InMemory or TLS.Listen "127.0.0.1:0"`: {InMemory: true, TLS: sim.TLS{Listen: "127.0.0.1:0"}},
		"replies are to be checked: somebody must hear of it, by OnReply":                   {CheckReplies: true},
	} {
		cfg.Providers = []*sim.Provider{toyProvider()}
		if _, err := sim.New(cfg); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
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
