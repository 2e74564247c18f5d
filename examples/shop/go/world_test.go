package shop

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
)

// A world of esimsim for each test, with accounts, clock and scenarios of its own: a shop,
// and the levers of the world it buys in. A world begins when its name is first used in a
// credential.
type world struct {
	*testing.T
	shop           *Shop
	name, fullName string
	url            string // of the control plane

	mu        sync.Mutex
	delivered []Sale
}

func newWorld(t *testing.T, scenarios ...string) *world {
	t.Helper()
	// New each time, for a simulator that stays up from run to run.
	w := &world{T: t, name: fmt.Sprintf("%.50s-%.8s", strings.ReplaceAll(t.Name(), "/", "-"), newUUID())}
	w.fullName = strings.Join(append([]string{w.name, "esimfly-2026-09"}, scenarios...), "~")
	w.url = os.Getenv("ESIMSIM_URL") + "/_sim/worlds/" + w.fullName
	w.shop = &Shop{
		Esimfly: &Esimfly{BaseURL: os.Getenv("ESIMFLY_BASE_URL"), AccessCode: "esf_" + w.fullName, SecretKey: "sk_" + w.name},
		Deliver: func(sale Sale) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.delivered = append(w.delivered, sale)
			return nil
		},
	}
	return w
}

func (w *world) control(method, path, body string, answer any) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 400 {
		w.Fatalf("%s %s: %s %v", method, path, text, err)
	}
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			w.Fatal(err)
		}
	}
}

// advance lets time pass; what falls due has happened when this returns, webhooks too.
func (w *world) advance(duration string) {
	w.Helper()
	w.control(http.MethodPost, "/clock", fmt.Sprintf(`{"advance":%q}`, duration), nil)
}

// spent is how many cents of the 1000 USD that a world begins with are gone.
func (w *world) spent() int {
	w.Helper()
	var answer struct {
		Settings struct{ Esimfly struct{ Balance float64 } }
	}
	w.control(http.MethodGet, "", "", &answer)
	return int(math.Round(100_000 - 100*answer.Settings.Esimfly.Balance))
}

func (w *world) setBalance(balance float64) {
	w.Helper()
	w.control(http.MethodPatch, "", fmt.Sprintf(`{"esimfly":{"balance":%g}}`, balance), nil)
}

func (w *world) switchOn(scenario string) {
	w.Helper()
	w.control(http.MethodPut, "/scenarios/"+scenario, "", nil)
}

// addRules has this world misbehave by rules of a scenario of its own.
func (w *world) addRules(rules ...string) {
	w.Helper()
	text := strings.Join(append([]string{"version: 1\nname: own\nrules:"}, rules...), "\n  - ")
	w.control(http.MethodPost, "/scenarios", text, nil)
}

// use has a telephone use data.
func (w *world) use(iccid string, mb int) {
	w.Helper()
	w.control(http.MethodPost, "/esims/"+iccid+"/use", fmt.Sprintf(`{"mb":%d}`, mb), nil)
}

// sendWebhooks serves the shop's webhook and has this world send to it, signed with its
// secret.
func (w *world) sendWebhooks() {
	w.Helper()
	server := httptest.NewServer(Webhook(w.shop, "whsec_"+w.name))
	w.Cleanup(server.Close)
	w.control(http.MethodPatch, "", fmt.Sprintf(`{"webhooks":{"esimfly":{"url":%q}}}`, server.URL), nil)
}

// webhookStatuses are what the shop answered to each attempt at a webhook, oldest first.
func (w *world) webhookStatuses() (statuses []int) {
	w.Helper()
	var answer struct {
		Deliveries []struct{ Attempts []struct{ Status int } }
	}
	w.control(http.MethodGet, "/webhooks", "", &answer)
	for _, delivery := range answer.Deliveries {
		for _, attempt := range delivery.Attempts {
			statuses = append(statuses, attempt.Status)
		}
	}
	return statuses
}
