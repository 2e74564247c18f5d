package docs

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Anchor is how GitHub names a heading in links.
func Anchor(heading string) string {
	heading = inLink.ReplaceAllString(heading, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}

var (
	inLink  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	heading = regexp.MustCompile(`^#{1,6} +(.*?)( +#+)?$`)
	target  = regexp.MustCompile(`\]\(([^)\s]+)(?: "[^"]*")?\)|(?:src|href)="([^"]+)"`)
	span    = regexp.MustCompile("`[^`]*`")
)

// Anchors lists those that a page of Markdown has.
func Anchors(markdown string) map[string]bool {
	out := map[string]bool{}
	for _, line := range prose(markdown) {
		m := heading.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name := Anchor(m[1])
		for n, again := 1, name; ; n++ {
			if !out[again] {
				out[again] = true
				break
			}
			again = name + "-" + strconv.Itoa(n)
		}
	}
	return out
}

// Targets lists where the links of a page lead.
func Targets(markdown string) (out []string) {
	for _, line := range prose(markdown) {
		for _, m := range target.FindAllStringSubmatch(span.ReplaceAllString(line, ""), -1) {
			out = append(out, m[1]+m[2])
		}
	}
	return out
}

// prose is the lines outside blocks of code.
func prose(markdown string) (lines []string) {
	fenced := false
	for _, line := range strings.Split(markdown, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			continue
		}
		if !fenced {
			lines = append(lines, line)
		}
	}
	return lines
}
