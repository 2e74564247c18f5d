package roamify

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// The API validates with Joi and answers its first complaint, in Joi's wording: seen are
// "items" is required and "days" is not allowed. A schema here is a list of keys, and
// reading one goes as Joi goes: the declared keys in their order, then unknown keys as
// they came, then what must hold between keys.
type schema struct {
	keys []key
	// atLeastOne and exactlyOne are Joi's or() and xor() over these keys.
	atLeastOne []string
	exactlyOne []string
	// peers are Joi's with() and without().
	peers []peer
}

// A peer is a key that another one needs, or cannot stand.
type peer struct {
	key, other string
	forbidden  bool
}

// A key is one member of an object, or one key of a query.
type key struct {
	name     string
	kind     kind
	required bool
	min, max float64  // of a number, the length of a text, or the items of a list; 0 is no bound
	whole    bool     // a number without a fraction
	oneOf    []string // what a text may be
	fold     bool     // oneOf without regard to case
	of       *schema  // each item of a list
	empty    bool     // a text may be ""
	email    bool     // a text is an address
	positive bool     // a number is above 0
}

type kind int

const (
	text kind = iota
	number
	flag
	date
	list
)

// body reads the request's JSON object, beside which there may be no query. Express takes no body for an empty object and
// refuses JSON that is neither object nor array.
func (s *schema) body(tx *sim.Tx[state], r *sim.Request) (object, error) {
	v, ok := r.JSON()
	switch {
	case len(r.Body) == 0:
		v = gjson.Parse("{}")
	case !ok, !v.IsObject() && !v.IsArray():
		return object{}, invalid("Invalid JSON body")
	}
	o, err := s.read(tx, objectOf(v))
	if err == nil {
		_, err = noKeys.query(tx, r)
	}
	return o, err
}

// query reads the request's query.
func (s *schema) query(tx *sim.Tx[state], r *sim.Request) (object, error) {
	return s.read(tx, object{request: r})
}

func (s *schema) read(tx *sim.Tx[state], o object) (object, error) {
	o.lenient = tx.Lenient()
	if complaint := s.complain(o, "value", ""); complaint != "" {
		return object{}, invalid(complaint)
	}
	return o, nil
}

// complain is Joi's first complaint about o, "" when there is none. label is what Joi
// calls the object itself, and path goes before the names of its keys.
func (s *schema) complain(o object, label, path string) string {
	if !o.isObject() {
		return quote(label) + " must be of type object"
	}
	for _, k := range s.keys {
		v, ok := o.get(k.name)
		switch {
		case ok:
			if complaint := k.complain(v, path+k.name, o); complaint != "" {
				return complaint
			}
		case k.required:
			return quote(path+k.name) + " is required"
		}
	}
	if name, ok := o.undeclared(s.keys); ok && !o.lenient {
		return quote(path+name) + " is not allowed"
	}
	switch {
	case len(s.atLeastOne) > 0 && o.count(s.atLeastOne) == 0:
		return quote(label) + " must contain at least one of " + enumerate(s.atLeastOne)
	case len(s.exactlyOne) > 0 && o.count(s.exactlyOne) == 0:
		return quote(label) + " must contain at least one of " + enumerate(s.exactlyOne)
	case len(s.exactlyOne) > 0 && o.count(s.exactlyOne) > 1:
		return quote(label) + " contains a conflict between exclusive peers " + enumerate(s.exactlyOne)
	}
	for _, p := range s.peers {
		switch {
		case o.count([]string{p.key}) == 0:
		case p.forbidden && o.count([]string{p.other}) > 0:
			return quote(path+p.key) + " conflict with forbidden peer " + quote(path+p.other)
		case !p.forbidden && o.count([]string{p.other}) == 0:
			return quote(path+p.key) + " missing required peer " + quote(path+p.other)
		}
	}
	return ""
}

// complain checks one value of o. In a query all values are text, which Joi converts.
func (k *key) complain(v gjson.Result, label string, o object) string {
	problem, convert := "", o.request != nil
	switch k.kind {
	case text:
		problem = k.text(v)
	case number:
		problem = k.number(v, convert)
	case flag:
		if _, ok := boolean(v, convert); !ok {
			problem = "must be a boolean"
		}
	case date:
		if _, ok := isoDate(v); !ok {
			problem = "must be in ISO 8601 date format"
		}
	case list:
		return k.list(v, label, o)
	}
	if problem == "" {
		return ""
	}
	return quote(label) + " " + problem
}

func (k *key) text(v gjson.Result) string {
	switch {
	case k.oneOf != nil:
		same := func(o string) bool { return o == v.Str || k.fold && strings.EqualFold(o, v.Str) }
		if v.Type != gjson.String || !slices.ContainsFunc(k.oneOf, same) {
			return "must be one of " + enumerate(k.oneOf)
		}
	case v.Type != gjson.String:
		return "must be a string"
	case v.Str == "" && k.empty:
	case v.Str == "":
		return "is not allowed to be empty"
	case k.email && !emailText.MatchString(v.Str):
		return "must be a valid email"
	case k.max > 0 && len([]rune(v.Str)) > int(k.max):
		return "length must be less than or equal to " + decimal(k.max) + " characters long"
	}
	return ""
}

func (k *key) number(v gjson.Result, convert bool) string {
	n, ok := numeric(v, convert)
	switch {
	case !ok:
		return "must be a number"
	case math.IsInf(n, 0):
		return "cannot be infinity"
	case math.Abs(n) > maxSafe:
		return "must be a safe number"
	case k.whole && n != math.Trunc(n):
		return "must be an integer"
	case k.positive && n <= 0:
		return "must be a positive number"
	case k.min > 0 && n < k.min:
		return "must be greater than or equal to " + decimal(k.min)
	case k.max > 0 && n > k.max:
		return "must be less than or equal to " + decimal(k.max)
	}
	return ""
}

func (k *key) list(v gjson.Result, label string, o object) (complaint string) {
	if !v.IsArray() {
		return quote(label) + " must be an array"
	}
	n := 0
	v.ForEach(func(_, item gjson.Result) bool {
		at := label + "[" + strconv.Itoa(n) + "]"
		n++
		complaint = k.of.complain(o.inner(item), at, at+".")
		return complaint == ""
	})
	if complaint == "" && n < int(k.min) {
		return quote(label) + " must contain at least " + decimal(k.min) + " items"
	}
	return complaint
}

func quote(label string) string       { return `"` + label + `"` }
func enumerate(names []string) string { return "[" + strings.Join(names, ", ") + "]" }
func decimal(n float64) string        { return strconv.FormatFloat(n, 'f', -1, 64) }
func declared(keys []key, n string) bool {
	return slices.ContainsFunc(keys, func(k key) bool { return k.name == n })
}
