package docs_test

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/internal/docs"
)

// findingsPage is what requests are told to do otherwise.
func findingsPage(t *testing.T, list []*volume) *docs.Page {
	t.Helper()
	page := docs.NewPage("Findings")
	page.Text("A finding is something odd about a request that was accepted all the same, or the reason of a refusal. The header `X-Esimsim-Findings` of the answer " +
		"lists the codes; the journal has for each a pointer to the place and the sentence below, with what it is about in place of each ….")
	page.Fence("sh", "curl -s 'http://127.0.0.1:8484/_sim/worlds/demo/requests?finding=*'\nesimsim exec --fail-on violation -- go test ./...")
	page.Heading(2, "Of the contract")
	page.Text("Each request is held against the API's document. A code names the place, `body`, `query` or `header`, and the rule that is broken:")
	var rows [][]string
	said := map[string]string{
		"undeclared": "there is no such field or key", "required": "it is missing", "type": "it is of another type",
		"nullable": "it is null", "enum": "it is none of the values there are", "pattern": "it does not match the pattern",
		"format": "it is not written as such a value is", "range": "the number is too small or too large", "size": "it is too short or too long",
		"oneOf": "it fits none, or more than one, of several forms", "anyOf": "it fits none of several forms", "allOf": "it does not fit all of several forms",
		"invalid": "it breaks another rule", "repeated": "a key that comes once came twice",
	}
	for _, rule := range append(rules(t), "repeated") {
		if said[rule] == "" {
			t.Errorf("nothing is said of the rule %s", rule)
		}
		rows = append(rows, []string{docs.Code("PLACE." + rule), said[rule]})
	}
	page.Table([]string{"Code", "What is wrong"}, rows)
	page.Text("And apart from these:")
	own := slices.DeleteFunc(append(findings(t, "internal/contract"), findings(t, "sim")...), func(f finding) bool {
		return f.code[0] >= 0x80 // made of place and rule
	})
	page.Table([]string{"Code", "Sentence"}, findingRows(own, false))
	// The program has a list of them too, by which it tells a misspelt one.
	var written []string
	for _, f := range own {
		written = append(written, f.code)
	}
	for rule := range said {
		for _, place := range []string{"body", "query", "header"} {
			written = append(written, place+"."+rule)
		}
	}
	slices.Sort(written)
	listed := contract.Codes()
	slices.Sort(listed)
	if diff := cmp.Diff(slices.Compact(written), listed); diff != "" {
		t.Errorf("contract.Codes (-in the source +listed):\n%s", diff)
	}
	for _, v := range list {
		page.Heading(2, v.Title())
		page.Table([]string{"Code", "Sentence", "Basis"}, findingRows(findings(t, "sim/"+v.Name()), true))
	}
	return page
}

func findingRows(list []finding, basis bool) (rows [][]string) {
	for _, f := range list {
		if f.message == "…" {
			f.message = "the reason in full"
		}
		row := []string{docs.Code(f.code), docs.Plain(f.message), f.basis}
		if !basis {
			row = row[:2]
		}
		rows = append(rows, row)
	}
	return rows
}

// rules are the words that stand for keywords of a schema: what the function of that name
// returns.
func rules(t *testing.T) (out []string) {
	t.Helper()
	for _, f := range docs.Sources(t, filepath.Join(root, "internal/contract")) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Name.Name != "rule" {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CaseClause:
					if ret, ok := n.Body[0].(*ast.ReturnStmt); ok {
						if _, same := ret.Results[0].(*ast.Ident); same {
							out = append(out, literals(n.List)...)
						}
					}
				case *ast.ReturnStmt:
					out = append(out, literals(n.Results)...)
				}
				return true
			})
		}
	}
	if len(out) == 0 {
		t.Error("the rules of a document are not found")
	}
	return out
}

func literals(list []ast.Expr) (out []string) {
	for _, e := range list {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				out = append(out, s)
			}
		}
	}
	return out
}
