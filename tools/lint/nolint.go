package main

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

var nolintComment = regexp.MustCompile(`^//\s*nolint(?::([a-z,]+))?(?:\s+//\s*(\S.*))?\s*$`)

// nolint finds nolint comments that do not say which linter is waved through, or why.
var nolint = &analysis.Analyzer{
	Name: "nolintlint",
	Doc:  "a nolint comment names its linter and its reason",
	Run: func(pass *analysis.Pass) (any, error) {
		comments(pass.Files, func(c *ast.Comment) {
			if m := nolintComment.FindStringSubmatch(c.Text); m != nil && (m[1] == "" || m[2] == "") {
				pass.Reportf(c.Pos(), "write //nolint:name // the reason")
			}
		})
		return nil, nil
	},
}

// heed makes a copy of a that stays silent where a comment waves its linter through.
func heed(a *analysis.Analyzer, name string) *analysis.Analyzer {
	quiet := *a
	quiet.Run = func(pass *analysis.Pass) (any, error) {
		waved := map[string]map[int]bool{}
		comments(pass.Files, func(c *ast.Comment) {
			m := nolintComment.FindStringSubmatch(c.Text)
			if m == nil || !slices.Contains(strings.Split(m[1], ","), name) {
				return
			}
			at := pass.Fset.Position(c.Pos())
			if waved[at.Filename] == nil {
				waved[at.Filename] = map[int]bool{}
			}
			waved[at.Filename][at.Line] = true
			if alone(pass, c) {
				waved[at.Filename][at.Line+1] = true
			}
		})
		heeding := *pass
		heeding.Report = func(d analysis.Diagnostic) {
			if at := pass.Fset.Position(d.Pos); !waved[at.Filename][at.Line] {
				pass.Report(d)
			}
		}
		return a.Run(&heeding)
	}
	return &quiet
}

func comments(files []*ast.File, f func(*ast.Comment)) {
	for _, file := range files {
		for _, g := range file.Comments {
			for _, c := range g.List {
				f(c)
			}
		}
	}
}

// alone says whether nothing but blanks stands before c on its line.
func alone(pass *analysis.Pass, c *ast.Comment) bool {
	file := pass.Fset.File(c.Pos())
	data, err := pass.ReadFile(file.Name())
	if err != nil {
		return false
	}
	start := file.Offset(file.LineStart(file.Line(c.Pos())))
	return strings.TrimSpace(string(data[start:file.Offset(c.Pos())])) == ""
}

// line is the position of a line of the file that holds pos.
func line(pass *analysis.Pass, pos token.Pos, n int) token.Pos {
	return pass.Fset.File(pos).LineStart(n)
}
