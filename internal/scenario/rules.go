package scenario

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/esimsim/esimsim/internal/fault"
)

func (l *loader) rules(n *yaml.Node, s *Scenario) {
	l.items(n, "rules", func(item *yaml.Node) { s.Rules = append(s.Rules, l.rule(item)) })
}

func (l *loader) rule(n *yaml.Node) *Rule {
	r := &Rule{Line: n.Line, Phase: Before}
	before := l.found
	if !l.read(n, "a rule", l.ruleMembers(r)) {
		return r
	}
	do := child(n, "do")
	switch {
	case r.On == "":
		l.at(n, "a rule needs on: the operation it is about")
	case do == nil:
		l.at(n, "a rule needs do: what it does")
	default:
		// What an error may be depends on the operation, so do is read last.
		l.do(do, r)
	}
	if l.found == before {
		l.neverFires(n, r)
	}
	return r
}

func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func (l *loader) ruleMembers(r *Rule) members {
	return members{
		"on": {"The operation: provider.operationId, provider.* or *.", schema{"enum": l.patterns()}, func(n *yaml.Node) { r.On = l.on(n) }},
		"when": {
			"A condition over method, path, query, header, body, call and account.",
			schema{"type": "string"},
			func(n *yaml.Node) { r.When = l.condition(n, compileRule) },
		},
		"first": {"The first so many calls.", countSchema, func(n *yaml.Node) { r.First = l.count(n, "first") }},
		"calls": {"These calls, counted from 1.", listOf(countSchema), func(n *yaml.Node) {
			l.items(n, "calls", func(n *yaml.Node) { r.Calls = append(r.Calls, l.count(n, "a call")) })
			if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
				l.at(n, "this rule can never fire: calls is empty")
			}
		}},
		"every": {"Every nth call, such as each third with 3.", countSchema, func(n *yaml.Node) { r.Every = l.count(n, "every") }},
		"after": {
			"Those after so many calls, or so long after the world's start.",
			schema{"anyOf": []schema{countSchema, durationSchema}},
			func(n *yaml.Node) {
				if _, err := strconv.Atoi(n.Value); err == nil {
					r.After = l.count(n, "after")
					return
				}
				r.Since = l.span(n, "after")
			},
		},
		"chance": {"By the dice, from 0 to 1; the seed decides.", schema{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, func(n *yaml.Node) {
			if r.Chance = l.number(n, "chance", 0, 1); r.Chance == 0 && n.Value == "0" {
				l.at(n, "this rule can never fire: its chance is 0")
			}
		}},
		"phase": {
			"before: nothing has happened. after: it has, and the client cannot know.",
			schema{"enum": []string{string(Before), string(After)}},
			func(n *yaml.Node) { r.Phase = Phase(l.oneOf(n, "phase", []string{string(Before), string(After)})) },
		},
		"do": {"What it does.", object(l.doMembers(nil), nil), func(*yaml.Node) {}},
	}
}

func (l *loader) patterns() []string {
	out := []string{"*"}
	for _, p := range l.providers() {
		out = append(out, p+".*")
	}
	return append(append(out, l.v.Operations...), l.events()...)
}

// providers are those that settings can be made for.
func (l *loader) providers() (out []string) {
	for _, p := range keys(l.v.Settings) {
		if p != "" && p != WebhookSettings {
			out = append(out, p)
		}
	}
	return out
}

// events are what a rule about webhooks can be on: all of a provider, or one.
func (l *loader) events() (out []string) {
	for _, e := range l.v.Events {
		provider, _, _ := strings.Cut(e, ".")
		if all := provider + ".webhook"; !contains(out, all) {
			out = append(out, all)
		}
		out = append(out, e)
	}
	return out
}

func (l *loader) on(n *yaml.Node) string {
	on := l.text(n)
	for _, op := range l.v.Operations {
		if Fits(on, op) {
			return on
		}
	}
	if events := l.events(); contains(events, on) {
		return on
	} else if strings.Contains(on, ".webhook") {
		l.at(n, "there is no event %q%s", on, l.hint(on, events))
		return on
	}
	l.at(n, "there is no operation %q%s", on, l.hint(on, l.v.Operations))
	return on
}

func compileRule(source string) (*Condition, error) { return compile(source, Env{}) }

func (l *loader) condition(n *yaml.Node, compile func(string) (*Condition, error)) *Condition {
	c, err := compile(l.text(n))
	if err == nil {
		return c
	}
	column, message := where(err)
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		column++
	}
	l.tell(n, column, "when: "+cut(message, maxSaid))
	return nil
}

// do reads what a rule does.
func (l *loader) do(n *yaml.Node, r *Rule) {
	before := l.found
	ok := l.read(n, "do", l.doMembers(r))
	d := r.Do
	answers := 0
	for _, set := range []bool{d.Error != "", d.Respond != nil, d.Fault != nil && !d.Fault.Shapes(), d.RateLimit != nil} {
		if set {
			answers++
		}
	}
	event := strings.Contains(r.On, ".webhook")
	switch {
	case !ok || l.found > before:
	case len(n.Content) == 0:
		l.at(n, "do is empty: give it error, respond, delay, fault, rateLimit, set or webhook")
	case event != (d.Webhook != nil), event && (len(n.Content) != 2 || r.Phase == After):
		l.at(n, "a rule on an event, such as esimgo.webhook, does webhook and nothing else, and no other rule does")
	case answers > 1, d.Fault != nil && d.RateLimit != nil:
		l.at(n, "do gives one answer: choose one of error, respond, fault and rateLimit")
	case r.Phase == After && (d.RateLimit != nil || d.Set != nil):
		l.at(n, "rateLimit and set belong to phase: before")
	}
}

func (l *loader) doMembers(r *Rule) members {
	if r == nil {
		r = &Rule{}
	}
	return members{
		"delay": {"Waits first, in real time.", l.delaySchema(), func(n *yaml.Node) { l.delay(n, &r.Do.Delay) }},
		"set": {"Settings that change, as under settings.", l.settingsSchema(), func(n *yaml.Node) {
			r.Do.Set = map[string]map[string]any{}
			l.settings(n, "settings", r.Do.Set)
		}},
		"error": {"Answers the error of that name, in the provider's words.", schema{"enum": l.errors("*")}, func(n *yaml.Node) {
			r.Do.Error = l.text(n)
			if known := l.v.Errors(r.On); !contains(known, r.Do.Error) {
				l.at(n, "%s has no error %q%s", r.On, r.Do.Error, l.hint(r.Do.Error, known))
			}
		}},
		"respond": {"Answers what is written out.", object(l.respondMembers(nil), nil), func(n *yaml.Node) {
			r.Do.Respond = &Respond{Status: 200}
			l.read(n, "respond", l.respondMembers(r.Do.Respond))
		}},
		"fault": {"What goes wrong on the wire.", l.faultSchema(), func(n *yaml.Node) { r.Do.Fault = l.fault(n) }},
		"webhook": {"What goes wrong with an event on its way.", object(l.webhookMembers(nil), nil), func(n *yaml.Node) {
			r.Do.Webhook = &Webhook{}
			l.webhook(n, r.Do.Webhook)
		}},
		"rateLimit": {"Refuses calls beyond so many in each span of the world's time.", object(l.limitMembers(nil), []string{"calls", "per"}), func(n *yaml.Node) {
			r.Do.RateLimit = &RateLimit{}
			if l.read(n, "rateLimit", l.limitMembers(r.Do.RateLimit)) && (r.Do.RateLimit.Calls == 0 || r.Do.RateLimit.Per == 0) {
				l.at(n, "a rateLimit needs calls and per")
			}
			if !contains(l.v.Errors(r.On), RateLimited) {
				l.at(n, "%s has no error %s to refuse with", r.On, RateLimited)
			}
		}},
	}
}

// RateLimited is the name of the error with which a rateLimit refuses.
const RateLimited = "RATE_LIMITED"

func (l *loader) errors(on string) []string {
	if l.v.Errors == nil {
		return nil
	}
	return l.v.Errors(on)
}

func (l *loader) delay(n *yaml.Node, d *Delay) {
	if n.Kind == yaml.ScalarNode {
		if d.Fixed = l.wait(n, "delay"); d.Fixed == 0 && n.Value != "" {
			l.at(n, "delay is a length of time up to %s, such as 700ms or 5s", MaxDelay)
		}
		return
	}
	if l.read(n, "delay", l.delayMembers(d)) && (d.Max < d.Min || d.Max > 0 && d.Median > 0 || d.Max == 0 && d.Median == 0) {
		l.at(n, "delay is {min: 1s, max: 3s}, or {median: 1s, sigma: 0.5}")
	}
}

func (l *loader) delayMembers(d *Delay) members {
	return members{
		"min":    {"The shortest of a uniform delay.", durationSchema, func(n *yaml.Node) { d.Min = l.wait(n, "min") }},
		"max":    {"The longest of a uniform delay.", durationSchema, func(n *yaml.Node) { d.Max = l.wait(n, "max") }},
		"median": {"The middle of a log-normal delay.", durationSchema, func(n *yaml.Node) { d.Median = l.wait(n, "median") }},
		"sigma":  {"The spread of its logarithm; 0.5 is a moderate tail.", schema{"type": "number", "minimum": 0, "maximum": 3}, func(n *yaml.Node) { d.Sigma = l.number(n, "sigma", 0, 3) }},
	}
}

func (l *loader) respondMembers(r *Respond) members {
	return members{
		"status": {"The HTTP status.", schema{"type": "integer", "minimum": 200, "maximum": 599}, func(n *yaml.Node) { r.Status = int(l.number(n, "status", 200, 599)) }},
		"headers": {"Headers, by name.", mapOf(schema{"type": "string"}), func(n *yaml.Node) {
			r.Header = map[string]string{}
			l.each(n, "headers", func(key, value *yaml.Node) {
				if !headerName.MatchString(key.Value) {
					l.at(key, "%q is no name of a header", key.Value)
				}
				r.Header[key.Value] = l.text(value)
			})
		}},
		"body": {"A text, or anything else as JSON.", schema{}, func(n *yaml.Node) {
			if err := n.Decode(&r.Body); err != nil {
				l.at(n, "%v", err)
			}
		}},
	}
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)

func (l *loader) fault(n *yaml.Node) *fault.Fault {
	f := &fault.Fault{}
	if n.Kind == yaml.ScalarNode {
		f.Kind = fault.Kind(l.oneOf(n, "a fault", fault.Kinds()))
		return f
	}
	l.read(n, "a fault", l.faultMembers(f))
	if f.Kind == "" {
		l.at(n, "a fault needs kind: one of %s", join(fault.Kinds()))
	}
	return f
}

func (l *loader) faultMembers(f *fault.Fault) members {
	return members{
		"kind": {"What goes wrong.", schema{"enum": fault.Kinds()}, func(n *yaml.Node) { f.Kind = fault.Kind(l.oneOf(n, "kind", fault.Kinds())) }},
		"pace": {"The time between two bytes of a drip.", durationSchema, func(n *yaml.Node) {
			if f.Pace = l.wait(n, "pace"); f.Pace < time.Millisecond {
				l.at(n, "pace is at least 1ms")
			}
		}},
		"at": {"How many bytes come before it breaks off; half, when not said.", countSchema, func(n *yaml.Node) { f.At = l.count(n, "at") }},
	}
}

func (l *loader) limitMembers(r *RateLimit) members {
	return members{
		"calls": {"So many are let through.", countSchema, func(n *yaml.Node) { r.Calls = l.count(n, "calls") }},
		"per":   {"In each span of the world's time.", durationSchema, func(n *yaml.Node) { r.Per = l.span(n, "per") }},
	}
}

func (l *loader) webhook(n *yaml.Node, w *Webhook) {
	switch {
	case !l.read(n, "webhook", l.webhookMembers(w)):
	case *w == Webhook{}:
		l.at(n, "webhook is empty: give it delay, duplicate, reorder, drop, beforeAnswer, signature, stale or truncate")
	case w.Drop && *w != Webhook{Drop: true}:
		l.at(n, "what is dropped is not done anything else to")
	case w.BeforeAnswer && (w.Delay > 0 || w.Reorder):
		l.at(n, "what is late cannot come before the answer: leave out delay and reorder")
	}
}

func (l *loader) webhookMembers(w *Webhook) members {
	return members{
		"delay":        {"It is sent so much later, in the world's time.", durationSchema, func(n *yaml.Node) { w.Delay = l.span(n, "delay") }},
		"duplicate":    {"It arrives so many times in all.", schema{"type": "integer", "minimum": 2, "maximum": maxCopies}, func(n *yaml.Node) { w.Duplicate = int(l.number(n, "duplicate", 2, maxCopies)) }},
		"reorder":      {"The next event to the same receiver goes first.", schema{"type": "boolean"}, func(n *yaml.Node) { w.Reorder = l.truth(n, "reorder") }},
		"drop":         {"It never arrives.", schema{"type": "boolean"}, func(n *yaml.Node) { w.Drop = l.truth(n, "drop") }},
		"beforeAnswer": {"It arrives before the call that caused it has its answer.", schema{"type": "boolean"}, func(n *yaml.Node) { w.BeforeAnswer = l.truth(n, "beforeAnswer") }},
		"signature":    {"wrong: made with another secret. other: made of another body. none: left out.", schema{"enum": Signatures}, func(n *yaml.Node) { w.Signature = l.oneOf(n, "signature", Signatures) }},
		"stale":        {"It says that it was made so long ago.", durationSchema, func(n *yaml.Node) { w.Stale = l.span(n, "stale") }},
		"truncate":     {"Half of the body arrives, under the signature of the whole.", schema{"type": "boolean"}, func(n *yaml.Node) { w.Truncate = l.truth(n, "truncate") }},
	}
}

// maxCopies bounds how often one event arrives.
const maxCopies = 100

// neverFires reports a rule whose counts contradict each other.
func (l *loader) neverFires(n *yaml.Node, r *Rule) {
	possible := func(call int) bool {
		return call > r.After && (r.First == 0 || call <= r.First) && (r.Every == 0 || call%r.Every == 0)
	}
	switch {
	case len(r.Calls) > 0:
		for _, c := range r.Calls {
			if possible(c) {
				return
			}
		}
	case r.First > 0:
		for c := r.First; c > max(r.After, r.First-1_000_000); c-- {
			if possible(c) {
				return
			}
		}
	default:
		return
	}
	l.at(n, "this rule can never fire: no call is counted by all of first, calls, every and after")
}

// shadows reports rules that an earlier one of the same file always answers before.
func (l *loader) shadows(s *Scenario) {
	var always []*Rule // none of which covers another, so that there are few
	for _, r := range s.Rules {
		i := slices.IndexFunc(always, func(earlier *Rule) bool {
			return (earlier.Do.Webhook == nil) == (r.Do.Webhook == nil) && earlier.Phase == r.Phase && covers(earlier.On, r.On)
		})
		switch {
		case i >= 0:
			l.at(&yaml.Node{Line: r.Line, Column: 1}, "this rule can never fire: the rule of line %d always does", always[i].Line)
		case r.always():
			always = append(always, r)
		}
	}
}

func (r *Rule) always() bool {
	return r.When == nil && r.First == 0 && r.Calls == nil && r.Every <= 1 && r.After == 0 && r.Since == 0 &&
		(r.Chance == 0 || r.Chance == 1) && r.Do.RateLimit == nil && r.On != ""
}

func covers(wide, narrow string) bool {
	return wide == "*" || wide == narrow || Fits(wide, narrow) || strings.Contains(wide, ".webhook") && strings.HasPrefix(narrow, wide+".")
}
