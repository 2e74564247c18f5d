package sim_test

import (
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// Machines that contradict themselves are a bug at start-up and not at the first look.
func TestDefineChecksMachines(t *testing.T) {
	t.Parallel()
	type (
		all   = sim.Machines[toy]
		arrow = sim.Arrow[toy]
	)
	yes := func(*sim.Tx[toy], string) bool { return true }
	for name, c := range map[string]struct {
		change func(*all)
		why    string
	}{
		"no orders":  {func(m *all) { m.Orders = nil }, "machines need Orders and ESIM"},
		"no eSIMs":   {func(m *all) { m.ESIM = nil }, "machines need Orders and ESIM"},
		"no states":  {func(m *all) { m.List = append(m.List, sim.Machine[toy]{Entity: "other"}) }, "other has no states"},
		"other word": {func(m *all) { m.List[0].Arrows[0].To = "lost" }, `no thing is "lost"`},
		"two ways": {func(m *all) {
			m.List[0].Arrows = append(m.List[0].Arrows, arrow{Edge: "thing.ready", From: []string{"new"}, Only: yes})
		}, "what decides where thing.ready leads from new of thing?"},
		"two ways, decided late": {func(m *all) {
			m.List[0].Arrows[0].Only = yes
			m.List[0].Arrows = append(m.List[0].Arrows, arrow{Edge: "thing.ready", From: []string{"new"}})
		}, "what decides where thing.ready leads from new of thing?"},
		"two ways, decided": {func(m *all) {
			m.List[0].Arrows[0].Only = yes
			m.List[0].Arrows = append(m.List[0].Arrows, arrow{Edge: "thing.ready", From: []string{"new"}, Only: yes})
		}, ""},
		"from elsewhere": {func(m *all) {
			m.List[0].Arrows = append(m.List[0].Arrows, arrow{Edge: "thing.ready", From: []string{"gone"}})
		}, ""},
		"of another": {func(m *all) {
			m.List[0].Arrows = append(m.List[0].Arrows, arrow{Edge: "thing.ready", From: []string{"new"}, Follows: true})
		}, ""},
	} {
		said := func() (said string) {
			defer func() { said, _ = recover().(string) }()
			m := toyMachines()
			c.change(m)
			defineWith(m)
			return ""
		}()
		if (c.why == "") != (said == "") || !strings.Contains(said, c.why) {
			t.Errorf("%s: %q, want %q", name, said, c.why)
		}
	}
}

// defineWith is a provider of nothing but the edges of machines.
func defineWith(m *sim.Machines[toy]) {
	pass := func(*sim.Tx[toy], string) error { return nil }
	sim.Define(sim.Definition[toy]{
		Name: "toy", Title: "Toy", Mounts: []string{"/toy"}, Document: []byte(toyDocument),
		Key:         func(*sim.Request) string { return "" },
		Identify:    func(*sim.Request) (string, error) { return "", nil },
		KeyOf:       func(string) (key, secret string) { return "", "" },
		Credentials: func(string, string) []sim.Credential { return nil },
		Open:        func(*sim.Tx[toy]) {},
		EncodeError: encodeToyError,
		Device:      func(*sim.Tx[toy], *esim.Profile, esim.Action) (esim.Bytes, error) { return 0, nil },
		Edges:       []sim.Edge[toy]{{Name: "thing.ready", Pass: pass}, {Name: "thing.gone", Pass: pass}},
		Machines:    m,
	})
}
