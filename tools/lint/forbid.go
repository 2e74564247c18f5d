package main

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// forbid keeps time and chance in the world's hands: a wall clock or a shared source
// anywhere else makes a run that cannot be repeated. And it keeps the simulator from
// calling anybody but the receivers of webhooks.
var forbid = &analysis.Analyzer{
	Name: "forbidigo",
	Doc:  "forbid the wall clock outside internal/clock, chance that is shared, and calls to others",
	Run:  runForbid,
}

const clockPackage = "github.com/esimsim/esimsim/internal/clock"

// callers may open connections: the sender of webhooks, the program, which is a client of
// the simulator it was pointed at, and what tests reach their own simulator by.
var callers = []string{
	"github.com/esimsim/esimsim/internal/webhook", "github.com/esimsim/esimsim/cmd/esimsim", "github.com/esimsim/esimsim/internal/network",
}

// outbound are what connections are opened with.
var outbound = map[string][]string{
	"net": {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialUnix", "DialIP", "Dialer", "DefaultResolver", "LookupHost", "LookupIP", "LookupAddr"},
	"net/http": {
		"Client", "Transport", "DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm",
	},
	"crypto/tls": {"Dial", "DialWithDialer", "Dialer"},
}

var wallClock = map[string]bool{
	"Now": true, "Since": true, "Until": true, "Sleep": true, "After": true, "AfterFunc": true,
	"Tick": true, "NewTimer": true, "NewTicker": true,
}

func runForbid(pass *analysis.Pass) (any, error) {
	isClock := strings.TrimSuffix(pass.Pkg.Path(), "_test") == clockPackage
	mayCall := slices.Contains(callers, pass.Pkg.Path())
	for _, f := range pass.Files {
		// What a benchmark measures is real time.
		file := pass.Fset.File(f.Pos()).Name()
		realTime := isClock || strings.HasSuffix(file, "bench_test.go")
		inside := !mayCall && strings.Contains(pass.Pkg.Path(), "esimsim/") && !strings.HasSuffix(file, "_test.go") &&
			!strings.Contains(file, "simtest") && !strings.Contains(file, "/examples/")
		pointed := map[*ast.Ident]bool{}
		ast.Inspect(f, func(n ast.Node) bool {
			if to := pointedTo(pass, n); to != nil {
				pointed[to] = true
			}
			if id, ok := n.(*ast.Ident); ok {
				used := pass.TypesInfo.Uses[id]
				if why := forbidden(used, realTime); why != "" {
					pass.Reportf(id.Pos(), "%s", why)
				}
				if inside && !pointed[id] && callsOut(used) {
					pass.Reportf(id.Pos(), "%s.%s opens connections: only internal/webhook does", used.Pkg().Name(), used.Name())
				}
			}
			return true
		})
	}
	return nil, nil
}

// pointedTo is the name of a type in a pointer to it. To hand on a client that others have
// made opens nothing.
func pointedTo(pass *analysis.Pass, n ast.Node) *ast.Ident {
	star, ok := n.(*ast.StarExpr)
	if !ok || !pass.TypesInfo.Types[star].IsType() {
		return nil
	}
	if of, ok := star.X.(*ast.SelectorExpr); ok {
		return of.Sel
	}
	return nil
}

// callsOut says whether an object of a package is one that connections are opened with.
func callsOut(o types.Object) bool {
	return o != nil && o.Pkg() != nil && o.Parent() == o.Pkg().Scope() && slices.Contains(outbound[o.Pkg().Path()], o.Name())
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
