package sim_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// TestDirectPaths asks two simulators the same, one of which has the router alone.
func TestDirectPaths(t *testing.T) {
	t.Parallel()
	open := func() *sim.Server {
		s, err := sim.New(sim.Config{Providers: all.Providers(), Freeze: time.Unix(1_780_000_000, 0)})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	a, b := open(), open()
	direct, routed := a.Handler(), b.Routed()
	values := []string{
		"x", "a%20b", "a%2Fb", "a%2fb/", "%7Bx%7D", "{x}", "a+b", "%C5%82", "ł", "", ".", "..", "a//b", "a;b", "a%3Fb", "%00", "%0A", "~", "a:b", "*", "%2E%2E", "networks", "assignments",
	}
	variable := regexp.MustCompile(`\{[^}]*\}`)
	targets := []string{"*", "/", "//", "/_sim", "/_sim/esims/x", "/v2.4", "/v2.4/", "/V2.4/orders", "/v2X4/orders/x", "/img/flags/tr.svg", "/api", "/api//esim/order"}
	for _, p := range all.Providers() {
		for _, mount := range p.Mounts() {
			for _, op := range p.Operations() {
				for i, v := range values {
					path := mount + variable.ReplaceAllLiteralString(op.Path, v)
					targets = append(targets, path)
					if i == 0 {
						targets = append(targets, path+"/", path+"/more", "/"+path, strings.ToUpper(path), strings.Replace(path, "e", "%65", 1), path+"%2F")
					}
				}
			}
		}
	}
	keys := map[string]string{"X-API-Key": "esimgo_ci", "Authorization": "Bearer roamify_ci", "RT-AccessCode": "esf_ci"}
	for _, target := range targets {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodOptions, "odd"} {
			if strings.ContainsAny(target, " \n") {
				continue
			}
			ask := func(h http.Handler) *httptest.ResponseRecorder {
				r := httptest.NewRequest(method, target, strings.NewReader("{}"))
				for k, v := range keys {
					r.Header.Set(k, v)
				}
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				return w
			}
			got, want := ask(direct), ask(routed)
			if got.Code != want.Code || got.Body.String() != want.Body.String() || !maps.EqualFunc(got.Header(), want.Header(), func(a, b []string) bool {
				return strings.Join(a, "\n") == strings.Join(b, "\n")
			}) {
				t.Errorf("%s %s\n got %d %v %s\nwant %d %v %s", method, target,
					got.Code, got.Header(), got.Body, want.Code, want.Header(), want.Body)
			}
		}
	}
	t.Log(len(targets), "targets")
}
