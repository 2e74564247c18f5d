package all_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
	"gopkg.in/yaml.v3"

	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// document asks a simulator for a document as its clients do.
func document(s *sim.Server, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

// read is a document as data, and its servers.
func read(t *testing.T, data []byte) (rest map[string]any, servers any) {
	t.Helper()
	if err := yaml.Unmarshal(data, &rest); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	servers = rest["servers"]
	delete(rest, "servers")
	return rest, servers
}

// Whoever has only the program gets the documents, which lead back to it and are otherwise
// those of the sources; those lead to where it listens by default. No token is asked.
func TestDocumentsAreServed(t *testing.T) {
	t.Parallel()
	s, err := sim.New(sim.Config{Providers: all.Providers(), ControlToken: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	bases := map[string]string{"control": "/_sim", "roamify": "/api", "esimgo": "/v2.4", "esimfly": "/api/v1/business"}
	// An operation of each, which is there however it is answered.
	operations := map[string]string{"control": "/worlds", "roamify": "/esim/countries", "esimgo": "/catalogue", "esimfly": "/balance"}
	for name, source := range map[string][]byte{"roamify": openapi.Roamify, "esimgo": openapi.Esimgo, "esimfly": openapi.Esimfly, "control": openapi.Control} {
		want, atRest := read(t, source)
		if got := atRest.([]any)[0].(map[string]any)["url"]; got != "http://127.0.0.1:8484"+bases[name] {
			t.Errorf("%s: at rest it leads to %s", name, got)
		}
		call := httptest.NewRequest(http.MethodGet, "http://localhost"+bases[name]+operations[name], nil)
		if w := document(s, call); want["paths"].(map[string]any)[operations[name]] == nil || w.Code != http.StatusUnauthorized && w.Code != http.StatusForbidden {
			t.Errorf("%s: its base leads to %d %s", name, w.Code, w.Body)
		}
		for _, origin := range []string{"http://localhost:9999", "https://127.0.0.1:8443", "http://[::1]:80", "http://shop_1"} {
			r := httptest.NewRequest(http.MethodGet, origin+"/_sim/openapi/"+name+".yaml", nil)
			w := document(s, r)
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/yaml" {
				t.Errorf("%s: %d %s", name, w.Code, w.Header())
			}
			got, servers := read(t, w.Body.Bytes())
			if diff := cmp.Diff([]any{map[string]any{"url": origin + bases[name]}}, servers); diff != "" {
				t.Errorf("servers of %s (-want +got):\n%s", name, diff)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s is not its source (-source +served):\n%s", name, diff)
			}
			if have, served := strings.Count(string(source), "#"), strings.Count(w.Body.String(), "#"); have != served {
				t.Errorf("%s lost comments or references: %d of %d", name, have-served, have)
			}
		}
	}
}

func TestDocumentsRefused(t *testing.T) {
	t.Parallel()
	s := fixtureServer(t)
	for target, want := range map[string]int{
		"http://localhost/_sim/openapi/esimgo.yml": 404, "http://localhost/_sim/openapi/esimgo": 404, "http://localhost/_sim/openapi/acme.yaml": 404,
		"http://localhost/_sim/openapi/": 404, "http://rebound.example.com/_sim/openapi/esimgo.yaml": 403,
	} {
		if w := document(s, httptest.NewRequest(http.MethodGet, target, nil)); w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	w := document(s, httptest.NewRequest(http.MethodGet, "http://localhost/_sim/openapi/esimgo.yml", nil))
	if got := gjson.Get(w.Body.String(), "detail").Str; got != `there is no document "esimgo.yml", did you mean esimgo.yaml?` {
		t.Error(got)
	}
}

// The index names addresses at which the documents are, in the caller's scheme.
func TestIndexLeadsToDocuments(t *testing.T) {
	t.Parallel()
	s := fixtureServer(t)
	v := ask(t, s, "getIndex", "/")
	v.Get("documents").ForEach(func(name, address gjson.Result) bool {
		if w := document(s, httptest.NewRequest(http.MethodGet, address.Str, nil)); w.Code != http.StatusOK {
			t.Errorf("%s at %s: %d", name, address, w.Code)
		}
		return true
	})
	if got := v.Get("documents.@keys.#").Int(); got != 4 {
		t.Errorf("%d documents", got)
	}
	if v.Get("document").Str != "http://localhost:8484/_sim/openapi/control.yaml" {
		t.Error(v.Get("document"))
	}
	r := httptest.NewRequest(http.MethodGet, "https://localhost/_sim/", nil)
	r.TLS = &tls.ConnectionState{}
	if got := gjson.Get(document(s, r).Body.String(), "document").Str; got != "https://localhost/_sim/openapi/control.yaml" {
		t.Errorf("over HTTPS it is at %s", got)
	}
}
