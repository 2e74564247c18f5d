package scenario

import (
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/esimsim/esimsim/internal/money"
)

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// scenario reads a whole file.
func (l *loader) scenario(n *yaml.Node) *Scenario {
	s := &Scenario{Settings: map[string]map[string]any{}, Policies: map[string]Policy{}, Catalogue: map[string]map[string]Change{}}
	version := false
	ok := l.read(n, "a scenario", l.topMembers(s, &version))
	if ok && !version {
		l.at(n, "say version: 1")
	}
	if ok && s.Name == "" {
		l.at(n, "give the scenario a name")
	}
	l.shadows(s)
	return s
}

func (l *loader) topMembers(s *Scenario, version *bool) members {
	return members{
		"version": {"The version of this format.", schema{"const": 1}, func(n *yaml.Node) {
			if *version = true; n.Value != "1" {
				l.at(n, "version must be 1")
			}
		}},
		"name": {"What the scenario is called.", schema{"type": "string", "pattern": nameForm.String()}, func(n *yaml.Node) {
			if s.Name = l.text(n); !nameForm.MatchString(s.Name) {
				l.at(n, "a name is 1 to 64 of letters, digits, '.', '_' and '-'")
			}
		}},
		"summary":  {"One sentence on what happens.", schema{"type": "string"}, func(n *yaml.Node) { s.Summary = l.text(n) }},
		"settings": {"Settings by provider, as PATCH /_sim/worlds/{w} takes them.", l.settingsSchema(), func(n *yaml.Node) { l.settings(n, "settings", s.Settings) }},
		"accounts": {"The state in which accounts begin, by provider, such as their balance.", l.settingsSchema(), func(n *yaml.Node) { l.settings(n, "accounts", s.Settings) }},
		"catalogue": {
			"Changes of items, by provider and item.", mapOf(mapOf(object(l.changeMembers(nil), nil))),
			func(n *yaml.Node) { l.catalogue(n, s) },
		},
		"policies":     {"When each edge is passed, by its name.", l.policiesSchema(), func(n *yaml.Node) { l.policies(n, s) }},
		"rules":        {"What happens to some of the calls.", listOf(object(l.ruleMembers(nil), []string{"on", "do"})), func(n *yaml.Node) { l.rules(n, s) }},
		"timeline":     {"What happens by itself, so long after the world's start.", listOf(object(l.momentMembers(nil), []string{"after", "do"})), func(n *yaml.Node) { l.timeline(n, s) }},
		"expectations": {"What clients shall have asked, for verify.", l.expectationsSchema(), func(n *yaml.Node) { s.Expectations = l.expectations(n) }},
	}
}

// settings reads values by provider and name; what is the world's own stands beside the
// providers.
func (l *loader) settings(n *yaml.Node, what string, into map[string]map[string]any) {
	put := func(provider, name string, n *yaml.Node, values []string) {
		if into[provider] == nil {
			into[provider] = map[string]any{}
		}
		into[provider][name] = l.setting(n, name, values)
	}
	l.each(n, what, func(key, value *yaml.Node) {
		if values, ok := l.v.Settings[""][key.Value]; ok && what != "accounts" {
			put("", key.Value, value, values)
			return
		}
		if key.Value == WebhookSettings && what != "accounts" {
			l.targets(value, into)
			return
		}
		known, ok := l.v.Settings[key.Value]
		if !ok || key.Value == "" || key.Value == WebhookSettings {
			l.at(key, "there is no provider or setting %q%s", key.Value,
				l.hint(key.Value, append(keys(l.v.Settings), keys(l.v.Settings[""])...)))
			return
		}
		l.each(value, "the "+what+" of "+key.Value, func(name, value *yaml.Node) {
			values, ok := known[name.Value]
			if !ok || what == "accounts" && values != nil {
				l.at(name, "%s has no %s %q%s", key.Value, strings.TrimSuffix(what, "s"), name.Value, l.hint(name.Value, keys(known)))
				return
			}
			put(key.Value, name.Value, value, values)
		})
	})
}

// targets reads where events go, by provider. Whether an address is one that may be sent
// to is for the server to say.
func (l *loader) targets(n *yaml.Node, into map[string]map[string]any) {
	known := l.v.Settings[WebhookSettings]
	l.each(n, WebhookSettings, func(provider, value *yaml.Node) {
		if _, ok := known[provider.Value]; !ok {
			l.at(provider, "there is no provider %q%s", provider.Value, l.hint(provider.Value, keys(known)))
			return
		}
		target := map[string]any{}
		l.read(value, "a webhook", l.targetMembers(target))
		if target["url"] == nil {
			l.at(value, "a webhook needs a url")
		}
		if into[WebhookSettings] == nil {
			into[WebhookSettings] = map[string]any{}
		}
		into[WebhookSettings][provider.Value] = target
	})
}

func (l *loader) targetMembers(target map[string]any) members {
	return members{
		"url":    {"Where events are posted to.", schema{"type": "string"}, func(n *yaml.Node) { target["url"] = l.text(n) }},
		"secret": {"What they are signed with.", schema{"type": "string"}, func(n *yaml.Node) { target["secret"] = l.text(n) }},
		"timeout": {"How long the receiver may take, in real time.", durationSchema, func(n *yaml.Node) {
			l.wait(n, "timeout")
			target["timeout"] = l.text(n)
		}},
	}
}

func (l *loader) setting(n *yaml.Node, name string, values []string) any {
	if values != nil {
		return l.oneOf(n, name, values)
	}
	var v any
	if err := n.Decode(&v); err != nil {
		l.at(n, "%v", err)
	}
	if i, ok := v.(int); ok {
		return float64(i) // as JSON has it
	}
	return v
}

func (l *loader) catalogue(n *yaml.Node, s *Scenario) {
	l.each(n, "catalogue", func(provider, items *yaml.Node) {
		if !contains(l.providers(), provider.Value) {
			l.at(provider, "there is no provider %q%s", provider.Value, l.hint(provider.Value, l.providers()))
			return
		}
		changes := map[string]Change{}
		l.each(items, "the catalogue of "+provider.Value, func(item, value *yaml.Node) {
			if l.v.Item != nil && !l.v.Item(provider.Value, item.Value) {
				l.at(item, "the catalogue of %s has no item %q", provider.Value, item.Value)
				return
			}
			var c Change
			if l.read(value, "a change", l.changeMembers(&c)) && c.Price == nil && !c.Gone {
				l.at(value, "a change needs price or gone: true")
			}
			changes[item.Value] = c
		})
		s.Catalogue[provider.Value] = changes
	})
}

func (l *loader) changeMembers(c *Change) members {
	return members{
		"price": {"What it costs now, in the account's currency.", schema{"type": "number", "minimum": 0}, func(n *yaml.Node) {
			price, err := money.Parse(l.text(n))
			if err != nil || price < 0 {
				l.at(n, "a price is a number such as 2.95")
			}
			c.Price = &price
		}},
		"gone": {"Whether it is withdrawn from sale.", schema{"type": "boolean"}, func(n *yaml.Node) { c.Gone = l.truth(n, "gone") }},
		"from": {"So long after the world's start.", durationSchema, func(n *yaml.Node) { c.From = l.span(n, "from") }},
	}
}

func (l *loader) policies(n *yaml.Node, s *Scenario) {
	l.each(n, "policies", func(key, value *yaml.Node) {
		if !contains(l.v.Edges, key.Value) {
			l.at(key, "there is no edge %q%s", key.Value, l.hint(key.Value, l.v.Edges))
			return
		}
		s.Policies[key.Value] = l.policy(value)
	})
}

var policyWords = []string{"immediate", "manual", "never"}

func (l *loader) policy(n *yaml.Node) (p Policy) {
	if n.Kind == yaml.ScalarNode {
		switch n.Value {
		case "immediate":
		case "manual":
			p.Manual = true
		case "never":
			p.Never = true
		default:
			l.at(n, "a policy is immediate, manual, never, {after: 90s} or {polls: 3}%s", l.hint(n.Value, policyWords))
		}
		return p
	}
	l.read(n, "a policy", l.policyMembers(&p))
	if p.Immediate() && len(n.Content) == 0 {
		l.at(n, "an empty policy: write immediate")
	}
	return p
}

func (l *loader) policyMembers(p *Policy) members {
	return members{
		"after": {"So long after it came to the edge, in the world's time.", durationSchema, func(n *yaml.Node) { p.After = l.span(n, "after") }},
		"polls": {"The nth look at that one thing sees it passed.", countSchema, func(n *yaml.Node) { p.Polls = l.count(n, "polls") }},
	}
}

func (l *loader) timeline(n *yaml.Node, s *Scenario) {
	l.items(n, "timeline", func(item *yaml.Node) {
		m := Moment{Line: item.Line}
		if !l.read(item, "a moment", l.momentMembers(&m)) {
			return
		}
		if m.After == 0 {
			l.at(item, "a moment needs after: how long after the world's start")
		}
		if m.Set == nil && m.Edge == nil && m.Device == nil {
			l.at(item, "a moment needs do: what happens then")
		}
		s.Timeline = append(s.Timeline, m)
	})
}

func (l *loader) momentMembers(m *Moment) members {
	return members{
		"after": {"So long after the world's start.", durationSchema, func(n *yaml.Node) { m.After = l.span(n, "after") }},
		"do":    {"What happens then.", object(l.happenMembers(nil), nil), func(n *yaml.Node) { l.happen(n, m) }},
	}
}

func (l *loader) happen(n *yaml.Node, m *Moment) {
	if l.read(n, "do", l.happenMembers(m)) && len(n.Content) != 2 {
		l.at(n, "do holds one thing: set, edge, install, attach, use or remove")
	}
}

func (l *loader) happenMembers(m *Moment) members {
	out := members{
		"set": {"Settings that change, as under settings.", l.settingsSchema(), func(n *yaml.Node) {
			m.Set = map[string]map[string]any{}
			l.settings(n, "settings", m.Set)
		}},
		"edge": {"An edge that is passed by hand.", object(l.edgeMembers(nil), []string{"edge", "id"}), func(n *yaml.Node) {
			m.Edge = &Edge{}
			l.read(n, "edge", l.edgeMembers(m.Edge))
		}},
	}
	for _, kind := range []string{"install", "attach", "use", "remove"} {
		out[kind] = member{"What a device does with an eSIM.", object(l.deviceMembers(nil), nil), func(n *yaml.Node) {
			m.Device = &Device{Kind: kind, ESIM: "last"}
			if l.read(n, kind, l.deviceMembers(m.Device)) && kind == "use" && m.Device.MB == 0 && m.Device.Bytes == 0 {
				l.at(n, "use needs mb or bytes")
			}
		}}
	}
	return out
}

func (l *loader) edgeMembers(e *Edge) members {
	return members{
		"edge": {"The edge's name.", schema{"enum": l.v.Edges}, func(n *yaml.Node) {
			if e.Edge = l.text(n); !contains(l.v.Edges, e.Edge) {
				l.at(n, "there is no edge %q%s", e.Edge, l.hint(e.Edge, l.v.Edges))
			}
		}},
		"id": {"The id of the thing.", schema{"type": "string"}, func(n *yaml.Node) { e.ID = l.text(n) }},
	}
}

func (l *loader) deviceMembers(d *Device) members {
	return members{
		"esim":    {"An ICCID, the seller's own id, or last.", schema{"type": "string"}, func(n *yaml.Node) { d.ESIM = l.text(n) }},
		"country": {"ISO code of where it attaches.", schema{"type": "string", "pattern": "^[A-Z]{2}$"}, func(n *yaml.Node) { d.Country = strings.ToUpper(l.text(n)) }},
		"mb":      {"Data in the seller's own megabytes.", schema{"type": "number", "minimum": 0}, func(n *yaml.Node) { d.MB = l.number(n, "mb", 0, 1e9) }},
		"bytes":   {"Data in bytes.", schema{"type": "integer", "minimum": 0}, func(n *yaml.Node) { d.Bytes = int64(l.number(n, "bytes", 0, 1e15)) }},
	}
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
