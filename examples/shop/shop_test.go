// Package shop tests the example of a shop, in each language.
package shop

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/tool"
	_ "github.com/esimsim/esimsim/sim/all" // what is built below: go test keeps no result for another
)

// A language is one that the shop is written in.
type language struct {
	name, tool string
	suite      []string       // that runs its tests
	tests      string         // the file that has them
	test       *regexp.Regexp // finds their names
	mutants    []mutant
}

// A mutant is a mistake that the suite has to notice.
type mutant struct {
	name, file, old, bad string
	exit                 int // of exec: the suite's own, or 3 for what --fail-on names
}

var languages = []language{
	{
		name: "go", tool: "go", suite: []string{"go", "test", "-count=1", "./..."},
		tests: "shop_test.go", test: regexp.MustCompile(`(?m)^func Test(\w+)\(t `),
		mutants: []mutant{
			{"no key", "esimfly.go", `, "idempotency_key": key}`, `}`, 1},
			{"tops up twice", "esimfly.go", `"/topup/order", body, 1,`, `"/topup/order", body, 2,`, 1},
			{"any signature", "webhook.go", `if !hmac.Equal([]byte(want), []byte(signature))`, `if want == ""`, 1},
			{"unknown field", "esimfly.go", `map[string]any{"iccid": iccid,`, `map[string]any{"colour": "blue", "iccid": iccid,`, 3},
		},
	},
	{
		name: "node", tool: "node", suite: []string{"node", "--test"},
		tests: "shop.test.mjs", test: regexp.MustCompile("(?m)^ +it\\([\"`](.+?)(?:: .*)?[\"`],"),
		mutants: []mutant{
			{"no key", "esimfly.mjs", `, idempotency_key: key }`, ` }`, 1},
			{"tops up twice", "esimfly.mjs", `"/topup/order", body, 1)`, `"/topup/order", body, 2)`, 1},
			{"any signature", "webhook.mjs", `if (!same(want, signature))`, `if (!want)`, 1},
			{"unknown field", "esimfly.mjs", `const body = { iccid,`, `const body = { colour: "blue", iccid,`, 3},
		},
	},
	{
		name: "python", tool: "python3", suite: []string{"python3", "-m", "unittest"},
		tests: "test_shop.py", test: regexp.MustCompile(`(?m)^    def test_(\w+)\(self`),
		mutants: []mutant{
			{"no key", "esimfly.py", `, "idempotency_key": key}`, `}`, 1},
			{"tops up twice", "esimfly.py", `"/topup/order", body, attempts=1)`, `"/topup/order", body, attempts=2)`, 1},
			{"any signature", "webhook.py", `if not hmac.compare_digest(want.encode(), signature.encode()):`, `if not want:`, 1},
			{"unknown field", "esimfly.py", `body = {"iccid": iccid,`, `body = {"colour": "blue", "iccid": iccid,`, 3},
		},
	},
}

// Each suite passes, without a finding, and fails where its shop has a mistake.
func TestShops(t *testing.T) {
	t.Parallel()
	esimsim := build(t)
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			tool.Path(t, l.tool)
			report := filepath.Join(t.TempDir(), "report.json")
			if code, out := l.run(t, esimsim, mutant{}, "--report", report); code != 0 {
				t.Errorf("exit %d\n%s", code, out)
			}
			met := gjson.Get(read(t, report), `providers.#(name=="esimfly").operations.#(count>0)#.name`).String()
			if want := `["createOrder","getOrder","listOrders","listPackages","listTopupPackages","queryUsage","topUp"]`; met != want {
				t.Errorf("it met %s, want %s", met, want)
			}
			for _, m := range l.mutants {
				t.Run(m.name, func(t *testing.T) {
					t.Parallel()
					if code, out := l.run(t, esimsim, m); code != m.exit {
						t.Errorf("exit %d, want %d\n%s", code, m.exit, out)
					}
				})
			}
		})
	}
}

// The three have the same tests, in the same order.
func TestTheShopsMirrorEachOther(t *testing.T) {
	t.Parallel()
	var first []string
	for _, l := range languages {
		var names []string
		for _, found := range l.test.FindAllStringSubmatch(read(t, filepath.Join(l.name, l.tests)), -1) {
			names = append(names, strings.ToLower(regexp.MustCompile(`[^A-Za-z]`).ReplaceAllString(found[1], "")))
		}
		if first == nil {
			first = names
		}
		if len(names) < 10 || !slices.Equal(names, first) {
			t.Errorf("%s has the tests\n%s\n%s has\n%s", l.name, strings.Join(names, "\n"), languages[0].name, strings.Join(first, "\n"))
		}
	}
}

// The commands and the test that the README prints are those of the suites.
func TestREADME(t *testing.T) {
	t.Parallel()
	text := read(t, "README.md")
	for _, l := range languages {
		command := "esimsim exec --fail-on violation,refused-key -- " + strings.Join(l.suite, " ")
		for _, file := range []string{"README.md", filepath.Join(l.name, l.tests)} {
			if !strings.Contains(read(t, file), command) {
				t.Errorf("%s lacks %s", file, command)
			}
		}
	}
	_, block, _ := strings.Cut(text, "```python\n")
	block, _, ok := strings.Cut(block, "\n```\n")
	block = regexp.MustCompile(`  # .*`).ReplaceAllString(block, "")
	block = "    " + strings.ReplaceAll(block, "\n", "\n    ") + "\n"
	if !ok || !strings.Contains(read(t, "python/test_shop.py"), block) {
		t.Errorf("the README's test is not one of the suite:\n%s", block)
	}
}

// run runs the suite by "esimsim exec" with one mistake in the shop, or with none.
func (l language) run(t *testing.T, esimsim string, m mutant, flags ...string) (code int, out string) {
	t.Helper()
	dir, suite := l.name, slices.Clone(l.suite)
	if m.file != "" {
		text := read(t, filepath.Join(dir, m.file))
		if strings.Count(text, m.old) != 1 {
			t.Fatalf("%s does not have %q once", m.file, m.old)
		}
		text = strings.Replace(text, m.old, m.bad, 1)
		if l.name == "go" {
			suite = slices.Insert(suite, 2, "-overlay="+overlay(t, filepath.Join(dir, m.file), text))
		} else {
			dir = t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(l.name)); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, m.file), text)
		}
	}
	args := slices.Concat([]string{"exec", "--fail-on", "violation,refused-key"}, flags, []string{"--"}, suite)
	cmd := exec.CommandContext(t.Context(), esimsim, args...)
	cmd.Dir, cmd.Env = dir, environment()
	text, err := cmd.CombinedOutput()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return ended.ExitCode(), string(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, string(text)
}

// overlay has Go take another text for that of a file. It also leaves the library out,
// which is not needed under exec, and takes longer to link than all the rest.
func overlay(t *testing.T, file, text string) string {
	t.Helper()
	dir := t.TempDir()
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, filepath.Base(file))
	write(t, other, text)
	data, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(folder, filepath.Base(file)): other,
		filepath.Join(folder, "library_test.go"):   "",
	}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "overlay.json"), string(data))
	return filepath.Join(dir, "overlay.json")
}

// build builds the program, and opens all of its own files, so that go test does not take
// an earlier result for that of a program, or a shop, that has changed.
func build(t *testing.T) string {
	t.Helper()
	for _, pattern := range []string{"../../cmd/esimsim/*.go", "*/*.*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			read(t, file)
		}
	}
	binary := filepath.Join(t.TempDir(), "esimsim")
	cmd := exec.CommandContext(t.Context(), tool.Path(t, "go"), "build", "-pgo=off", "-o", binary, "../../cmd/esimsim")
	cmd.Env = environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// environment has Go build what make instructions builds too, and Python leave nothing
// behind.
func environment() []string {
	return append(os.Environ(), "CGO_ENABLED=0", "PYTHONDONTWRITEBYTECODE=1")
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
