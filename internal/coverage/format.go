package coverage

import "fmt"

// Formats lists the ways a report can be written.
func Formats() []string { return []string{"text", "json", "junit", "html"} }

// Format writes the report in one of the formats, JSON if there is none of that name, and
// says what type the result is of.
func (r Report) Format(format string) (contentType string, out []byte) {
	switch format {
	case "text":
		return "text/plain; charset=utf-8", r.Text()
	case "junit":
		return "application/xml", r.JUnit()
	case "html":
		return "text/html; charset=utf-8", r.HTML()
	}
	return "application/json", r.JSON()
}

// CheckFormat refuses a format that there is not.
func CheckFormat(format string) error { return known("format", format, Formats()) }

// of says whose coverage it is, for a heading.
func (r Report) of() string {
	what := "all worlds"
	if r.World != "" {
		what = "world " + r.World
	}
	if r.Runs > 1 {
		what += fmt.Sprintf(", %d runs", r.Runs)
	}
	return what
}

// kinds are those that there is something of to meet, or that something was met of.
func (r Report) kinds() (out []Kind) {
	for _, k := range Kinds() {
		used := r.Totals[k].Of > 0
		for _, p := range r.Providers {
			used = used || len(p.Items(k)) > 0
		}
		if used {
			out = append(out, k)
		}
	}
	return out
}
