package all_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// A body that is nested without end is malformed, as each API says that, and leaves the
// account as it was. A rule looks at every body, which must not take its time either.
func TestDeepBodies(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC)})
	w := srv.WorldT(t, "deep")
	w.ScenarioT(t, "version: 1\nname: looks\nrules: [{on: '*', when: 'body?.a == 1', do: {delay: 1ms}}]\n")
	const hostile = 120_000
	bodies := []string{`{"":`, strings.Repeat(`{"":`, hostile) + "1" + strings.Repeat("}", hostile)}
	for _, p := range all.Providers() {
		asked := 0
		for _, op := range p.Operations() {
			if op.Method == http.MethodGet || op.Method == http.MethodDelete {
				continue
			}
			base := p.Base()
			if len(op.Mounts) > 0 {
				base = op.Mounts[0]
			}
			asked++
			var answers [2]string
			before := w.View()
			for i, body := range bodies {
				answers[i] = answer(t, w.Client(p.Name()), op.Method, srv.URL()+base+op.Path, body)
			}
			if answers[0] != answers[1] {
				t.Errorf("%s %s: nested without end\n%s\nwant, as where it breaks off\n%s", p.Name(), op.ID, answers[1], answers[0])
			}
			if len(w.View().ESIMs) != len(before.ESIMs) {
				t.Errorf("%s %s: the body left eSIMs", p.Name(), op.ID)
			}
		}
		if asked == 0 {
			t.Errorf("%s has nothing to ask", p.Name())
		}
	}
}

// answer is all of it but what says when and under which number it was given.
func answer(t *testing.T, client *http.Client, method, url, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	return res.Status + " " + res.Header.Get("X-Esimsim-Findings") + " " + string(data)
}
