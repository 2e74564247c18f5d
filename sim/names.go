package sim

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/internal/scenario"
)

var worldName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// A nameError says why a name is refused. The caller of the API is told as of any
// unknown key; the hint goes to a header and the journal.
type nameError struct{ hint string }

func (e *nameError) Error() string { return e.hint }
func (e *nameError) Unwrap() error { return ErrUnauthenticated }

// caller reads a name: the world's, then any scenarios after "~".
func (s *Server) caller(name string) (Caller, error) {
	if w := s.lookup(name); w != nil {
		return w.caller, nil
	}
	parts := strings.Split(name, "~")
	c := Caller{World: name, Base: parts[0], Scenarios: parts[1:]}
	if !worldName.MatchString(c.Base) {
		return c, &nameError{"a name is 1 to 64 of letters, digits, '.', '_' and '-'"}
	}
	if reserved(c.Base, "revoked") {
		return c, &nameError{"a name that begins with revoked stands for a revoked key"}
	}
	c.Forbidden = reserved(c.Base, "forbidden")
	for _, sc := range c.Scenarios {
		if !slices.Contains(s.bundled, sc) {
			// What was sent is not repeated: it may be part of a real key.
			return c, &nameError{"there is no scenario by that name" + nearest.Hint(sc, s.bundled)}
		}
	}
	return c, nil
}

func reserved(name, word string) bool {
	return name == word || strings.HasPrefix(name, word+"-")
}

// names lists what a library of scenarios holds.
func names(library fs.FS) ([]string, error) {
	files, err := fs.Glob(library, "*.yaml")
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], ".yaml")
	}
	return files, err
}

// vocabulary is what scenarios may speak of, given these providers.
func vocabulary(providers []*Provider) scenario.Vocabulary {
	v := scenario.Vocabulary{Settings: map[string]map[string][]string{
		"": {},
	}}
	for _, m := range Modes {
		v.Settings[""]["validate"] = append(v.Settings[""]["validate"], string(m))
	}
	for _, p := range providers {
		for _, op := range p.operations {
			v.Operations = append(v.Operations, p.name+"."+op.id)
		}
		v.Edges = append(v.Edges, p.edgeNames...)
		v.Settings[p.name] = map[string][]string{}
		for _, set := range p.settings {
			v.Settings[p.name][set.name] = set.values
		}
	}
	for _, p := range providers {
		for _, e := range p.webhooks.events {
			v.Events = append(v.Events, p.eventName(e.name))
		}
		if len(p.webhooks.events) > 0 {
			if v.Settings[scenario.WebhookSettings] == nil {
				v.Settings[scenario.WebhookSettings] = map[string][]string{}
			}
			v.Settings[scenario.WebhookSettings][p.name] = nil
		}
	}
	v.Item = func(provider, item string) bool {
		for _, p := range providers {
			if p.name == provider && p.item != nil {
				return p.item(item)
			}
		}
		return true
	}
	v.Errors = func(on string) []string { return errorNames(providers, on) }
	return v
}

// errorNames lists the errors that some operation which fits the pattern can answer.
func errorNames(providers []*Provider, on string) (names []string) {
	for _, p := range providers {
		for _, op := range p.operations {
			if !scenario.Fits(on, p.name+"."+op.id) {
				continue
			}
			for _, e := range p.errors {
				if e.applies(op.id) && !slices.Contains(names, e.Name) {
					names = append(names, e.Name)
				}
			}
		}
	}
	slices.Sort(names)
	return names
}

func (e NamedError) applies(operation string) bool {
	return len(e.Operations) == 0 || slices.Contains(e.Operations, operation)
}

// nameOf is the name of an error that the operation answers with, "" when it has none.
func (p *Provider) nameOf(err error, operation string) string {
	for _, e := range p.errors {
		if e.applies(operation) && errors.Is(err, e.Err) {
			return e.Name
		}
	}
	switch {
	case errors.Is(err, ErrUnauthenticated):
		return "UNAUTHENTICATED"
	case errors.Is(err, ErrForbidden):
		return "FORBIDDEN"
	}
	return ""
}

// named is the error of that name as the operation answers it, or nil.
func (p *Provider) named(name, operation string) error {
	for _, e := range p.errors {
		if e.Name == name && e.applies(operation) {
			return e.Err
		}
	}
	return nil
}
