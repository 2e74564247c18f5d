package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Sources are the Go files of a package, without its tests.
func Sources(t testing.TB, folder string) (files []*ast.File) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, e.Name()), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		t.Fatalf("%s has no source", folder)
	}
	return files
}

// Constants are the constants of a type, in their order, with what a comment says of each.
func Constants(t testing.TB, folder, typ string) (rows [][2]string) {
	t.Helper()
	for _, f := range Sources(t, folder) {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				if id, ok := v.Type.(*ast.Ident); ok && id.Name == typ {
					value := v.Values[0].(*ast.BasicLit).Value
					if text, err := strconv.Unquote(value); err == nil {
						value = text
					}
					if v.Comment == nil {
						t.Fatalf("%s: %s says nothing of itself", folder, v.Names[0])
					}
					rows = append(rows, [2]string{value, strings.TrimSpace(v.Comment.Text())})
				}
			}
		}
	}
	return rows
}
