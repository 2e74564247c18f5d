// Package docs writes the pages of the folder docs that can be made from what the program
// itself is made of: its tables, its documents and its comments. Tests make each page anew
// and hold it against the file, so that none goes stale; with -update they write it.
//
// Nothing of it is in the program.
package docs

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/golden"
)

// A Page is Markdown in the making.
type Page struct{ b strings.Builder }

// NewPage begins a page.
func NewPage(title string) *Page {
	p := &Page{}
	p.b.WriteString("<!-- Made by \"make docs\". Do not edit: a test makes it anew and compares. -->\n")
	p.Heading(1, title)
	return p
}

// Heading opens a section.
func (p *Page) Heading(level int, text string) {
	fmt.Fprintf(&p.b, "\n%s %s\n", strings.Repeat("#", level), text)
}

// Text adds a paragraph, or what else is Markdown already.
func (p *Page) Text(format string, args ...any) {
	fmt.Fprintf(&p.b, "\n%s\n", strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// Fence adds a block of code.
func (p *Page) Fence(language, code string) {
	fmt.Fprintf(&p.b, "\n```%s\n%s\n```\n", language, strings.TrimSpace(code))
}

// Table adds a table, whose cells are Markdown. A column that is empty all the way down is
// left out, and so is a table without rows.
func (p *Page) Table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	used := make([]bool, len(head))
	for _, row := range rows {
		for i, cell := range row {
			used[i] = used[i] || cell != ""
		}
	}
	p.b.WriteString("\n")
	line := func(cells []string) {
		for i, cell := range cells {
			if used[i] {
				fmt.Fprintf(&p.b, "| %s ", strings.Join(strings.Fields(cell), " "))
			}
		}
		p.b.WriteString("|\n")
	}
	line(head)
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = "---"
	}
	line(rule)
	for _, row := range rows {
		line(row)
	}
}

// String is the page as far as it is written.
func (p *Page) String() string { return p.b.String() }

// Check holds the page against a file of the folder docs, or writes it with -update.
func (p *Page) Check(t testing.TB, root, file string) {
	t.Helper()
	before := t.Failed()
	golden.Bytes(t, filepath.Join(root, "docs", file), []byte(p.String()))
	if t.Failed() && !before {
		t.Log("'make docs' writes the pages anew; read what has changed")
	}
}

var plain = strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`)

// Plain is a text that has no Markdown in it.
func Plain(text string) string { return plain.Replace(text) }

// Code is a word as the program writes it, or "" for none.
func Code(word string) string {
	if word == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(word, "|", `\|`) + "`"
}

// Codes are several.
func Codes(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = Code(w)
	}
	return strings.Join(out, ", ")
}

// Link leads to a heading of the same page.
func Link(heading string) string {
	return fmt.Sprintf("[%s](#%s)", Code(heading), Anchor(heading))
}
