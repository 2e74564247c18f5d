package esimgo

import (
	"net/http"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// prefix begins every API key here; the real ones have none.
const prefix = "esimgo_"

// apiKey is the credential as it came.
func apiKey(r *sim.Request) string { return strings.TrimSpace(r.First("X-Api-Key")) }

// identify reads "X-API-Key: esimgo_<name>". A key in the query string, as versions up to
// 2.1 took it, and an Authorization header are no credential (vendor's documentation of
// v2.2 and later; clients send a bearer token beside the key, which does no harm).
func identify(r *sim.Request) (string, error) {
	return nameOf(apiKey(r))
}

func nameOf(key string) (string, error) {
	name, ours := strings.CutPrefix(strings.TrimSpace(key), prefix)
	if !ours || name == "" {
		return "", sim.ErrUnauthenticated
	}
	return name, nil
}

func keyOf(name string) (key, secret string) { return prefix + name, "" }

func credentials(key, _ string) []sim.Credential {
	return []sim.Credential{{Name: "X-API-Key", Env: "ESIMGO_API_KEY", Value: key}}
}

func authorize(r *http.Request, a sim.Authorization) { r.Header.Set("X-API-Key", a.Key) }
