package coverage

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// textWidth is where lines of names are broken.
const textWidth = 96

// Text is the report for a terminal: the totals, then what was never met.
func (r Report) Text() []byte {
	var out bytes.Buffer
	_, _ = fmt.Fprintf(&out, "Coverage of %s\n\n", r.of())
	kinds := r.kinds()
	if len(kinds) == 0 {
		_, _ = fmt.Fprint(&out, "There is nothing to meet.\n")
		return out.Bytes()
	}
	r.table(&out, kinds)
	if all(r.Totals) {
		_, _ = fmt.Fprint(&out, "\nAll there is was met.\n")
	} else {
		_, _ = fmt.Fprint(&out, "\nNever met (an operation stands for all its statuses)\n")
	}
	for _, p := range r.Providers {
		if !all(p.Totals) {
			p.never(&out)
		}
	}
	r.undeclared(&out)
	return out.Bytes()
}

func all(t map[Kind]Total) bool {
	for _, x := range t {
		if x.Met < x.Of {
			return false
		}
	}
	return true
}

// A row of the table of totals.
type row struct {
	title  string
	totals map[Kind]Total
}

func (r Report) table(out *bytes.Buffer, kinds []Kind) {
	var rows []row
	for _, p := range r.Providers {
		rows = append(rows, row{p.Title, p.Totals})
	}
	if len(rows) > 1 {
		rows = append(rows, row{"together", r.Totals})
	}
	width := 0
	for _, row := range rows {
		width = max(width, utf8.RuneCountInString(row.title))
	}
	_, _ = fmt.Fprintf(out, "%*s", width, "")
	for _, k := range kinds {
		_, _ = fmt.Fprintf(out, "%18s", k)
	}
	out.WriteByte('\n')
	for _, row := range rows {
		_, _ = fmt.Fprintf(out, "%-*s", width, row.title)
		for _, k := range kinds {
			t := row.totals[k]
			text := "-"
			if t.Of > 0 {
				text = fmt.Sprintf("%d of %d %4d%%", t.Met, t.Of, t.Percent())
			}
			_, _ = fmt.Fprintf(out, "%18s", text)
		}
		out.WriteByte('\n')
	}
}

// never lists what a provider has and nobody met. The statuses of an operation that was
// never called go without saying.
func (p Provider) never(out *bytes.Buffer) {
	_, _ = fmt.Fprintf(out, "\n%s\n", p.Title)
	var uncalled, statuses []string
	for _, o := range p.Operations {
		switch {
		case o.Undeclared:
		case o.Count == 0:
			uncalled = append(uncalled, o.Name+",")
		default:
			if line := o.never(); line != "" {
				statuses = append(statuses, line)
			}
		}
	}
	paragraph(out, Operations, uncalled)
	for i, line := range statuses {
		label := Statuses
		if i > 0 {
			label = ""
		}
		paragraph(out, label, strings.Fields(line))
	}
	for _, kind := range Kinds() {
		var names []string
		for _, i := range p.Items(kind) {
			if i.Count == 0 {
				names = append(names, i.Name+",")
			}
		}
		paragraph(out, kind, names)
	}
}

// never is the operation's name and the statuses it was never seen to answer.
func (o Operation) never() string {
	line := ""
	for _, s := range o.Statuses {
		if s.Count == 0 && !s.Undeclared {
			line += " " + strconv.Itoa(s.Status)
		}
	}
	if line == "" {
		return ""
	}
	return o.Name + line
}

// paragraph sets words behind a label, broken where they would grow too wide.
func paragraph(out *bytes.Buffer, label Kind, words []string) {
	if len(words) == 0 {
		return
	}
	words = slices.Clone(words)
	last := &words[len(words)-1]
	*last = strings.TrimSuffix(*last, ",")
	const indent = 14
	_, _ = fmt.Fprintf(out, "  %-*s", indent-2, label)
	at := indent
	for i, w := range words {
		n := utf8.RuneCountInString(w)
		switch {
		case i == 0:
		case at+1+n > textWidth:
			_, _ = fmt.Fprintf(out, "\n%*s", indent, "")
			at = indent
		default:
			out.WriteByte(' ')
			at++
		}
		out.WriteString(w)
		at += n
	}
	out.WriteByte('\n')
}

// undeclared lists what was met though no table or document has it, as a scenario can
// make happen.
func (r Report) undeclared(out *bytes.Buffer) {
	var odd bytes.Buffer
	for _, p := range r.Providers {
		tell := func(kind Kind, name string, undeclared bool) {
			if undeclared {
				_, _ = fmt.Fprintf(&odd, "  %s, %s: %s\n", p.Title, kind, name)
			}
		}
		for _, o := range p.Operations {
			tell(Operations, o.Name, o.Undeclared)
			for _, s := range o.Statuses {
				tell(Statuses, fmt.Sprintf("%s %d", o.Name, s.Status), s.Undeclared)
			}
		}
		for _, kind := range Kinds() {
			for _, i := range p.Items(kind) {
				tell(kind, i.Name, i.Undeclared)
			}
		}
	}
	if odd.Len() > 0 {
		_, _ = fmt.Fprintf(out, "\nMet, though not declared\n%s", odd.Bytes())
	}
}
