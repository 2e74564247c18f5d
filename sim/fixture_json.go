package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/nearest"
)

// ReadFixture reads a fixture from JSON, with no members but those there are. Whether what
// it asks for can be had, Start finds out.
func ReadFixture(data []byte) (Fixture, error) {
	var f Fixture
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return f, &FixtureError{"", "send a JSON object: " + err.Error()}
	}
	r := &fixtureReader{}
	top := r.object("", v, "clock", "settings", "scenarios", "orders", "esims")
	f.Clock = r.instant(top, "clock")
	f.Settings = r.settings(top)
	for i, name := range r.list(top, "scenarios") {
		f.Scenarios = append(f.Scenarios, r.textAt(place("/scenarios", i), "a scenario", name))
	}
	for i, o := range r.list(top, "orders") {
		f.Orders = append(f.Orders, r.order(r.object(place("/orders", i), o,
			"provider", "item", "state", "quantity", "reference", "iccids", "ago", "inventory")))
	}
	for i, e := range r.list(top, "esims") {
		f.ESIMs = append(f.ESIMs, r.esim(r.object(place("/esims", i), e,
			"provider", "item", "state", "reference", "iccid", "country", "usedMB", "ago")))
	}
	if r.first != nil {
		return Fixture{}, r.first
	}
	return f, nil
}

// A fixtureReader remembers the first thing that is wrong.
type fixtureReader struct{ first error }

func (r *fixtureReader) fault(pointer, format string, args ...any) {
	if r.first == nil {
		r.first = &FixtureError{pointer, fmt.Sprintf(format, args...)}
	}
}

// place is the pointer to a member of an array.
func place(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }

// escape writes a name as a JSON pointer has it.
var escape = strings.NewReplacer("~", "~0", "/", "~1")

// A jsonObject is an object of a body, and where it stands.
type jsonObject struct {
	pointer string
	members map[string]any
}

func (o jsonObject) at(name string) string { return o.pointer + "/" + escape.Replace(name) }

// object is a value with no members but the allowed ones.
func (r *fixtureReader) object(pointer string, v any, allowed ...string) jsonObject {
	o := jsonObject{pointer: pointer}
	var ok bool
	if o.members, ok = v.(map[string]any); !ok {
		r.fault(pointer, "send a JSON object here")
	}
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		if !slices.Contains(allowed, name) {
			r.fault(o.at(name), "there is no member %q here%s", name, nearest.Hint(name, allowed))
		}
	}
	return o
}

func (r *fixtureReader) list(o jsonObject, name string) []any {
	v, has := o.members[name]
	list, ok := v.([]any)
	if has && !ok {
		r.fault(o.at(name), "%s must be an array", name)
	}
	return list
}

func (r *fixtureReader) textAt(pointer, what string, v any) string {
	s, _ := v.(string)
	if s == "" {
		r.fault(pointer, "%s must be a text", what)
	}
	return s
}

func (r *fixtureReader) text(o jsonObject, name string) string {
	if v, has := o.members[name]; has {
		return r.textAt(o.at(name), name, v)
	}
	return ""
}

func (r *fixtureReader) required(o jsonObject, name string) string {
	if _, has := o.members[name]; !has {
		r.fault(o.at(name), "send %s", name)
	}
	return r.text(o, name)
}

func (r *fixtureReader) instant(o jsonObject, name string) time.Time {
	v, has := o.members[name]
	if !has {
		return time.Time{}
	}
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !inRange(t.UTC()) {
		r.fault(o.at(name), "%s is an instant such as 2026-07-01T00:00:00Z, between the years 2000 and 3000", name)
	}
	return t.UTC()
}

func (r *fixtureReader) ago(o jsonObject) time.Duration {
	text := r.text(o, "ago")
	if text == "" {
		return 0
	}
	d, err := clock.ParseDuration(text)
	if err != nil {
		r.fault(o.at("ago"), "%v", err)
	}
	return d
}

// settings are what PATCH takes: objects by provider, and the world's own.
func (r *fixtureReader) settings(top jsonObject) Patch {
	v, has := top.members["settings"]
	if !has {
		return nil
	}
	o := jsonObject{pointer: "/settings"}
	var ok bool
	if o.members, ok = v.(map[string]any); !ok {
		r.fault(o.pointer, "settings must be an object")
	}
	out := Patch{}
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		if name == "validate" {
			out[""] = map[string]any{name: o.members[name]}
			continue
		}
		if out[name], ok = o.members[name].(map[string]any); !ok {
			r.fault(o.at(name), "%s must be an object of settings", name)
		}
	}
	return out
}

func (r *fixtureReader) order(o jsonObject) FixtureOrder {
	out := FixtureOrder{
		Provider: r.required(o, "provider"), Item: r.required(o, "item"), State: r.text(o, "state"),
		Reference: r.text(o, "reference"), Ago: r.ago(o),
	}
	for i, v := range r.list(o, "iccids") {
		out.ICCIDs = append(out.ICCIDs, r.textAt(place(o.at("iccids"), i), "an ICCID", v))
	}
	if v, has := o.members["quantity"]; has {
		n, _ := v.(float64)
		if !(n >= 1 && n <= maxFixture && n == float64(int(n))) {
			r.fault(o.at("quantity"), "quantity is a whole number from 1 to %d", maxFixture)
			n = 1
		}
		out.Quantity = int(n)
	}
	if v, has := o.members["inventory"]; has {
		var ok bool
		if out.Inventory, ok = v.(bool); !ok {
			r.fault(o.at("inventory"), "inventory must be true or false")
		}
	}
	return out
}

func (r *fixtureReader) esim(o jsonObject) FixtureESIM {
	out := FixtureESIM{
		Provider: r.required(o, "provider"), Item: r.required(o, "item"), State: r.text(o, "state"),
		Reference: r.text(o, "reference"), ICCID: r.text(o, "iccid"), Country: r.text(o, "country"), Ago: r.ago(o),
	}
	if v, has := o.members["usedMB"]; has {
		if out.UsedMB, _ = v.(float64); out.UsedMB <= 0 {
			r.fault(o.at("usedMB"), "usedMB is a number above 0, in the seller's own megabytes")
		}
	}
	return out
}
