package sim

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// slowField is what Field and Object are to give.
func slowField(obj gjson.Result, same func(string) bool) (found gjson.Result) {
	if !obj.IsObject() {
		return gjson.Result{}
	}
	obj.ForEach(func(key, value gjson.Result) bool {
		if same(key.String()) {
			found = value
		}
		return true
	})
	found.Index = 0 // where it stood, which nobody asks
	return found
}

func FuzzField(f *testing.F) {
	for _, body := range []string{
		`{"a":1,"b":"x","a":2}`, ` { "a" : [ 1 , {"a":"]"} ] , "b":{"a":{}},"c":null } `, `{"\u0061":-1.5e3,"A":true}`,
		`{}`, `[]`, `{"a":{"b":[[],{"a":"}\"{\\"}]},"":"", "a\"b":"\\"}`, `"a"`, `{"a":"\ud83d\ude00"}`,
	} {
		f.Add(body, "a")
	}
	f.Fuzz(func(t *testing.T, body, name string) {
		if !gjson.Valid(body) {
			return
		}
		obj := gjson.Parse(body)
		if got, want := Field(obj, name), slowField(obj, func(k string) bool { return k == name }); !same(got, want) {
			t.Errorf("%s in %s: got %#v, want %#v", name, body, got, want)
		} else if got := ObjectOf(obj).Field(name); !same(got, want) {
			t.Errorf("%s of the object %s: got %#v, want %#v", name, body, got, want)
		}
		if got, want := ObjectOf(obj).FieldFold(name), slowField(obj, func(k string) bool { return strings.EqualFold(k, name) }); !same(got, want) {
			t.Errorf("%s of the object %s, folded: got %#v, want %#v", name, body, got, want)
		}
	})
}

func same(a, b gjson.Result) bool {
	return a.Type == b.Type && a.Raw == b.Raw && a.Str == b.Str && a.Num == b.Num
}
