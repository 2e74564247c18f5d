package docs_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/sim"
)

// operationsPage is what one API offers, each with what may be asked and answered.
func operationsPage(t *testing.T, v *volume) *docs.Page {
	t.Helper()
	page := docs.NewPage(v.Title() + ": operations")
	where := "Clients write whole paths after the origin."
	if base := v.ClientBase(); base != "" {
		where = fmt.Sprintf("Paths are below the base URL, which ends in %s.", docs.Code(base))
	}
	page.Text("%s The contract itself is [openapi/%s.yaml](../../openapi/%[2]s.yaml), `esimsim explain %[2]s.NAME` prints a section of this page, "+
		"and [how true it is](../fidelity/%[2]s.md) says what a basis means here.", where, v.Name())
	var rows [][]string
	for i, x := range v.operations {
		op := v.Operations()[i]
		call := op.Method + " " + strings.TrimPrefix(callPath(op, x), v.ClientBase())
		rows = append(rows, []string{docs.Link(op.ID), docs.Code(call), string(x.Basis), docs.Plain(x.Summary)})
	}
	page.Table([]string{"Operation", "Call", "Basis", "What it is for"}, rows)
	common := commonFields(v)
	page.Heading(2, "Every request")
	page.Text("%s", credentials(v))
	page.Table(fieldHead, fieldRows(common))
	page.Heading(2, "Errors of every operation")
	page.Text("A scenario asks for an error by its name; [errors](../errors.md#%s) has the bodies. One of the same name under an operation goes before those here.", docs.Anchor(v.Title()))
	page.Table(errorHead, errorRows(keep(v.operations[0].Errors, func(e sim.ErrorInfo) bool { return len(e.Operations) == 0 })))
	for i, x := range v.operations {
		x.Fields = slices.DeleteFunc(slices.Clone(x.Fields), func(f contract.Field) bool { return slices.Contains(common, f) })
		operation(page, v.Operations()[i], x, golden(t, v, v.Operations()[i].ID))
	}
	return page
}

// commonFields are those that every operation has.
func commonFields(v *volume) (out []contract.Field) {
	for _, f := range v.operations[0].Fields {
		if !slices.ContainsFunc(v.operations, func(x sim.Explanation) bool { return !slices.Contains(x.Fields, f) }) {
			out = append(out, f)
		}
	}
	return out
}

// credentials are what a caller of the world NAME sends.
func credentials(v *volume) string {
	var lines []string
	for _, c := range v.Credentials("NAME") {
		if strings.Contains(strings.Join(lines, ""), c.Value) {
			continue // the same key for another place
		}
		lines = append(lines, docs.Code(c.Name+": "+c.Value))
	}
	return "As the world `NAME`: " + strings.Join(lines, " and ") + "."
}

func keep(list []sim.ErrorInfo, wanted func(sim.ErrorInfo) bool) []sim.ErrorInfo {
	return slices.DeleteFunc(slices.Clone(list), func(e sim.ErrorInfo) bool { return !wanted(e) })
}

func operation(page *docs.Page, op sim.OperationInfo, x sim.Explanation, answers []string) {
	page.Heading(2, op.ID)
	page.Text("%s: %s.%s", docs.Code(x.Method+" "+callPath(op, x)), docs.Plain(strings.TrimSuffix(x.Summary, ".")), only(op))
	page.Text("* Basis: %s (%s)\n* Statuses: %s", x.Basis, docs.Plain(x.Source), statuses(x.Statuses))
	if len(answers) > 0 {
		page.Text("Tested answers: %s.", strings.Join(answers, ", "))
	}
	page.Table(fieldHead, fieldRows(x.Fields))
	page.Table(errorHead, errorRows(keep(x.Errors, func(e sim.ErrorInfo) bool { return len(e.Operations) > 0 })))
}

// golden leads to the answers of an operation that are kept beside its tests, but for its
// errors, which have a page of their own.
func golden(t *testing.T, v *volume, id string) (links []string) {
	t.Helper()
	folder := path.Join("sim", v.Name(), "testdata")
	err := fs.WalkDir(os.DirFS(root), folder, func(file string, d fs.DirEntry, err error) error {
		rest, ok := strings.CutPrefix(path.Base(file), id)
		if err != nil || !ok || rest[0] != '-' && rest[0] != '.' || path.Base(path.Dir(file)) == "errors" {
			return err
		}
		outcome := strings.TrimPrefix(strings.TrimSuffix(rest, path.Ext(rest)), "-")
		under, _ := filepath.Rel(folder, path.Dir(file))
		label := strings.TrimSpace(strings.TrimPrefix(under, ".") + " " + strings.ReplaceAll(cmp.Or(outcome, "example"), "-", " "))
		links = append(links, fmt.Sprintf("[%s](../../%s)", label, file))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return links
}

func callPath(op sim.OperationInfo, x sim.Explanation) string {
	if len(op.Mounts) > 0 {
		return op.Mounts[0] + op.Path
	}
	return x.Path
}

func only(op sim.OperationInfo) string {
	if len(op.Mounts) == 0 {
		return ""
	}
	return fmt.Sprintf(" Served under %s only.", strings.ReplaceAll(docs.Codes(op.Mounts), ", ", " and "))
}

// statuses are those that are declared; "default" says only how any other is worded.
func statuses(list []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "default" }), ", ")
}

var (
	fieldHead = []string{"Field", "In", "Type", "", "What it is"}
	errorHead = []string{"Error", "Status", "Basis", "Source"}
)

func fieldRows(list []contract.Field) (rows [][]string) {
	for _, f := range list {
		need := ""
		if f.Required {
			need = "required"
		}
		rows = append(rows, []string{docs.Code(f.Name), f.In, docs.Plain(f.Type), need, docs.Plain(f.Note)})
	}
	return rows
}

func errorRows(list []sim.ErrorInfo) (rows [][]string) {
	for _, e := range list {
		rows = append(rows, append([]string{docs.Code(e.Name), fmt.Sprint(e.Status)}, grounds(e.Basis, e.Source)...))
	}
	return rows
}
