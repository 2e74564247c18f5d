// Command lint is the project's linters in one vet tool: one load of the code, cached by
// the go command like a build.
//
//	go build -C tools/lint -o ../../.bin/lint . && go vet -vettool=$PWD/.bin/lint ./...
//
// It is a module of its own, so that its versions are pinned and none of them reaches
// those who depend on esimsim. .golangci.yml asks golangci-lint for the same linters by
// the same names: a finding is waved through for both with
//
//	//nolint:name // the reason
//
// at the end of its line or alone on the line above. A comment without name or reason is
// itself a finding.
package main

import (
	"codeberg.org/polyfloyd/go-errorlint/errorlint"
	"github.com/kisielk/errcheck/errcheck"
	"github.com/kunwardeep/paralleltest/pkg/paralleltest"
	"github.com/timakin/bodyclose/passes/bodyclose"
	"go-simpler.org/sloglint"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
	"honnef.co/go/tools/analysis/lint"
	"honnef.co/go/tools/simple"
	"honnef.co/go/tools/staticcheck"
	"honnef.co/go/tools/stylecheck"
)

func main() {
	unitchecker.Main(analyzers()...)
}

// analyzers are all the linters, each made to heed nolint comments.
func analyzers() []*analysis.Analyzer {
	parallel := paralleltest.NewAnalyzer()
	// Since Go 1.22 each turn of a loop has its own variable.
	if err := parallel.Flags.Set("ignoreloopVar", "true"); err != nil {
		panic(err)
	}
	list := []*analysis.Analyzer{nolint}
	for _, a := range []*analysis.Analyzer{
		bodyclose.Analyzer, errcheck.Analyzer, errorlint.NewAnalyzer(), parallel, sloglint.New(nil),
		exported, forbid, godot, misspell, unparam, unused,
	} {
		list = append(list, heed(a, a.Name))
	}
	for _, set := range [][]*lint.Analyzer{staticcheck.Analyzers, simple.Analyzers, stylecheck.Analyzers} {
		for _, a := range set {
			list = append(list, heed(a.Analyzer, "staticcheck"))
		}
	}
	return list
}
