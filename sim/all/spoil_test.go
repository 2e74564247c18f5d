package all_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// try puts a spoilt snapshot back. It is refused and changes nothing, or the world goes on
// as any other does.
func (b *bench) try(seed uint64, spoilt int) (taken bool) {
	b.Helper()
	chance := rand.New(rand.NewPCG(seed, uint64(spoilt)))
	good := b.goods[chance.IntN(len(b.goods))]
	if !bytes.Equal(b.snapshot(), good) {
		if status, answer := b.put(good); status != http.StatusOK {
			b.Fatalf("a good snapshot: %d %s", status, answer)
		}
	}
	bad, how := spoil(chance, good, spoilt)
	failed := b.Failed()
	defer func() {
		if v := recover(); v != nil {
			b.Errorf("panic: %v\n%s", v, debug.Stack())
		}
		if b.bugs.Len() > 0 {
			b.Errorf("the log has %s", b.bugs)
			b.bugs.Reset()
		}
		if b.Failed() && !failed {
			b.Logf("seed %d, %d spoilt: %s", seed, spoilt, how)
		}
	}()
	status, answer := b.put(bad)
	switch status {
	case http.StatusOK:
		b.use(chance)
		b.snapshot()
		return true
	case http.StatusBadRequest:
		if p := gjson.GetBytes(answer, "detail").Str; p == "" {
			b.Errorf("refused without a word: %s", answer)
		}
		if !bytes.Equal(b.snapshot(), good) {
			b.Error("a refused snapshot changed the world")
		}
	default:
		b.Errorf("%d %s", status, answer)
	}
	return false
}

// spoil changes so many values of a snapshot, and tells how.
func spoil(chance *rand.Rand, good []byte, n int) (bad []byte, how string) {
	d := json.NewDecoder(bytes.NewReader(good))
	d.UseNumber()
	var whole any
	if err := d.Decode(&whole); err != nil {
		panic(err)
	}
	for range n {
		places := placesIn(whole, "", nil)
		p := places[chance.IntN(len(places))]
		now, what := other(chance, p, places)
		how += fmt.Sprintf("%s %s\n", p.path, what)
		p.set(now)
	}
	bad, err := json.Marshal(whole)
	if err != nil {
		panic(err)
	}
	return bad, how
}

// A spot is one value of a JSON document.
type spot struct {
	path   string
	value  any
	object map[string]any // that has it under key
	key    string
	list   []any // or that has it at place, of that name in its own object
	place  int
}

type deleted struct{}

func (s spot) set(v any) {
	_, gone := v.(deleted)
	switch {
	case s.object != nil && gone:
		delete(s.object, s.key)
	case s.object != nil:
		s.object[s.key] = v
	case !gone:
		s.list[s.place] = v
	}
}

func placesIn(v any, path string, out []spot) []spot {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			at := path + "/" + key
			out = placesIn(v[key], at, append(out, spot{path: at, value: v[key], object: v, key: key}))
		}
	case []any:
		for i := range v {
			at := path + "/" + strconv.Itoa(i)
			out = placesIn(v[i], at, append(out, spot{path: at, value: v[i], list: v, place: i}))
		}
	}
	return out
}

// other is what a value becomes.
func other(chance *rand.Rand, s spot, all []spot) (any, string) {
	constants := []any{
		deleted{},
		nil, json.Number("-1"), json.Number("0"), json.Number("1"), json.Number("999999999999"), json.Number("9000000000000000000"),
		"", "x", "0001-01-01T00:00:00Z", "2999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "2000-01-01T00:00:00Z",
		map[string]any{},
		[]any{},
		true, false,
	}
	if list, ok := s.value.([]any); ok && len(list) > 0 && chance.IntN(2) == 0 {
		i := chance.IntN(len(list))
		switch chance.IntN(3) {
		case 0:
			return append(slices.Clone(list), list[i]), "has one twice"
		case 1:
			return slices.Delete(slices.Clone(list), i, i+1), "lacks one"
		}
		swapped := slices.Clone(list)
		swapped[0], swapped[i] = swapped[i], swapped[0]
		return swapped, "has two change places"
	}
	if chance.IntN(3) > 0 {
		v := constants[chance.IntN(len(constants))]
		return v, fmt.Sprintf("becomes %#v", v)
	}
	// A value of the same kind from elsewhere.
	for range 50 {
		o := all[chance.IntN(len(all))]
		if fmt.Sprintf("%T", o.value) == fmt.Sprintf("%T", s.value) && len(o.path) > 4 && !strings.HasPrefix(s.path, o.path) {
			return o.value, "becomes that of " + o.path
		}
	}
	return nil, "becomes null"
}

// with is a snapshot in which the value at a path is another.
func with(t testing.TB, good []byte, path string, v any) []byte {
	t.Helper()
	var whole any
	d := json.NewDecoder(bytes.NewReader(good))
	d.UseNumber()
	if err := d.Decode(&whole); err != nil {
		t.Fatal(err)
	}
	places := placesIn(whole, "", nil)
	i := slices.IndexFunc(places, func(s spot) bool { return s.path == path })
	if i < 0 {
		t.Fatalf("the snapshot has no %s", path)
	}
	places[i].set(v)
	bad, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return bad
}
