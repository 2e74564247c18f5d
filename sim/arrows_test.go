package sim_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
)

// Arrows point one way: cmd, list of providers, providers, sim, internal, documents. Each
// rule says who may not import what, and why.
func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	const module = "github.com/esimsim/esimsim/"
	rules := []struct {
		from, to string
		except   []string
		why      string
	}{
		{"internal/", module + "sim", []string{"internal/brief", "internal/bench"}, "the engine's parts know neither the spine nor a provider"},
		{"sim", module + "cmd", nil, "the library does not know the program"},
		{"sim", module + "sim/all", []string{"sim/all"}, "a provider is chosen by who starts the simulator"},
		{"sim/roamify", module + "sim/esim", nil, "providers do not know each other"},
		{"sim/esimgo", module + "sim/esimfly", nil, "providers do not know each other"},
		{"sim/esimgo", module + "sim/roamify", nil, "providers do not know each other"},
		{"sim/esimfly", module + "sim/esimgo", nil, "providers do not know each other"},
		{"sim/esimfly", module + "sim/roamify", nil, "providers do not know each other"},
		{"", "github.com/getkin/kin-openapi", []string{"internal/contract"}, "documents are the contract package's"},
		{"", "gopkg.in/yaml.v3", []string{"internal/scenario", "internal/config"}, "YAML is read by two packages only"},
		{"", "math/rand", []string{}, "chance comes from a world's source"},
		{"openapi", module, nil, "data imports nothing"},
		{"scenarios", module, nil, "data imports nothing"},
	}
	err := fs.WalkDir(os.DirFS(".."), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && file != "." || file == "tools") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), "../"+file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range f.Imports {
			target, _ := strconv.Unquote(imp.Path.Value)
			for _, r := range rules {
				exact := r.to == "math/rand" && target != r.to
				if !strings.HasPrefix(file, r.from) || !strings.HasPrefix(target, r.to) || exact || excepted(file, r.except) {
					continue
				}
				t.Errorf("%s imports %s: %s", file, target, r.why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func excepted(file string, folders []string) bool {
	for _, f := range folders {
		if path.Dir(file) == f {
			return true
		}
	}
	return false
}
