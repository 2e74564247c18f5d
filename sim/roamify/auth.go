package roamify

import (
	"net/http"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// prefix begins every access token here, as it does in the vendor's newer samples.
const prefix = "roamify_"

// identify reads "Authorization: Bearer roamify_<name>". A missing header, another
// scheme and an unknown token are all the same 401 (vendor's authentication page).
func identify(r *sim.Request) (string, error) {
	name, ours := strings.CutPrefix(token(r), prefix)
	if !ours || name == "" {
		return "", sim.ErrUnauthenticated
	}
	return name, nil
}

func token(r *sim.Request) string { return bearer(r.First("Authorization")) }

// bearer is the token of an Authorization header, "" where there is none.
func bearer(header string) string {
	// RFC 7235 leaves the case of the scheme open.
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func keyOf(name string) (token, secret string) { return prefix + name, "" }

func credentials(token, _ string) []sim.Credential {
	return []sim.Credential{
		{Name: "Authorization", Value: "Bearer " + token},
		{Name: "access token", Env: "ROAMIFY_ACCESS_TOKEN", Value: token},
	}
}

// authorize is the header of the vendor's authentication page.
func authorize(r *http.Request, a sim.Authorization) { r.Header.Set("Authorization", "Bearer "+a.Key) }
