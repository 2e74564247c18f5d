package esimgo

import (
	"iter"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// A body reads an object of a request as the real server, written in Go, decodes it:
// names without regard to case, null like a field left out, unknown fields passed over,
// and a value of another type refuses the whole.
type body struct {
	object sim.Object
	wrong  *bool // set by a value of another type
}

func decode(r *sim.Request) (body, error) {
	v, ok := r.JSON()
	if !ok || !v.IsObject() {
		return body{}, errInvalidBody
	}
	return body{object: sim.ObjectOf(v), wrong: new(bool)}, nil
}

// inner is an object within; what is wrong there is wrong with the whole.
func (b body) inner(v gjson.Result) body {
	*b.wrong = *b.wrong || !v.IsObject()
	return body{object: sim.ObjectOf(v), wrong: b.wrong}
}

// get is the field, and whether it is there and not null.
func (b body) get(name string) (gjson.Result, bool) {
	v := b.object.FieldFold(name)
	return v, v.Exists() && v.Type != gjson.Null
}

func (b body) text(name string) string {
	if v, ok := b.get(name); ok {
		return b.asText(v)
	}
	return ""
}

func (b body) asText(v gjson.Result) string {
	if v.Type == gjson.Null {
		return ""
	}
	*b.wrong = *b.wrong || v.Type != gjson.String
	return v.String()
}

func (b body) flag(name string) bool {
	v, ok := b.get(name)
	*b.wrong = *b.wrong || ok && !v.IsBool()
	return ok && v.Bool()
}

// integer takes digits only: 1.0 and 1e3 are no integers to a Go server.
func (b body) integer(name string) int {
	v, ok := b.get(name)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(v.Raw)
	*b.wrong = *b.wrong || err != nil
	return n
}

// each gives the members of an array, and none of anything else.
func (b body) each(name string) iter.Seq[gjson.Result] {
	return func(yield func(gjson.Result) bool) {
		v, ok := b.get(name)
		*b.wrong = *b.wrong || ok && !v.IsArray()
		if ok && v.IsArray() {
			v.ForEach(func(_, item gjson.Result) bool { return yield(item) })
		}
	}
}
