package main

import (
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/packages"
	dead "honnef.co/go/tools/unused"
	"mvdan.cc/unparam/check"
)

// unused reports what nothing uses. The vet tool sees a package together with its own
// tests, so that what only they use counts as used.
var unused = &analysis.Analyzer{
	Name:     "unused",
	Doc:      "find unused constants, variables, functions and types",
	Requires: []*analysis.Analyzer{dead.Analyzer.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		files := map[string]*token.File{}
		for _, f := range pass.Files {
			at := pass.Fset.File(f.Pos())
			files[at.Name()] = at
		}
		for _, o := range pass.ResultOf[dead.Analyzer.Analyzer].(dead.Result).Unused {
			if f := files[o.Position.Filename]; f != nil && o.Kind != "type param" {
				pass.Reportf(f.Pos(o.Position.Offset), "%s %s is unused", o.Kind, o.Name)
			}
		}
		return nil, nil
	},
}

// unparam reports parameters and results of unexported functions that are always the
// same or never used.
var unparam = &analysis.Analyzer{
	Name:     "unparam",
	Doc:      "find unused function parameters",
	Requires: []*analysis.Analyzer{buildssa.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		c := &check.Checker{}
		c.Packages([]*packages.Package{{Fset: pass.Fset, Syntax: pass.Files, Types: pass.Pkg, TypesInfo: pass.TypesInfo}})
		c.ProgramSSA(pass.ResultOf[buildssa.Analyzer].(*buildssa.SSA).Pkg.Prog)
		issues, err := c.Check()
		if err != nil {
			return nil, err
		}
		for _, i := range issues {
			pass.Reportf(i.Pos(), "%s", i.Message())
		}
		return nil, nil
	},
}
