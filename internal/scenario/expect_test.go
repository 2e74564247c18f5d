package scenario_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/esimsim/esimsim/internal/scenario"
)

var plainly = cmp.Options{
	cmpopts.IgnoreUnexported(scenario.Condition{}),
	cmpopts.IgnoreFields(scenario.Expectation{}, "Line"),
}

// The same expectations, of a file and of a body.
func TestExpectations(t *testing.T) {
	t.Parallel()
	const file = `version: 1
name: a
expectations:
  - {on: toy.createOrder}
  - {name: twice, on: "toy.*", when: "body.n > 3 and status == 200", times: 2}
  - {on: "*", atLeast: 2, atMost: 3}
  - {on: "*", atMost: 3}
  - {on: toy.getOrder, when: "error == 'BROKEN'", never: true}
  - sequence:
      - {on: toy.createOrder, times: 2}
      - {on: other.getBalance, never: true}
      - {name: seen, on: toy.getOrder}
`
	const body = "{\t\"expectations\": [" + `
		{"on": "toy.createOrder"},
		{"name": "twice", "on": "toy.*", "when": "body.n \u003e 3 and status == 200", "times": 2},
		{"on": "*", "atLeast": 2, "atMost": 3},
		{"on": "*", "atMost": 3},
		{"on": "toy.getOrder", "when": "error == 'BROKEN'", "never": true},
		{"sequence": [{"on": "toy.createOrder", "times": 2}, {"on": "other.getBalance", "never": true}, {"name": "seen", "on": "toy.getOrder"}]}
	]}`
	const many = scenario.NoBound
	want := []*scenario.Expectation{
		{On: "toy.createOrder", Least: 1, Most: many},
		{Name: "twice", On: "toy.*", When: &scenario.Condition{Source: "body.n > 3 and status == 200"}, Least: 2, Most: 2},
		{On: "*", Least: 2, Most: 3},
		{On: "*", Most: 3},
		{On: "toy.getOrder", When: &scenario.Condition{Source: "error == 'BROKEN'"}},
		{Sequence: []*scenario.Expectation{
			{On: "toy.createOrder", Least: 2, Most: many}, {On: "other.getBalance"}, {Name: "seen", On: "toy.getOrder", Least: 1, Most: many},
		}},
	}
	sc, err := scenario.Load("a.yaml", []byte(file), vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	got, err := scenario.LoadExpectations("body", []byte(body), vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	for from, list := range map[string][]*scenario.Expectation{"file": sc.Expectations, "body": got} {
		if diff := cmp.Diff(want, list, plainly...); diff != "" {
			t.Errorf("%s (-want +got):\n%s", from, diff)
		}
	}
	names := []string{}
	for _, e := range got {
		names = append(names, e.String())
	}
	wantNames := []string{
		"toy.createOrder", "twice", "*", "*", "toy.getOrder when error == 'BROKEN'",
		"toy.createOrder, then never other.getBalance, then seen",
	}
	if diff := cmp.Diff(wantNames, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if list, err := scenario.LoadExpectations("body", []byte(" {} "), vocabulary); list != nil || err != nil {
		t.Errorf("none: %v, %v", list, err)
	}
}

// Each mistake is told with its place, by line and by pointer.
func TestExpectationMistakes(t *testing.T) {
	t.Parallel()
	one := func(text string) string { return `{"expectations":[` + text + `]}` }
	for text, want := range map[string]string{
		``:                                       "body:1:1  send a JSON object: it ends too early",
		`[]`:                                     "body:1:1  the body must be a mapping",
		`{"expectations":[]}`:                    "body:1:17 /expectations expectations is empty",
		`{"expectations":{}}`:                    "body:1:17 /expectations expectations must be a list",
		`{"expectation":[]}`:                     `body:1:2 /expectation the body has no key "expectation", did you mean expectations?`,
		`{"expectations":[}`:                     "send a JSON object: invalid character",
		"{}\n{}":                                 "body:2:1  send a JSON object: something follows the object",
		`{"expectations":[{`:                     "send a JSON object: it ends too early",
		one(`3`):                                 "/expectations/0 an expectation must be a mapping",
		one(`{"on":null}`):                       "/expectations/0/on is null: leave it out",
		one(`{"on":"*","on":"*"}`):               `body:1:28 /expectations/0/on an expectation names "on" twice`,
		one(`{"when":"true"}`):                   "/expectations/0 an expectation needs on",
		one("\n {\"on\":\"toy.creatOrder\"}"):    `body:2:8 /expectations/0/on there is no operation "toy.creatOrder", did you mean toy.createOrder?`,
		one(`{"on":"*","tmes":2}`):               `/expectations/0/tmes an expectation has no key "tmes", did you mean times?`,
		one(`{"on":"*","~/":2}`):                 `/expectations/0/~0~1 an expectation has no key "~/"`,
		one(`{"on":"*","times":0}`):              "/expectations/0/times times is at least 1: for none, write never: true",
		one(`{"on":"*","times":"2"}`):            "/expectations/0/times times is a number and no text",
		one(`{"on":"*","times":1.5}`):            "/expectations/0/times times is a whole number",
		one(`{"on":"*","times":{}}`):             "/expectations/0/times must be a text",
		one(`{"on":"*","never":false}`):          "/expectations/0/never never is true, or left out",
		one(`{"on":"*","never":"true"}`):         "/expectations/0/never never is true, or left out",
		one(`{"on":"*","times":2,"never":true}`): "/expectations/0 say how often in one way",
		one(`{"on":"*","times":2,"atLeast":1}`):  "/expectations/0 say how often in one way",
		one(`{"on":"*","atLeast":3,"atMost":2}`): "/expectations/0 this can never be: atLeast is 3 and atMost is 2",
		one(`{"on":"*","when":"bdy.n > 3"}`):     "/expectations/0/when when: unknown name bdy",
		one(`{"on":"*","when":"status"}`):        "/expectations/0/when when: expected bool",
		one(`{"on":"*","name":"` + strings.Repeat("x", 201) + `"}`): "/expectations/0/name a name is at most 200 bytes long",
		one(`{"on":"*","sequence":[{"on":"*"}]}`):                   "/expectations/0 a sequence stands alone",
		one(`{"sequence":[]}`):                                      "/expectations/0/sequence a sequence needs a step that is to come",
		one(`{"sequence":[{"on":"*","never":true}]}`):               "/expectations/0/sequence a sequence needs a step that is to come",
		one(`{"sequence":[{"on":"*","never":true,"times":1}]}`):     "/expectations/0/sequence/0 a step has times or never, not both",
		one(`{"sequence":[{}]}`):                                    "/expectations/0/sequence/0 a step needs on",
		one(`{"sequence":[{"on":"*","atMost":1}]}`):                 `/expectations/0/sequence/0/atMost a step has no key "atMost"`,
		one(`{"sequence":[{"on":"*","times":501}]}`):                "/expectations/0/sequence a sequence is at most 500 requests long",
		one(`{"on":"*"}` + strings.Repeat(`,{"on":"*"}`, 500)):      "/expectations there are at most 500 expectations",
		strings.Repeat("[", 200):                                    "nested more than 100 deep",
	} {
		_, err := scenario.LoadExpectations("body", []byte(text), vocabulary)
		var joined interface{ Unwrap() []error }
		if !errors.As(err, &joined) {
			t.Errorf("%q was taken: %v", text, err)
			continue
		}
		var told []string
		for _, e := range joined.Unwrap() {
			var p scenario.Problem
			if !errors.As(e, &p) {
				t.Errorf("%q: %v has no place", text, e)
			}
			place, message, _ := strings.Cut(p.Error(), ": ")
			told = append(told, place+" "+p.Pointer+" "+message)
		}
		if all := strings.Join(told, "\n"); !strings.Contains(all, want) {
			t.Errorf("%q:\n got %s\nwant %s", text, all, want)
		}
	}
	_, err := scenario.LoadExpectations("", []byte(one(`{"on":"tyo.getOrder"}`)), vocabulary)
	if err == nil || !strings.HasPrefix(err.Error(), "/expectations/0/on: there is no operation") {
		t.Errorf("of a program: %v", err)
	}
	// What only an answer has is not for rules.
	_, err = scenario.Load("a.yaml", []byte("version: 1\nname: a\nrules:\n- {on: '*', when: status == 200, do: {delay: 1s}}\n"), vocabulary)
	if err == nil || !strings.Contains(err.Error(), "unknown name status") {
		t.Errorf("status in a rule: %v", err)
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	a := scenario.Answered{
		Env: scenario.Env{
			Method: "POST", Path: "/x", Query: map[string]string{"page": "2"}, Header: map[string]string{"X-A": "b", "x-a": "b"},
			Body: map[string]any{
				"name": "x", "quantity": 2.0, "gift": true, "items": []any{map[string]any{"id": "a"}, map[string]any{"id": "b"}},
				"a/b": map[string]any{"~": 1.0}, "long": strings.Repeat("é", 100), "wide": map[string]any{"text": strings.Repeat("y", 200)},
			},
			Account: map[string]any{"balance": 25.5},
		},
		Status: 400, Error: "BROKEN",
	}
	for when, want := range map[string]string{
		"body.name == 'x'":                         "",
		"body.name == 'y'":                         `/name "y" "x"`,
		"'y' == body.name":                         `/name "y" "x"`,
		"body.name != 'x'":                         `/name "!= \"x\"" "x"`,
		"body.quantity > 3":                        `/quantity "\u003e 3" 2`,
		"3 < body.quantity":                        `/quantity "\u003e 3" 2`,
		"body.quantity == len(body.items) + 1":     `/quantity 3 2`,
		"body.items[1].id == 'a'":                  `/items/1/id "a" "b"`,
		"body['a/b']['~'] == 2":                    `/a~1b/~0 2 1`,
		"body.missing == 1":                        `/missing 1 null`,
		"body.name.deep == 1":                      `/name/deep 1 null`,
		"body?.missing?.deep == 1":                 `/missing/deep 1 null`,
		"query.page == '3' and status == 200":      `query/page "3" "2"; status 200 400`,
		"query.page == '2' && status == 200":       `status 200 400`,
		"header['x-a'] == 'c'":                     `header/x-a "c" "b"`,
		"method == 'GET'":                          `method "GET" "POST"`,
		"path startsWith '/y'":                     `path "startsWith \"/y\"" "/x"`,
		"error == ''":                              `error "" "BROKEN"`,
		"account.balance == 30":                    `account/balance 30 25.5`,
		"call == 2":                                `call 2 0`,
		"len(body.items) == 3":                     `/items "len(body.items) == 3" 2`,
		"status in [200, 201]":                     `status "in [200,201]" 400`,
		"body.gift == false or body.quantity == 3": `/gift "body.gift == false or body.quantity == 3" true`,
		"not body.gift":                            `/gift "not body.gift" true`,
		"!(status == 400)":                         `status "!(status == 400)" 400`,
		"any(body.items, .id == 'c')":              `/items "any(body.items, .id == \"c\")" [{"id":"a"},{"id":"b"}]`,
		"(body.missing ?? 7) == 8":                 `/missing "(body.missing ?? 7) == 8" 7`,
		"body.long == ''":                          `/long "" "` + strings.Repeat("é", 60) + `…"`,
		"body.wide == nil":                         `/wide "== null" "an object of 1 members"`,
		"let n = body.quantity; n > 3 and n < 9":   `/quantity "let n = body.quantity; n \u003e 3 and n \u003c 9" 2`,
		"1 == 2":                                   `1 == 2 "1 == 2" null`,
		"body.name matches '^y' and body.gift":     `/name "matches \"^y\"" "x"`,
		"body.name == 'x' and (status == 200 and method == 'GET')": `status 200 400; method "GET" "POST"`,
	} {
		body, err := json.Marshal(map[string]any{"expectations": []any{map[string]any{"on": "*", "when": when}}})
		if err != nil {
			t.Fatal(err)
		}
		list, err := scenario.LoadExpectations("body", body, vocabulary)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, d := range list[0].When.Differences(a) {
			wanted, _ := json.Marshal(d.Wanted)
			was, _ := json.Marshal(d.Got)
			got = append(got, d.Pointer+" "+string(wanted)+" "+string(was))
		}
		if line := strings.Join(got, "; "); line != want {
			t.Errorf("%s\n got %s\nwant %s", when, line, want)
		}
		if holds := list[0].When.HoldsFor(a); holds != (want == "") {
			t.Errorf("%s holds is %v", when, holds)
		}
		if reads := list[0].When.ReadsAccount(); reads != strings.Contains(when, "account") {
			t.Errorf("%s reads account is %v", when, reads)
		}
	}
}

// What is read is read whole or refused with a place; what is refused as a body is refused
// by the decoder of JSON or by the reader, and never by accident.
func FuzzExpectations(f *testing.F) {
	f.Add(`{"expectations":[{"on":"toy.createOrder","when":"body.n > 3 and status == 200","times":2}]}`)
	f.Add(`{"expectations":[{"sequence":[{"on":"*","never":true},{"on":"toy.*","times":3}]}]}`)
	f.Add("{\"expectations\":[{\"on\":\"*\",\"when\":\"let n = body.a.b; n in [1]\"}]}\n")
	f.Add(`{"expectations":[{"name":"\ud83d\ude00","on":"*","atLeast":1,"atMost":2}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := scenario.LoadExpectations("b", []byte(text), vocabulary)
		if err != nil {
			if list != nil || !strings.HasPrefix(err.Error(), "b:") {
				t.Errorf("%v with error %v", list, err)
			}
			return
		}
		var plain struct {
			Expectations []map[string]any `json:"expectations"`
		}
		if err := json.Unmarshal([]byte(text), &plain); err != nil || len(plain.Expectations) != len(list) {
			t.Fatalf("%d read, %d there, %v", len(list), len(plain.Expectations), err)
		}
		for i, e := range list {
			if e.Sequence == nil && (e.On != plain.Expectations[i]["on"] || e.Least > e.Most || e.Least < 0) {
				t.Errorf("%+v of %v", e, plain.Expectations[i])
			}
			if e.When != nil {
				a := scenario.Answered{Env: scenario.Env{Body: map[string]any{"n": 1.0}}}
				if e.When.HoldsFor(a) != (len(e.When.Differences(a)) == 0) {
					t.Errorf("%s: holds is %v, differences %v", e.When.Source, e.When.HoldsFor(a), e.When.Differences(a))
				}
			}
		}
	})
}
