package sim

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/scenario"
)

// A based scenario is on in every world.
type based struct {
	sc   *scenario.Scenario
	path string // of its file; "" for a bundled one
	seen time.Time
	size int64
}

func (s *Server) baseScenarios() (list []*scenario.Scenario) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, b := range s.base {
		list = append(list, b.sc)
	}
	return list
}

// Reload reads again every scenario that was given as a file. One with a mistake is told
// of and the old reading kept; a good one takes the place of the old in all worlds. Its
// settings and timeline count as switched on now.
func (s *Server) Reload() error {
	s.mu.RLock()
	base := slices.Clone(s.base)
	s.mu.RUnlock()
	var mistakes []error
	for i, b := range base {
		if b.path == "" {
			continue
		}
		latest, err := s.readScenario(b.path)
		if err == nil {
			err = s.rehearse(latest)
		}
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		s.mu.Lock()
		s.base[i].sc = latest
		worlds := slices.Collect(maps.Values(s.worlds))
		s.mu.Unlock()
		for _, w := range worlds {
			w.turn(nil, func(t *Turn) { w.replace(b.sc, latest, t.Now) })
		}
	}
	return errors.Join(mistakes...)
}

// rehearse switches a scenario on in a world that nobody will see.
func (s *Server) rehearse(sc *scenario.Scenario) error {
	trial := s.newWorld(Caller{World: "trial"})
	defer trial.cancel()
	if err := trial.begin(time.Time{}); err != nil {
		return err
	}
	return trial.switchOn(sc, trial.begun)
}

// replace swaps a scenario where it stands, so that the order of the others is kept.
func (w *World) replace(old, latest *scenario.Scenario, now time.Time) {
	if !w.script.Replace(old, latest) {
		return
	}
	w.waits.dropMoments(old.Name)
	for i := range latest.Timeline {
		m := &latest.Timeline[i]
		w.waits.add(&wait{id: latest.Name, moment: m, due: now.Add(m.After)})
	}
	before := w.targets
	w.choose()
	w.listened(before, now)
	if err := w.setState(latest.Settings, now); err != nil {
		w.srv.log.Warn("scenario reloaded, but its state is refused", "world", w.name, "scenario", latest.Name, "err", err)
	}
}

// watchEvery is how often scenario files are looked at.
const watchEvery = time.Second

// watch reloads scenario files that have changed, until ctx ends.
func (s *Server) watch(ctx context.Context) {
	for s.cfg.Real.Sleep(ctx, watchEvery) == nil {
		s.tasks.guard(s.reloadChanged)
	}
}

func (s *Server) reloadChanged() {
	if !s.changed() {
		return
	}
	if err := s.Reload(); err != nil {
		s.log.Error("scenario not reloaded, the old one stays", "err", err)
		return
	}
	s.log.Info("scenarios reloaded")
}

// changed looks whether a file is another than when last seen.
func (s *Server) changed() (changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.base {
		b := &s.base[i]
		if b.path == "" {
			continue
		}
		info, err := os.Stat(b.path)
		if err != nil {
			continue // an editor may be between removing and renaming
		}
		if !info.ModTime().Equal(b.seen) || info.Size() != b.size {
			changed, b.seen, b.size = true, info.ModTime(), info.Size()
		}
	}
	return changed
}
