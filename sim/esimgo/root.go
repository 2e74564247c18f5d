package esimgo

import (
	"net/http"
	"slices"

	"github.com/esimsim/esimsim/sim"
)

// listPaths is GET /: the paths of the API, in the version that was asked. That they are
// the paths is assumed, since the owner's page shows two texts.
func listPaths(_ *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	var paths []string
	for _, op := range operations() {
		served := op.Mounts == nil || slices.Contains(op.Mounts, r.Mount)
		if served && !slices.Contains(paths, op.Path) {
			paths = append(paths, op.Path)
		}
	}
	return sim.Reply{Status: http.StatusOK, Body: paths}, nil
}
