package roamify

import (
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// prefix begins every access token here, as it does in the vendor's newer samples.
const prefix = "roamify_"

// identify reads "Authorization: Bearer roamify_<name>". A missing header, another
// scheme and an unknown token are all the same 401 (vendor's authentication page).
func identify(r *sim.Request) (string, error) {
	return bearer(r.Header.Get("Authorization"))
}

func bearer(header string) (string, error) {
	// RFC 7235 leaves the case of the scheme open.
	scheme, token, _ := strings.Cut(header, " ")
	name, ours := strings.CutPrefix(strings.TrimSpace(token), prefix)
	if !strings.EqualFold(scheme, "Bearer") || !ours || name == "" {
		return "", sim.ErrUnauthenticated
	}
	return name, nil
}

func credentials(name string) []sim.Credential {
	return []sim.Credential{
		{Name: "Authorization", Value: "Bearer " + prefix + name},
		{Name: "access token", Env: "ROAMIFY_ACCESS_TOKEN", Value: prefix + name},
	}
}
