package sim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// Whatever a control call's body holds, the answer is a JSON document and no bug.
func FuzzControlBodies(f *testing.F) {
	paths := []string{"PATCH ", "POST /clock", "POST /edges", "POST /esims/last/use", "POST /esims/last/attach", "POST /reset"}
	for i, body := range []string{`{"toy":{"balance":1}}`, `{"advance":"1d"}`, `{"edge":"toy.thing.ready","id":"x"}`, `{"mb":1}`, `{"country":"JP"}`, `{}`} {
		f.Add(uint8(i), body)
		f.Add(uint8(i), strings.Repeat(`{"":`, 120_000)+"1"+strings.Repeat("}", 120_000))
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		s, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start})
		if err != nil {
			t.Fatal(err)
		}
		method, path, _ := strings.Cut(paths[int(which)%len(paths)], " ")
		r := httptest.NewRequest(method, "http://localhost/_sim/worlds/f"+path, strings.NewReader(body))
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError || !strings.HasPrefix(w.Body.String(), "{") {
			t.Errorf("%s %s %q: %d %s", method, path, body, w.Code, w.Body)
		}
	})
}
