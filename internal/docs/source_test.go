package docs_test

import (
	"go/ast"
	"go/doc/comment"
	"path"
	"path/filepath"
	"reflect"
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
