package main

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// forbid keeps time and chance in the world's hands: a wall clock or a shared source
// anywhere else makes a run that cannot be repeated.
var forbid = &analysis.Analyzer{
	Name: "forbidigo",
	Doc:  "forbid the wall clock outside internal/clock and chance that is shared",
	Run:  runForbid,
}

const clockPackage = "github.com/esimsim/esimsim/internal/clock"

var wallClock = map[string]bool{
	"Now": true, "Since": true, "Until": true, "Sleep": true, "After": true, "AfterFunc": true,
	"Tick": true, "NewTimer": true, "NewTicker": true,
}

func runForbid(pass *analysis.Pass) (any, error) {
	isClock := strings.TrimSuffix(pass.Pkg.Path(), "_test") == clockPackage
	for _, f := range pass.Files {
		// What a benchmark measures is real time.
		realTime := isClock || strings.HasSuffix(pass.Fset.File(f.Pos()).Name(), "bench_test.go")
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if why := forbidden(pass.TypesInfo.Uses[id], realTime); why != "" {
					pass.Reportf(id.Pos(), "%s", why)
				}
			}
			return true
		})
	}
	return nil, nil
}

// forbidden says why a function must not be used, "" when it may.
func forbidden(o types.Object, realTime bool) string {
	fn, ok := o.(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Signature().Recv() != nil {
		return ""
	}
	name, call := fn.Name(), fn.Pkg().Name()+"."+fn.Name()
	switch fn.Pkg().Path() {
	case "time":
		if wallClock[name] && !realTime {
			return call + " reads the wall clock: ask the world's clock, or internal/clock"
		}
	case "math/rand":
		return call + " is of the first math/rand: draw from the account's source, of math/rand/v2"
	case "math/rand/v2":
		if !strings.HasPrefix(name, "New") {
			return call + " draws from a source that all share: draw from the account's"
		}
	case "github.com/brianvoe/gofakeit/v6":
		if name != "NewCustom" {
			return call + " draws from a source that is shared or random: ask the account's faker"
		}
	}
	return ""
}
