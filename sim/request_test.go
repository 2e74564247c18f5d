package sim_test

import (
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// The bodies of errors are asked for outside any call, and may have links.
func TestErrorWithALink(t *testing.T) {
	t.Parallel()
	d := toyDefinition()
	encode := d.EncodeError
	d.EncodeError = func(r *sim.Request, err error) sim.Reply {
		reply := encode(r, err)
		reply.Body = []byte(r.Link("/help"))
		return reply
	}
	list := sim.Errors([]*sim.Provider{sim.Define(d)})
	if len(list) == 0 {
		t.Fatal("the provider has no errors")
	}
	for _, e := range list {
		if string(e.Body) != "/help" {
			t.Errorf("%s: %s", e.Name, e.Body)
		}
	}
}
