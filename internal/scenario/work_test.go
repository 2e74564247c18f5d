package scenario_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/scenario"
)

// many is a script of so many rules with the same condition.
func many(t testing.TB, count int, when string) *scenario.Script {
	t.Helper()
	sc, err := scenario.Load("a.yaml", fmt.Appendf(nil, "version: 1\nname: a\nrules: [{on: '*', when: %q, do: {delay: 1s}}]\n", when), vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	for range count - 1 {
		another := *sc.Rules[0]
		sc.Rules = append(sc.Rules, &another)
	}
	return scenario.NewScript([]*scenario.Scenario{sc}, func(string) *rand.PCG { return &rand.PCG{} })
}

// held asks all rules about a body, and says how many conditions held, and whether one was
// not looked at.
func held(s *scenario.Script, body string) (held int, exhausted bool) {
	work := scenario.NewWork(len(body))
	env := scenario.Env{Method: "POST", Path: "/v1/orders", Body: gjson.Parse(body).Value(), Work: work}
	before := calls(s)
	s.Match(&scenario.Call{Operation: "toy.createOrder", Env: func() scenario.Env { return env }})
	return calls(s) - before, work.Exhausted()
}

func calls(s *scenario.Script) (sum int) {
	for _, c := range s.Counts() {
		sum += c.Calls
	}
	return sum
}

// dear are shapes of conditions, each about as dear as it can be, with what it is asked about.
var dear = map[string]struct{ when, body string }{
	"pattern":           {"body.s matches '(x?){80}y' or method == 'POST'", text(100)},
	"large patterns":    {"body.s matches '(x?){80}y' or method == 'POST'", text(2_000)},
	"many patterns":     {strings.Repeat("body.s matches 'x*y' or ", 30) + "method == 'POST'", text(2_000)},
	"pattern on a list": {"any(body.a, # matches '(x?){80}y') or method == 'POST'", list(`"`+strings.Repeat("x", 100)+`"`, 20)},
	"predicate":         {"any(body.a, " + strings.Repeat("# > 5 or ", 40) + "# == 7) or method == 'POST'", list("1", 1000)},
	"range":             {"any(1..1000, " + strings.Repeat("# > 5000 or ", 40) + "# == 7000) or method == 'POST'", "{}"},
	"long constant":     {"any(1..1000, '" + strings.Repeat("x", 1000) + "' contains string(#)) or method == 'POST'", "{}"},
	"equal lists":       {"body.a == body.b or method == 'POST'", `{"a":[` + strings.Repeat("1,", 20_000) + `1],"b":[` + strings.Repeat("1,", 20_000) + `1]}`},
	"made lists":        {"concat(body.a, body.a) == body.a or method == 'POST'", list("1", 4_000)},
	"made text":         {"string(body.a) == 'x' or method == 'POST'", list("1", 20_000)},
	"sorted":            {"len(sort(body.a)) > 1", list("1", 4_000)},
	"keys":              {"len(keys(body.a[0])) > 0", `{"a":[{` + strings.Repeat(`"k":1,`, 10_000) + `"l":1}]}`},
	"joined texts":      {"body.s" + strings.Repeat(" + body.s", 40) + " != ''", text(5_000)},
	"searched":          {"indexOf(body.s, body.s) == 0", text(500_000)},
	"changed":           {"upper(body.s) != lower(body.s)", text(20_000)},
	"compared":          {"body.s contains '" + strings.Repeat("x", 1000) + "y' or method == 'POST'", text(500_000)},
	"a member":          {"body.s in body.a or method == 'POST'", `{"s":"y","a":[` + strings.Repeat(`"x",`, 50_000) + `"x"]}`},
	"small":             {strings.Repeat("body.n == 1 and ", 30) + "method == 'POST'", `{"n":1}`},
	"smallest":          {"call > 0", "{}"},
}

func text(n int) string { return `{"s":"` + strings.Repeat("x", n) + `"}` }

func list(element string, n int) string {
	return `{"a":[` + strings.Repeat(element+",", n-1) + element + "]}"
}

// of a world may be so many.
const most = 50_000

// However many conditions there are, and whatever they are asked about, a request ends:
// those that are dearer than what is left do not hold, and it is the same the next time.
func TestWorkOfAllConditions(t *testing.T) {
	t.Parallel()
	for name, c := range dear {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := many(t, most, c.when)
			first, exhausted := held(s, c.body)
			if second, _ := held(s, c.body); !exhausted || first == 0 || first == most || second != first {
				t.Errorf("%d of %d hold, then %d; some were left out: %t", first, most, second, exhausted)
			}
		})
	}
}

// What is asked in earnest is far from the bound: so many rules about an order of usual size.
func TestWorkLeaves(t *testing.T) {
	t.Parallel()
	const rules = 1000
	order := `{"packageCode":"merhaba-7days-1gb","quantity":4,"items":[` + strings.Repeat(`{"id":"esim_1GB_7D_GB_V2","n":1},`, 10) + `{"id":"last","n":2}]}`
	for _, when := range []string{
		"body.quantity > 3 and body.packageCode == 'merhaba-7days-1gb' and method == 'POST'",
		"body.packageCode matches '^[a-z]+-(7|30)days-[0-9]+gb$'",
		"any(body.items, .id == 'last' and .n > 1)",
	} {
		if n, exhausted := held(many(t, rules, when), order); n != rules || exhausted {
			t.Errorf("%s: %d of %d hold; some were left out: %t", when, n, rules, exhausted)
		}
	}
}

// BenchmarkWork is how long the dearest requests keep a world, beside reading the body.
func BenchmarkWork(b *testing.B) {
	for name, c := range dear {
		b.Run(name, func(b *testing.B) {
			s := many(b, most, c.when)
			body := gjson.Parse(c.body).Value()
			for b.Loop() {
				env := scenario.Env{Method: "POST", Body: body, Work: scenario.NewWork(len(c.body))}
				s.Match(&scenario.Call{Operation: "toy.createOrder", Env: func() scenario.Env { return env }})
			}
		})
	}
}
