package docs_test

import (
	"go/ast"
	"go/doc/comment"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/docs"
)

// story is the comment on top of a package, as Markdown with headings of the second level,
// and the simulator in the place of the package.
func story(t *testing.T, folder string) string {
	t.Helper()
	for _, f := range docs.Sources(t, filepath.Join(root, folder)) {
		if f.Doc != nil {
			p := comment.Printer{HeadingLevel: 2, HeadingID: func(*comment.Heading) string { return "" }}
			text := string(p.Markdown(new(comment.Parser).Parse(f.Doc.Text())))
			return "The simulator s" + strings.TrimPrefix(text, "Package "+path.Base(folder)+" s")
		}
	}
	t.Fatalf("%s has no comment", folder)
	return ""
}

// fields are the members of a struct that conditions can look at, with what a comment says
// of each.
func fields(t *testing.T, folder, typ string) (rows [][2]string) {
	t.Helper()
	for _, f := range docs.Sources(t, filepath.Join(root, folder)) {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || spec.Name.Name != typ {
				return true
			}
			for _, field := range spec.Type.(*ast.StructType).Fields.List {
				if field.Tag == nil {
					continue // what is embedded
				}
				tag, _ := strconv.Unquote(field.Tag.Value)
				name := reflect.StructTag(tag).Get("expr")
				if strings.HasPrefix(name, " ") {
					continue // what no condition can name
				}
				if name == "" || field.Comment == nil {
					t.Errorf("%s: %v says nothing of itself", typ, field.Names)
				}
				rows = append(rows, [2]string{name, strings.TrimSpace(field.Comment.Text())})
			}
			return false
		})
	}
	return rows
}

// A finding is one that the source has written out.
type finding struct{ code, basis, message string }

// findings are those that a package writes out, by code. One that cannot be read fails the
// test, so that none is left out.
func findings(t *testing.T, folder string) (list []finding) {
	t.Helper()
	add := func(f finding) {
		if !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	// A code and its message may come in a pair, of which one place makes the finding.
	var pairs []finding
	pair := func(e []ast.Expr) {
		if code := wording(e[0]); signed.MatchString(code) {
			pairs = append(pairs, finding{code: code, message: wording(e[1])})
		}
	}
	together := ""
	for _, f := range docs.Sources(t, filepath.Join(root, folder)) {
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 1 {
				pair(call.Args[len(call.Args)-2:])
			}
			c, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if len(c.Elts) == 2 {
				pair(c.Elts)
			}
			members := map[string]ast.Expr{}
			for _, e := range c.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					if id, ok := kv.Key.(*ast.Ident); ok {
						members[id.Name] = kv.Value
					}
				}
			}
			if members["Code"] == nil || members["Basis"] == nil {
				return true
			}
			found := finding{code: wording(members["Code"]), basis: basisOf(members["Basis"]), message: wording(members["Message"])}
			switch {
			case found.code == "" || found.basis == "":
				t.Errorf("%s: a finding cannot be read: %+v", folder, found)
			case found.code == "…":
				together = found.basis
			default:
				add(found)
			}
			return true
		})
	}
	for _, f := range pairs {
		f.basis = together
		add(f)
	}
	slices.SortFunc(list, func(a, b finding) int { return strings.Compare(a.code+a.message, b.code+b.message) })
	return list
}

// signed are the codes of what a refused signature is explained by.
var signed = regexp.MustCompile(`^(signature|timestamp)\.[a-z0-9-]+$`)

// basisOf reads string(sim.Assumed), or op.Basis.
func basisOf(e ast.Expr) string {
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) == 1 {
		e = call.Args[0]
	}
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if e.Sel.Name == "Basis" {
			return "as the operation"
		}
		return strings.ToLower(e.Sel.Name)
	case *ast.Ident:
		return strings.ToLower(e.Name)
	}
	return ""
}

var verb = regexp.MustCompile(`%[.0-9]*[a-z]`)

// wording is the text of an expression, with an ellipsis for what it fills in.
func wording(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return ""
		}
		return verb.ReplaceAllString(text, "…")
	case *ast.BinaryExpr:
		return wording(e.X) + wording(e.Y)
	case *ast.CallExpr:
		if len(e.Args) > 0 {
			if s := wording(e.Args[0]); s != "" {
				return s
			}
		}
		return "…"
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		return "…"
	}
	return ""
}
