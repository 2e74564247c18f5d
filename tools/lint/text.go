package main

import (
	"go/ast"
	"strings"

	spell "github.com/golangci/misspell"
	dot "github.com/tetafro/godot"
	"golang.org/x/tools/go/analysis"
)

var spelling = spell.New()

// misspell finds words that are no words, in comments and strings alike.
var misspell = &analysis.Analyzer{
	Name: "misspell",
	Doc:  "find commonly misspelt English words",
	Run: func(pass *analysis.Pass) (any, error) {
		for _, f := range pass.Files {
			data, err := pass.ReadFile(pass.Fset.File(f.Pos()).Name())
			if err != nil {
				return nil, err
			}
			_, diffs := spelling.Replace(string(data))
			for _, d := range diffs {
				pass.Reportf(line(pass, f.Pos(), d.Line), "%q is a misspelling of %q", d.Original, d.Corrected)
			}
		}
		return nil, nil
	},
}

// godot finds comments of top-level declarations that do not end in a period.
var godot = &analysis.Analyzer{
	Name: "godot",
	Doc:  "comments of declarations end in a period",
	Run: func(pass *analysis.Pass) (any, error) {
		for _, f := range pass.Files {
			issues, err := dot.Run(f, pass.Fset, dot.Settings{Scope: dot.DeclScope, Period: true})
			if err != nil {
				return nil, err
			}
			for _, i := range issues {
				pass.Reportf(line(pass, f.Pos(), i.Pos.Line), "%s", i.Message)
			}
		}
		return nil, nil
	},
}

// exported finds exported names without a comment; the form of one that is there is
// staticcheck's business.
var exported = &analysis.Analyzer{
	Name: "revive",
	Doc:  "exported names have a comment",
	Run: func(pass *analysis.Pass) (any, error) {
		if pass.Pkg.Name() == "main" {
			return nil, nil
		}
		for _, f := range pass.Files {
			if strings.HasSuffix(pass.Fset.File(f.Pos()).Name(), "_test.go") {
				continue
			}
			for _, d := range f.Decls {
				for _, name := range uncommented(d) {
					pass.Reportf(name.Pos(), "exported %s should have a comment", name.Name)
				}
			}
		}
		return nil, nil
	},
}

// interfaceMethods are named by the standard library and need no word of ours.
var interfaceMethods = map[string]bool{
	"Error": true, "Unwrap": true, "Is": true, "As": true, "String": true, "Len": true, "Less": true, "Swap": true,
	"Read": true, "Write": true, "Close": true, "ServeHTTP": true, "MarshalJSON": true, "UnmarshalJSON": true,
	"MarshalText": true, "UnmarshalText": true, "UnmarshalYAML": true,
}

func uncommented(d ast.Decl) (names []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc != nil || !d.Name.IsExported() || d.Recv != nil && (interfaceMethods[d.Name.Name] || !ast.IsExported(receiver(d))) {
			return nil
		}
		names = append(names, d.Name)
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && s.Doc == nil && s.Name.IsExported() {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if d.Doc == nil && s.Doc == nil && s.Comment == nil && name.IsExported() {
						names = append(names, name)
					}
				}
			}
		}
	}
	return names
}

func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
