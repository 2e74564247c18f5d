package esimgo

import (
	"net/http"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// The versions of the API, by the path they are served under. Old ones stay as they were
// (vendor's release notes), so what a later one added does not show in them.
const (
	v23 = "/v2.3"
	v24 = "/v2.4"
	v25 = "/v2.5"
)

// newer are the operations that only some versions have: compatible came with v2.4,
// suspending and deleting eSIMs with v2.5 (vendor's release notes and guides).
var newer = map[string][]string{
	"checkCompatibility": {v24, v25},
	"getSuspension":      {v25},
	"suspendEsim":        {v25},
	"deleteEsim":         {v25},
}

// missing says that the version a request came under lacks its operation.
func missing(r *sim.Request) bool {
	versions, ok := newer[r.Operation]
	return ok && !slices.Contains(versions, r.Mount)
}

// lacked is how a version answers a path or a method that only later ones have: as any it
// never heard of. An eSIM can be deleted in v2.5 only, but read in all.
func lacked(r *sim.Request) error {
	if r.Operation == "deleteEsim" {
		return &sim.MethodError{Allow: []string{http.MethodGet}}
	}
	return sim.ErrNoRoute
}

// known leaves out of a refused method's alternatives what the version lacks.
func known(r *sim.Request, m *sim.MethodError) error {
	if r.Mount == v25 {
		return m
	}
	switch steps := strings.Split(strings.TrimPrefix(r.URL.Path, r.Mount+"/"), "/"); {
	case len(steps) == 2 && steps[0] == "esims" && slices.Contains(m.Allow, http.MethodDelete):
		return lacked(&sim.Request{Operation: "deleteEsim"})
	case len(steps) == 3 && steps[0] == "esims" && steps[2] == "suspend":
		return sim.ErrNoRoute
	case r.Mount == v23 && len(steps) == 4 && steps[0] == "esims" && steps[2] == "compatible":
		return sim.ErrNoRoute
	}
	return m
}
