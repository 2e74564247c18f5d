package roamify

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// maxSafe is the largest whole number that JavaScript counts on without gaps.
const maxSafe = 1<<53 - 1

// numberText is what Joi takes for a number in a text.
var numberText = regexp.MustCompile(`^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$`)

// emailText is less than what Joi asks of an address, and takes no good one for bad.
var emailText = regexp.MustCompile(`^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$`)

func numeric(v gjson.Result, convert bool) (float64, bool) {
	switch {
	case v.Type == gjson.Number:
		return v.Num, true
	case convert && v.Type == gjson.String && numberText.MatchString(v.Str):
		// Out of range is infinity, which Joi has words for.
		n, _ := strconv.ParseFloat(strings.TrimSpace(v.Str), 64)
		return n, true
	}
	return 0, false
}

func boolean(v gjson.Result, convert bool) (value, ok bool) {
	if v.IsBool() {
		return v.Bool(), true
	}
	if !convert || v.Type != gjson.String {
		return false, false
	}
	value = strings.EqualFold(v.Str, "true")
	return value, value || strings.EqualFold(v.Str, "false")
}

// isoDate reads a date, or a date with a time, as ISO 8601 writes them.
func isoDate(v gjson.Result) (time.Time, bool) {
	if v.Type != gjson.String {
		return time.Time{}, false
	}
	for _, layout := range []string{
		time.DateOnly, "2006", "2006-01", "20060102", time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04",
	} {
		if t, err := time.Parse(layout, v.Str); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// An object is a JSON object, or the query of a request read as one.
type object struct {
	json    gjson.Result
	members sim.Object   // of json
	request *sim.Request // of a query; nil for JSON
	lenient bool         // undeclared keys, which get in nobody's way, are let through
}

func objectOf(v gjson.Result) object { return object{json: v, members: sim.ObjectOf(v)} }

// inner is an object within.
func (o object) inner(v gjson.Result) object {
	in := objectOf(v)
	in.lenient = o.lenient
	return in
}

func (o object) isObject() bool { return o.request != nil || o.json.IsObject() }

// get is the member of that name. A query key that is repeated is an array.
func (o object) get(name string) (v gjson.Result, ok bool) {
	if o.request == nil {
		v = o.members.Field(name)
		return v, v.Exists()
	}
	switch values := o.request.Query[name]; len(values) {
	case 0:
		return gjson.Result{}, false
	case 1:
		return gjson.Result{Type: gjson.String, Str: values[0]}, true
	}
	return gjson.Result{Type: gjson.JSON, Raw: "[]"}, true
}

func (o object) text(name string) string {
	v, _ := o.get(name)
	return v.Str
}

func (o object) number(name string) (float64, bool) {
	v, _ := o.get(name)
	return numeric(v, o.request != nil)
}

// integer is a number that validation found whole and safe.
func (o object) integer(name string, missing int) int {
	if n, ok := o.number(name); ok {
		return int(n)
	}
	return missing
}

func (o object) flag(name string) bool {
	v, _ := o.get(name)
	value, _ := boolean(v, o.request != nil)
	return value
}

func (o object) date(name string) (time.Time, bool) {
	v, _ := o.get(name)
	return isoDate(v)
}

func (o object) count(names []string) (n int) {
	for _, name := range names {
		if _, ok := o.get(name); ok {
			n++
		}
	}
	return n
}

// undeclared is the first key that is none of these. The vendor's own samples have an
// empty key ("?="), which is passed over.
func (o object) undeclared(keys []key) (name string, found bool) {
	if o.request == nil {
		for name := range o.members.Names() {
			if !declared(keys, name) {
				return name, true
			}
		}
		return "", false
	}
	for pair := range strings.SplitSeq(o.request.URL.RawQuery, "&") {
		name, _, _ = strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if name != "" && !declared(keys, name) {
			return name, true
		}
	}
	return "", false
}
