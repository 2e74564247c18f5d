package sim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// A type that the library borrows from the engine is shown by go doc without its fields, so
// that its comment has to name them all.
func TestBorrowedTypesNameTheirFields(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]string{} // of aliases, by name
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.TYPE && d.Specs[0].(*ast.TypeSpec).Assign.IsValid() {
				comments[d.Specs[0].(*ast.TypeSpec).Name.Name] = d.Doc.Text()
			}
		}
	}
	for name, borrowed := range map[string]any{
		"Attempt": sim.Attempt{}, "Delivery": sim.Delivery{}, "Entry": sim.Entry{}, "Filter": sim.Filter{}, "Finding": sim.Finding{},
		"Happening": sim.Happening{}, "Policy": sim.Policy{}, "Started": sim.Started{}, "Verdict": sim.Verdict{}, "View": sim.View{},
	} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(borrowed)) {
			if field.IsExported() && !strings.Contains(comments[name], field.Name) {
				t.Errorf("the comment of %s does not speak of %s", name, field.Name)
			}
		}
		delete(comments, name)
	}
	delete(comments, "Patch") // a map
	for name := range comments {
		t.Errorf("%s is borrowed, too", name)
	}
}
