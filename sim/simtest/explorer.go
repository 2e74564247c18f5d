package simtest

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// An explorer tries edges through the control plane.
type explorer struct {
	t        *testing.T
	handler  http.Handler
	machines []*explored
	tried    map[string]int // how often an edge was tried on something, by how that looked
	walked   map[string]int // how often an edge was passed in a walk, by what passed it
	chance   *rand.Rand
}

type explored struct {
	provider, entity, initial string
	states                    []string
	arrows                    []exploredArrow
	met                       map[leg]bool // that something went along
}

type exploredArrow struct {
	edge, to string
	from     []string
	follows  bool
}

// A leg is an arrow from one of its states.
type leg struct {
	arrow int
	from  string
}

// A seen is a thing in a view.
type seen struct {
	of        *explored
	id, state string
	moves     []move
}

// A move is an edge that a thing can pass, and the state it says it leads to.
type move struct{ edge, to string }

func moves(v gjson.Result) (out []move) {
	for _, each := range v.Array() {
		out = append(out, move{each.Get("edge").Str, each.Get("to").Str})
	}
	return out
}

// move is the one by an edge, if there is one.
func (s seen) move(edge string) (move, bool) {
	if i := slices.IndexFunc(s.moves, func(m move) bool { return m.edge == edge }); i >= 0 {
		return s.moves[i], true
	}
	return move{}, false
}

func newExplorer(t *testing.T, srv *sim.Server) *explorer {
	x := &explorer{t: t, handler: srv.Handler(), tried: map[string]int{}, walked: map[string]int{}, chance: rand.New(rand.NewPCG(1, 2))}
	for _, m := range x.need("GET", "/machines", "").Get("machines").Array() {
		one := &explored{
			provider: m.Get("provider").Str, entity: m.Get("entity").Str, initial: m.Get("initial").Str,
			states: texts(m.Get("states")), met: map[leg]bool{},
		}
		for _, e := range m.Get("edges").Array() {
			one.arrows = append(one.arrows, exploredArrow{e.Get("edge").Str, e.Get("to").Str, texts(e.Get("from")), e.Get("follows").Bool()})
		}
		x.machines = append(x.machines, one)
	}
	return x
}

func texts(v gjson.Result) (out []string) {
	for _, each := range v.Array() {
		out = append(out, each.Str)
	}
	return out
}

func (x *explorer) call(method, path, body string) (int, gjson.Result) {
	x.t.Helper()
	w := httptest.NewRecorder()
	x.handler.ServeHTTP(w, httptest.NewRequest(method, "http://localhost/_sim"+path, strings.NewReader(body)))
	data, err := io.ReadAll(w.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return w.Code, gjson.ParseBytes(data)
}

// need is a call that must succeed.
func (x *explorer) need(method, path, body string) gjson.Result {
	x.t.Helper()
	status, v := x.call(method, path, body)
	if status/100 != 2 {
		x.t.Fatalf("%s %s %s: %d %s", method, path, body, status, v)
	}
	return v
}

// byHand is a scenario in which nothing happens by itself.
func (x *explorer) byHand() string {
	out, has := "version: 1\nname: by-hand\nsummary: All edges wait.\npolicies:\n", map[string]bool{}
	for _, m := range x.machines {
		for _, a := range m.arrows {
			if !has[a.edge] {
				out += "  " + a.edge + ": manual\n"
			}
			has[a.edge] = true
		}
	}
	return out
}

// things are all that a world shows, whatever they belong to.
func (x *explorer) things(view gjson.Result) (out []seen) {
	add := func(v gjson.Result) {
		of := slices.IndexFunc(x.machines, func(m *explored) bool {
			return m.provider == v.Get("provider").Str && m.entity == v.Get("entity").Str
		})
		if of < 0 {
			x.t.Fatalf("there is no machine for %s", v)
		}
		one := seen{x.machines[of], v.Get("id").Str, v.Get("state").Str, moves(v.Get("moves"))}
		if !slices.Contains(one.of.states, one.state) {
			x.t.Errorf("no state of %s: %s", one.of.entity, v)
		}
		for i, m := range one.moves {
			if slices.ContainsFunc(one.moves[:i], func(other move) bool { return other.edge == m.edge }) {
				x.t.Errorf("%s can go two ways by %s: %s", one.of.entity, m.edge, v)
			}
		}
		out = append(out, one)
	}
	for _, o := range view.Get("orders").Array() {
		add(o)
		for _, each := range o.Get("things").Array() {
			add(each)
		}
	}
	for _, e := range view.Get("esims").Array() {
		for _, each := range e.Get("things").Array() {
			add(each)
		}
	}
	for _, each := range view.Get("things").Array() {
		add(each)
	}
	return out
}

// often is how many times the same is tried, on things that look alike.
const often = 3

// check tries every edge on everything there is, unless that was done often on things like
// those, and gives the view. An edge that is not told of is refused, and changes nothing; one
// that is passes, in a fork.
func (x *explorer) check(world string) gjson.Result {
	x.t.Helper()
	path := "/worlds/" + world
	view := x.need("GET", path, "")
	things := x.things(view)
	var refused, passed []step
	for _, each := range things {
		for _, edge := range each.of.edges() {
			m, can := each.move(edge)
			sign := fmt.Sprint(each.of.entity, each.state, edge, each.moves)
			x.tried[sign]++
			switch again := x.tried[sign] > often; {
			case can && (!again || unmet(things, each, edge)):
				passed = append(passed, step{each, m})
			case !can && !again:
				refused = append(refused, step{each, move{edge: edge}})
			}
		}
	}
	if len(refused)+len(passed) == 0 {
		return view
	}
	before := x.need("GET", path+"/snapshot", "").Raw
	for _, s := range refused {
		if status, v := x.call("POST", path+"/edges", edgeBody(s.by.edge, s.of.id)); status != http.StatusConflict {
			x.t.Errorf("%s: %s is no move of %s, which is %s: %d %s", world, s.by.edge, s.of.id, s.of.state, status, v)
		}
	}
	for _, s := range passed {
		x.pass(world, things, s)
	}
	if after := x.need("GET", path+"/snapshot", "").Raw; after != before {
		x.t.Errorf("%s: looking and being refused has changed it:\n%s\n%s", world, before, after)
	}
	return view
}

// edges are those that things of a machine pass themselves.
func (m *explored) edges() (out []string) {
	for _, a := range m.arrows {
		if !a.follows && !slices.Contains(out, a.edge) {
			out = append(out, a.edge)
		}
	}
	return out
}

// unmet says whether an edge that a thing passes may lead it, or another one, along an arrow
// that was not seen yet.
func unmet(things []seen, one seen, edge string) bool {
	return slices.ContainsFunc(things, func(s seen) bool {
		for i, a := range s.of.arrows {
			if a.edge == edge && slices.Contains(a.from, s.state) && !s.of.met[leg{i, s.state}] && (a.follows || s.id == one.id) {
				return true
			}
		}
		return false
	})
}

func edgeBody(edge, id string) string { return fmt.Sprintf(`{"edge":%q,"id":%q}`, edge, id) }

// pass tries an edge in a fork.
func (x *explorer) pass(world string, things []seen, s step) {
	x.t.Helper()
	fork := "fork-" + world
	x.need("POST", "/worlds/"+world+"/fork", `{"name":"`+fork+`"}`)
	x.move(fork, things, s.of, s.by)
	x.need("DELETE", "/worlds/"+fork, "")
}

// move passes an edge, and finds everything where the machines have it, and what passed it
// where the move said.
func (x *explorer) move(world string, things []seen, one seen, m move) {
	x.t.Helper()
	edge := m.edge
	path := "/worlds/" + world
	status, v := x.call("POST", path+"/edges", edgeBody(edge, one.id))
	if status != http.StatusOK {
		x.t.Errorf("%s: %s is a move of %s, which is %s: %d %s", world, edge, one.id, one.state, status, v)
		return
	}
	now := x.things(x.need("GET", path, ""))
	for _, was := range things {
		i := slices.IndexFunc(now, func(s seen) bool { return s.of == was.of && s.id == was.id })
		if i < 0 {
			x.t.Errorf("%s: after %s there is no %s %s", world, edge, was.of.entity, was.id)
			continue
		}
		var said *move
		if was.of == one.of && was.id == one.id {
			said = &m
		}
		if !was.leads(now[i].state, said, v.Get("happened").Array()) {
			x.t.Errorf("%s: %s of %s: %s %s, said to come to %q, went from %s to %s: %s",
				world, edge, one.id, was.of.entity, was.id, m.to, was.state, now[i].state, v.Get("happened"))
		}
	}
}

// A route is a state, and the legs that lead there.
type route struct {
	state string
	along []leg
}

// leads says whether what happened takes the thing to a state, and notes on the way there
// which arrows it went along. Its own edges take it along an arrow each, the first of them
// along the one that was said; those it may follow need not.
func (s seen) leads(to string, said *move, happened []gjson.Result) bool {
	routes := []route{{state: s.state}}
	for n, h := range happened {
		edge, own := h.Get("edge").Str, h.Get("id").Str == s.id
		next := []route{}
		moved := false
		for _, r := range routes {
			for i, a := range s.of.arrows {
				if a.edge != edge || a.follows == own || !slices.Contains(a.from, r.state) || n == 0 && said != nil && a.to != said.to {
					continue
				}
				moved = moved || own
				then := route{r.state, append(slices.Clone(r.along), leg{i, r.state})}
				if a.to != "" {
					then.state = a.to
				}
				next = append(next, then)
			}
		}
		if own && !moved && slices.Contains(s.of.edges(), edge) {
			return false
		}
		if !moved {
			next = append(next, routes...)
		}
		routes = next
	}
	routes = slices.DeleteFunc(routes, func(r route) bool { return r.state != to })
	if len(routes) == 1 {
		for _, l := range routes[0].along {
			s.of.met[l] = true
		}
	}
	return len(routes) > 0
}

// A step is an edge that a thing can pass.
type step struct {
	of seen
	by move
}

func (s step) key() string { return s.of.of.entity + " " + s.of.state + " " + s.by.edge }

// walk checks, and goes on by chance: along a move, by what a device does, with time, or
// with a call, where there are any.
func (x *explorer) walk(world string, steps int, call func()) {
	x.t.Helper()
	path := "/worlds/" + world
	for n := range steps {
		var view gjson.Result
		if call == nil || n%4 == 0 { // there is more in a world of calls, and it changes less
			view = x.check(world)
		} else {
			view = x.need("GET", path, "")
		}
		things := x.things(view)
		var all []step
		for _, each := range things {
			for _, m := range each.moves {
				all = append(all, step{each, m})
			}
		}
		switch n := x.chance.IntN(10); {
		case n < 4 && call != nil:
			call()
		case n < 7 && len(all) > 0:
			x.chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			s := all[0]
			switch i := slices.IndexFunc(all, func(s step) bool { return unmet(things, s.of, s.by.edge) }); {
			case i >= 0 && n < 6: // where nothing went before
				s = all[i]
			case n < 5: // or not much
				s = slices.MinFunc(all, func(a, b step) int { return cmp.Compare(x.walked[a.key()], x.walked[b.key()]) })
			}
			x.walked[s.key()]++
			x.move(world, things, s.of, s.by)
		case n < 9:
			act := []string{"install {}", "attach {}", `use {"mb":1}`, `use {"mb":1000000}`, "remove {}"}[x.chance.IntN(5)]
			verb, body, _ := strings.Cut(act, " ")
			if esims := view.Get("esims").Array(); len(esims) > 0 {
				iccid := esims[x.chance.IntN(len(esims))].Get("iccid").Str
				if status, v := x.call("POST", path+"/esims/"+iccid+"/"+verb, body); status != http.StatusOK && status != http.StatusConflict {
					x.t.Errorf("%s: %s of %s: %d %s", world, act, iccid, status, v)
				}
			}
		case call == nil: // signatures of calls stand by the clock
			x.need("POST", path+"/clock", `{"advance":"`+strconv.Itoa(1+x.chance.IntN(72))+`h"}`)
		}
		if x.t.Failed() {
			return
		}
	}
}
