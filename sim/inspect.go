package sim

import (
	"reflect"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
)

// A SnapshotError says what in a snapshot cannot be.
type SnapshotError struct {
	Pointer string // JSON pointer into the snapshot
	Message string
}

func (e *SnapshotError) Error() string { return e.Pointer + ": " + e.Message }

// A Spot is a place in a snapshot that is looked over. The first fault that is found
// anywhere is the one that is told.
type Spot struct {
	first  **SnapshotError
	up     *Spot
	name   string
	number int
}

// At is a member of what is here.
func (s *Spot) At(member string) *Spot { return &Spot{first: s.first, up: s, name: member, number: -1} }

// Item is the nth of what is listed here.
func (s *Spot) Item(n int) *Spot { return &Spot{first: s.first, up: s, number: n} }

// Want notes that a member is not as it must be, unless ok; "" means what is here itself.
// The message goes on after the word for it: "is no bundle of the catalogue".
func (s *Spot) Want(ok bool, member, message string) bool {
	if ok || *s.first != nil {
		return ok
	}
	at, what := s, member
	if member != "" {
		at = s.At(member)
	} else {
		what = s.word()
	}
	*s.first = &SnapshotError{Pointer: at.pointer(), Message: what + " " + message}
	return false
}

// Good says that nothing was found yet.
func (s *Spot) Good() bool { return *s.first == nil }

func (s *Spot) word() string {
	if s.number >= 0 {
		return s.up.word() + "[" + strconv.Itoa(s.number) + "]"
	}
	return s.name
}

func (s *Spot) pointer() string {
	switch {
	case s.up == nil:
		return ""
	case s.number >= 0:
		return s.up.pointer() + "/" + strconv.Itoa(s.number)
	}
	return s.up.pointer() + "/" + escape.Replace(s.name)
}

// inspect looks over what is plain data: no list has a hole, and no number or instant is
// such that to count on from it leads out of what can be written.
func (s *Spot) inspect(v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		s.Want(possible(v.Interface().(time.Time)), "", "is no instant between the years 2000 and 3200, nor that of nothing, 0001-01-01T00:00:00Z")
		return
	case reflect.TypeFor[esim.Bytes]():
		s.Want(v.Int() >= 0, "", "is below 0")
		return
	}
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		s.Want(v.Type() == reflect.TypeFor[time.Duration]() || -mostCount <= v.Int() && v.Int() <= mostCount, "", "is too large")
	case reflect.Pointer:
		if !v.IsNil() {
			s.inspect(v.Elem())
		}
	case reflect.Struct:
		s.inspectMembers(v)
	case reflect.Slice:
		s.inspectItems(v)
	case reflect.Map:
		for each := v.MapRange(); each.Next() && s.Good(); {
			s.At(each.Key().String()).inspect(each.Value())
		}
	}
}

func (s *Spot) inspectMembers(v reflect.Value) {
	for i := 0; i < v.NumField() && s.Good(); i++ {
		if f := v.Type().Field(i); f.IsExported() {
			s.At(f.Name).inspect(v.Field(i))
		}
	}
}

func (s *Spot) inspectItems(v reflect.Value) {
	if flat(v.Type().Elem()) {
		return
	}
	for i := 0; i < v.Len() && s.Good(); i++ {
		each := s.Item(i)
		if e := v.Index(i); each.Want(e.Kind() != reflect.Pointer || !e.IsNil(), "", "is null") {
			each.inspect(e)
		}
	}
}

// flat says that there is nothing in elements of that type to look at.
func flat(t reflect.Type) bool { return t.Kind() == reflect.String || t.Kind() == reflect.Uint8 }

// mostCount is more than anything that is counted, amounts and Unix times in milliseconds
// too, and far from where sums overflow.
const mostCount = 1_000_000_000_000_000

// possible says that it is the zero instant, or one that a world may have or plan for.
func possible(t time.Time) bool { return t.IsZero() || t.Year() >= 2000 && t.Year() < 3200 }
