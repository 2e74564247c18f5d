package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/internal/scenario"
)

// A Patch holds settings by provider and name; the provider "" holds the world's own.
type Patch = map[string]map[string]any

// plain is a copy of a patch with values of the types that JSON has.
func plain(p Patch) (out Patch, err error) {
	data, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		return nil, &SettingError{"", err.Error()}
	}
	return out, nil
}

// A SettingError refuses a setting: there is none of that name, or not that value.
type SettingError struct{ Pointer, Message string }

func (e *SettingError) Error() string { return e.Message }

// apply takes a patch whole or not at all. The caller holds the lock.
func (w *World) apply(patch Patch, now time.Time) error {
	if err := w.checkPatch(patch); err != nil {
		return err
	}
	// What a balance means may depend on a setting of the same patch, so those that are
	// chosen hold before state is set.
	before, targets := maps.Clone(w.patched), w.targets
	for provider, values := range patch {
		w.patch(provider, values)
	}
	w.choose()
	if err := w.setState(patch, now); err != nil {
		w.patched = before
		w.choose()
		return err
	}
	w.listened(targets, now)
	return nil
}

// setState gives accounts the state that settings ask for, such as a balance: all of it,
// or none when a value is refused.
func (w *World) setState(settings Patch, now time.Time) error {
	if !w.hasState(settings) {
		return nil
	}
	// It is tried in a world that nobody sees, since events that it causes cannot be taken
	// back, nor what else an account makes of it.
	trial := w.srv.newWorld(w.caller)
	defer trial.cancel()
	trial.accounts, trial.script, trial.patched, trial.quiet = map[string]*account{}, w.script, w.patched, true
	trial.choose()
	if err := trial.putState(settings, now); err != nil {
		return err
	}
	return w.putState(settings, now)
}

// hasState says whether settings ask for state at all.
func (w *World) hasState(settings Patch) bool {
	for _, p := range w.srv.cfg.Providers {
		for key := range settings[p.name] {
			if p.setting(key).set != nil {
				return true
			}
		}
	}
	return false
}

// putState sets it up to the first value that is refused.
func (w *World) putState(settings Patch, now time.Time) error {
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		p := w.srv.provider(name)
		if p == nil {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(settings[name])) {
			s := p.setting(key)
			if s.set == nil {
				continue
			}
			t := w.at(p, now)
			err := finite(settings[name][key])
			if err == nil {
				err = s.set(t, settings[name][key])
			}
			if err != nil {
				return &SettingError{"/" + name + "/" + key, err.Error()}
			}
		}
	}
	return nil
}

// finite refuses numbers that YAML has and JSON has not.
func finite(v any) error {
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return fmt.Errorf("%v is no number to be used", f)
	}
	return nil
}

// clonePatch shares nothing with p that is ever changed.
func clonePatch(p Patch) Patch {
	out := make(Patch, len(p))
	for provider, values := range p {
		out[provider] = maps.Clone(values)
	}
	return out
}

func (w *World) patch(provider string, values map[string]any) {
	merged := maps.Clone(w.patched[provider])
	if merged == nil {
		merged = map[string]any{}
	}
	maps.Copy(merged, values)
	w.patched[provider] = merged
}

// choose works out what holds: the scenarios in their order, then what was chosen by
// hand.
func (w *World) choose() {
	w.mode, w.settings, w.targets = w.srv.cfg.Validate, map[string]map[string]string{}, maps.Clone(w.srv.cfg.Webhooks)
	maps.DeleteFunc(w.targets, func(_ string, t Target) bool { return t.URL == "" })
	layers := []Patch{}
	for _, sc := range w.script.Scenarios() {
		layers = append(layers, sc.Settings)
	}
	for _, layer := range append(layers, w.patched) {
		for provider, values := range layer {
			for name, v := range values {
				text, ok := v.(string)
				switch {
				case provider == scenario.WebhookSettings:
					w.aim(name, v)
				case provider == "" && ok:
					w.mode = Mode(text)
				case ok && w.srv.vocab.Settings[provider][name] != nil:
					if w.settings[provider] == nil {
						w.settings[provider] = map[string]string{}
					}
					w.settings[provider][name] = text
				}
			}
		}
	}
}

// listened tells the accounts whose events have somewhere to go that had not before.
func (w *World) listened(before map[string]Target, now time.Time) {
	for _, name := range slices.Sorted(maps.Keys(w.targets)) {
		if a := w.accounts[name]; a != nil && before[name].URL == "" {
			a.provider.webhooks.listened(w.at(a.provider, now))
		}
	}
}

// aim points a provider's events at a target that was checked before.
func (w *World) aim(provider string, v any) {
	t, err := w.srv.checkTarget(v)
	if w.targets == nil {
		w.targets = map[string]Target{}
	}
	if delete(w.targets, provider); err == nil && t.URL != "" {
		w.targets[provider] = t
	}
}

// checkPatch refuses names and values that no setting has.
func (w *World) checkPatch(patch Patch) error {
	known := w.srv.vocab.Settings
	for _, provider := range slices.Sorted(maps.Keys(patch)) {
		settings, ok := known[provider]
		if !ok {
			names := slices.Sorted(maps.Keys(known))
			return &SettingError{"/" + provider, fmt.Sprintf("there is no provider %q%s", provider, nearest.Hint(provider, names))}
		}
		for _, name := range slices.Sorted(maps.Keys(patch[provider])) {
			at := strings.ReplaceAll("/"+provider+"/"+name, "//", "/")
			values, ok := settings[name]
			if !ok {
				return &SettingError{at, fmt.Sprintf("there is no setting %q%s", name, nearest.Hint(name, slices.Sorted(maps.Keys(settings))))}
			}
			if values == nil {
				continue
			}
			// JSON has words of its own for what a setting writes as false or 401.
			switch v := patch[provider][name].(type) {
			case bool, float64:
				patch[provider][name] = fmt.Sprint(v)
			}
			if text, ok := patch[provider][name].(string); !ok || !slices.Contains(values, text) {
				return &SettingError{at, fmt.Sprintf("%s is one of %s", name, strings.Join(values, ", "))}
			}
		}
	}
	return w.checkTargets(patch)
}

// checkTargets refuses addresses that no event may be sent to.
func (w *World) checkTargets(settings Patch) error {
	targets := settings[scenario.WebhookSettings]
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		if _, err := w.srv.checkTarget(targets[name]); err != nil {
			return &SettingError{"/" + scenario.WebhookSettings + "/" + name, err.Error()}
		}
	}
	return nil
}

func (s *Server) provider(name string) *Provider {
	for _, p := range s.cfg.Providers {
		if p.name == name {
			return p
		}
	}
	return nil
}
