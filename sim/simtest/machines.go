package simtest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// machines holds what a world says can happen next against what does: along the story, in
// every state that a fixture can ask for, and wherever chance leads on from there. In the end
// something has gone along each arrow of each machine, from each of its states.
func machines(t *testing.T, s Subject) {
	srv := s.start(t)
	x := newExplorer(t, srv)
	for _, e := range x.need("GET", "/coverage", "").Get("providers.0.edges.#.name").Array() {
		name := s.Provider.Name() + "." + e.Str
		drawn := slices.ContainsFunc(x.machines, func(m *explored) bool { return slices.Contains(m.edges(), name) })
		if drawn == slices.Contains(s.Stateless, name) {
			t.Errorf("%s is in a machine: %t", name, drawn)
		}
	}
	for _, m := range x.machines {
		for _, word := range m.states {
			into := slices.ContainsFunc(m.arrows, func(a exploredArrow) bool { return a.to == word })
			if !into && word != m.initial {
				t.Errorf("nothing leads to %s of %s", word, m.entity)
			}
		}
	}
	x.fixtures(s)

	story := s.session(t, srv, "story")
	_ = srv.WorldT(t, "story").Patch(sim.Patch{s.Provider.Name(): {"rateLimit": "off"}}) // some have it
	for _, c := range s.Calls {
		story.do(c)
		x.check("story")
	}
	end, kept := x.need("GET", "/worlds/story/snapshot", "").Raw, story.kept
	for _, trail := range s.Trails {
		x.need("PUT", "/worlds/story/snapshot", end)
		story.kept = maps.Clone(kept)
		x.follow(s, trail, story)
	}
	// And on from its end, with any call, at first as edges pass by themselves, then by hand.
	later := 0
	for n := 0; n < 8 || n < 400 && len(x.missing()) > 0; n++ {
		x.need("PUT", "/worlds/story/snapshot", end)
		story.kept = maps.Clone(kept)
		call := func() {
			story.attempt(s.anyCall(x.chance, later))
			later++
		}
		x.walk("story", 8, call)
		x.need("POST", "/worlds/story/scenarios", x.byHand())
		x.walk("story", 12, call)
	}
	for _, m := range x.missing() {
		t.Error("was never seen: ", m)
	}
}

// anyCall is one of the story, or rather the next of those that come later.
func (s Subject) anyCall(chance *rand.Rand, later int) Call {
	if n := len(s.Later); n > 0 && chance.IntN(3) > 0 {
		return s.Later[later%n]
	}
	c := s.Calls[chance.IntN(len(s.Calls))]
	c.Act = nil // it counts on what came before
	return c
}

// fixtures goes on from every state that a test can begin with.
func (x *explorer) fixtures(s Subject) {
	orders, esims := s.Provider.FixtureStates()
	for n, item := range s.Items {
		begin := func(kind, state string) {
			for _, byHand := range []bool{false, true} {
				world := fmt.Sprintf("%s-%d-%s-%t", kind, n, state, byHand)
				body := fmt.Sprintf(`{%q:[{"provider":%q,"item":%q,"state":%q}]}`, kind, s.Provider.Name(), item, state)
				if status, v := x.call("PUT", "/worlds/"+world, body); status != http.StatusOK {
					if n == 0 { // other items need not come to every state
						x.t.Errorf("%s %s: %s", item, state, v)
					}
					return
				}
				if byHand {
					x.need("POST", "/worlds/"+world+"/scenarios", x.byHand())
				}
				x.walk(world, 12, nil)
			}
		}
		for _, state := range orders {
			begin("orders", state)
		}
		for _, state := range esims {
			begin("esims", state)
		}
	}
}

// follow goes along a trail, checking at each step.
func (x *explorer) follow(s Subject, trail Trail, story *session) {
	x.t.Helper()
	if trail.From != "" {
		body := fmt.Sprintf(`{"esims":[{"provider":%q,"item":%q,"state":%q}]}`, s.Provider.Name(), s.Items[0], trail.From)
		x.need("PUT", "/worlds/story", body)
	}
	x.need("POST", "/worlds/story/scenarios", x.byHand())
	for _, c := range trail.Calls {
		story.do(c)
	}
	for _, text := range trail.Edges {
		x.check("story")
		edge, id, _ := strings.Cut(story.fill(text), " ")
		things := x.things(x.need("GET", "/worlds/story", ""))
		slices.Reverse(things)
		i := slices.IndexFunc(things, func(s seen) bool {
			return (id == "" || id == s.id) && slices.ContainsFunc(s.moves, func(m move) bool { return m.edge == edge })
		})
		if i < 0 {
			x.t.Errorf("the trail %v ends before %s", trail.Edges, text)
			return
		}
		m, _ := things[i].move(edge)
		x.move("story", things, things[i], m)
	}
	x.check("story")
}

// missing are the legs that nothing went along.
func (x *explorer) missing() (out []string) {
	for _, m := range x.machines {
		for i, a := range m.arrows {
			for _, from := range a.from {
				if !m.met[leg{i, from}] {
					out = append(out, fmt.Sprintf("%s: %s from %s to %q", m.entity, a.edge, from, a.to))
				}
			}
		}
	}
	return out
}
