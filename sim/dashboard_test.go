package sim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// Browsers get the dashboard, also without the token for which it asks; others get the
// index as ever, with it. A name on the internet that points here gets neither.
func TestDashboardIsForBrowsers(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{ControlToken: "secret"})
	const browser = "text/html,application/xhtml+xml,*/*;q=0.8"
	for _, c := range []struct {
		path, accept, host, auth string
		status                   int
		body                     string
	}{
		{"/_sim/", browser, "", "", 200, "<!doctype html>"},
		{"/_sim/", browser, "", "Bearer secret", 200, "<!doctype html>"},
		{"/_sim/", browser, "evil.example", "", 403, "is not served to Host"},
		{"/_sim/", "*/*", "", "", 401, "control token"},
		{"/_sim/", "*/*", "", "Bearer secret", 200, `"worlds": [`},
		{"/_sim/", "application/json", "", "Bearer secret", 200, `"worlds": [`},
		{"/_sim", browser, "", "", 200, "<!doctype html>"},
		{"/_sim/ui/main.js", "*/*", "", "", 200, "import"},
		{"/_sim/ui/main.js", "*/*", "evil.example", "", 403, "is not served to Host"},
		{"/_sim/ui/none.js", "*/*", "", "", 404, "the dashboard has no /_sim/ui/none.js"},
		{"/_sim/ui/..%2Fdashboard.go", "*/*", "", "", 404, "the dashboard has no"},
		{"/_sim/worlds", browser, "", "", 401, "control token"},
		{"/", browser, "", "", 200, `<a href="/_sim/">`},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL()+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", c.accept)
		if c.host != "" {
			req.Host = c.host
		}
		if c.auth != "" {
			req.Header.Set("Authorization", c.auth)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != c.status || !strings.Contains(string(body), c.body) {
			t.Errorf("GET %s, Accept %s, Host %q, %q: %d %.200s, want %d with %s", c.path, c.accept, c.host, c.auth, res.StatusCode, body, c.status, c.body)
		}
		if strings.HasSuffix(c.path, "/_sim/") && res.Header.Get("Vary") != "Accept" && c.status != 403 {
			t.Errorf("%s as %s may be taken from a cache for the other", c.path, c.accept)
		}
	}
}
