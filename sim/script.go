package sim

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/internal/scenario"
)

// ScenarioHeader is the header of a request that names bundled scenarios, separated by
// commas, which are on for that request beside those of its world.
const ScenarioHeader = "X-Esimsim-Scenario"

// switchOn puts a scenario last, so that it wins: the state it asks for is set, its
// settings hold from now, and its timeline begins. It is taken whole or not at all. The
// caller holds the lock.
func (w *World) switchOn(sc *scenario.Scenario, now time.Time) error {
	before, targets := w.script.Scenarios(), w.targets
	w.script.Add(sc)
	w.choose()
	err := roomFor(w.script.Scenarios())
	if err != nil {
		err = fmt.Errorf("%w: switch one off first", err)
	}
	if err == nil {
		err = w.checkTargets(sc.Settings)
	}
	if err == nil {
		err = w.setState(sc.Settings, now)
	}
	if err != nil {
		w.script.Reset(before)
		w.choose()
		return fmt.Errorf("scenario %s: %w", sc.Name, err)
	}
	w.waits.dropMoments(sc.Name) // of an earlier reading
	for _, old := range before {
		if old.Name == sc.Name && old != sc {
			w.script.Forget(old)
		}
	}
	w.listened(targets, now)
	for i := range sc.Timeline {
		m := &sc.Timeline[i]
		w.waits.add(&wait{id: sc.Name, moment: m, due: now.Add(m.After)})
	}
	return nil
}

// The bounds of the scenarios that are on in one world: how many, and the bytes of their
// texts together.
const (
	maxScenarios     = 100
	maxScenarioBytes = 4 << 20
)

// roomFor says why a world cannot have so many scenarios on.
func roomFor(list []*scenario.Scenario) error {
	if len(list) > maxScenarios {
		return fmt.Errorf("a world has at most %d scenarios on", maxScenarios)
	}
	n := 0
	for _, sc := range list {
		n += len(sc.Text)
	}
	if n > maxScenarioBytes {
		return fmt.Errorf("the scenarios of a world are at most %d MiB together", maxScenarioBytes>>20)
	}
	return nil
}

// switchOff takes a scenario away, with what is left of its timeline. Settings go back to
// what the others say; money spent stays spent.
func (w *World) switchOff(name string) bool {
	w.waits.dropMoments(name)
	for _, sc := range w.script.Scenarios() {
		if sc.Name == name && !w.srv.isBundled(sc) {
			w.script.Forget(sc) // nobody can switch it on again
		}
	}
	was := w.script.Remove(name)
	w.choose()
	return was
}

// SwitchOn puts a bundled scenario on, after those that are, so that it wins. It is an error
// where there is none of that name.
func (w *World) SwitchOn(name string) error {
	sc, err := w.srv.bundledScenario(name)
	if err != nil {
		return err
	}
	w.turn(nil, func(t *Turn) { err = w.switchOn(sc, t.Now) })
	return err
}

// AddScenario reads a scenario from YAML and switches it on. The error names each mistake as
// body:line:column: message, one a line, and then none is on.
func (w *World) AddScenario(text []byte) (name string, err error) {
	sc, err := scenario.Load("body", text, w.srv.vocab)
	if err != nil {
		return "", err
	}
	w.turn(nil, func(t *Turn) { err = w.switchOn(sc, t.Now) })
	return sc.Name, err
}

// SwitchOff takes a scenario away; false says that it was not on.
func (w *World) SwitchOff(name string) (was bool) {
	w.turn(nil, func(*Turn) { was = w.switchOff(name) })
	return was
}

// happen does what a moment of a timeline says.
func (t *Turn) happen(q *wait) {
	m := q.moment
	var err error
	switch {
	case m.Set != nil:
		err = t.w.apply(m.Set, t.Now)
	case m.Edge != nil:
		err = t.passByHand(m.Edge.Edge, m.Edge.ID)
	case m.Device != nil:
		_, _, err = t.actOn(m.Device.ESIM, func(megabyte esim.Bytes) esim.Action {
			volume := esim.Bytes(m.Device.Bytes) + esim.Bytes(m.Device.MB*float64(megabyte))
			return esim.Action{Kind: esim.ActionKind(m.Device.Kind), Country: m.Device.Country, Bytes: volume}
		})
	}
	if err != nil {
		t.w.srv.log.Warn("timeline", "world", t.w.name, "scenario", q.id, "line", m.Line, "err", err)
	}
}

// extra is the script of a request's own header, which keeps its counts from one request
// to the next. The caller holds the lock.
func (w *World) extra(header string) (*scenario.Script, error) {
	if header == "" {
		return nil, nil
	}
	if s := w.extras[header]; s != nil {
		return s, nil
	}
	if len(w.extras) >= maxExtras {
		return nil, fmt.Errorf("a world remembers at most %d values of %s", maxExtras, ScenarioHeader)
	}
	var list []*scenario.Scenario
	for name := range strings.SplitSeq(header, ",") {
		sc, err := w.srv.bundledScenario(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if err := w.checkTargets(sc.Settings); err != nil {
			return nil, err
		}
		list = append(list, sc)
	}
	w.extras[header] = scenario.NewScript(list, w.dice)
	return w.extras[header], nil
}

// maxExtras bounds the memory that headers can take.
const maxExtras = 100

// ScenarioNames lists the bundled scenarios.
func (s *Server) ScenarioNames() []string { return slices.Clone(s.bundled) }

// bundledScenario reads a scenario of the library, once.
func (s *Server) bundledScenario(name string) (*scenario.Scenario, error) {
	s.mu.RLock()
	sc := s.library[name]
	s.mu.RUnlock()
	if sc != nil {
		return sc, nil
	}
	if !slices.Contains(s.bundled, name) {
		return nil, fmt.Errorf("there is no scenario %q%s", name, nearest.Hint(name, s.bundled))
	}
	data, err := fs.ReadFile(s.cfg.Library, name+".yaml")
	if err != nil {
		return nil, err
	}
	if sc, err = scenario.Load("scenarios/"+name+".yaml", data, s.vocab); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.library[name]; first != nil {
		return first, nil
	}
	s.library[name] = sc
	return sc, nil
}

// isBundled says whether a scenario is that of the library.
func (s *Server) isBundled(sc *scenario.Scenario) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.library[sc.Name] == sc
}

// scenario is a bundled one by its name, or a file by its path.
func (s *Server) scenario(name string) (sc *scenario.Scenario, path string, err error) {
	if slices.Contains(s.bundled, name) || !strings.ContainsAny(name, "/\\") && !strings.HasSuffix(name, ".yaml") {
		sc, err = s.bundledScenario(name)
		return sc, "", err
	}
	sc, err = s.readScenario(name)
	return sc, name, err
}

func (s *Server) readScenario(path string) (*scenario.Scenario, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("scenario file: %w", err)
	}
	if info.Size() > scenario.MaxSize {
		return nil, fmt.Errorf("scenario file %s is larger than %d bytes", path, scenario.MaxSize)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("scenario file: %w", err)
	}
	return scenario.Load(path, data, s.vocab)
}

// Unfired lists the rules that never did anything, by scenario and line, of the bundled
// scenarios used and of those given as files.
func (s *Server) Unfired() (rules []string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	used := slices.Collect(maps.Values(s.library))
	for _, b := range s.base {
		if b.path != "" {
			used = append(used, b.sc)
		}
	}
	for _, sc := range used {
		for _, r := range sc.Rules {
			if name := scenario.RuleName(sc, r); !s.fired[name] {
				rules = append(rules, name)
			}
		}
	}
	slices.Sort(rules)
	return rules
}

func (s *Server) noteFired(rule string) {
	s.mu.RLock()
	known := s.fired[rule]
	s.mu.RUnlock()
	if known {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fired[rule] = true
}
