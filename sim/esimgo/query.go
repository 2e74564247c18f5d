package esimgo

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// maxPerPage is the most rows of one page. No page tells; clients use a thousand.
const maxPerPage = 1000

// A page is a part of a list: which, counted from one, and how many rows it has.
type page struct{ number, size int }

// readPage reads the page number and, under limit or perPage, the size. Page zero is the first: a
// client begins there.
func readPage(q url.Values, sizeKey string, usual int) (page, error) {
	p := page{number: 1, size: usual}
	if s := q.Get("page"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return page{}, errPage
		}
		p.number = max(n, 1)
	}
	if s := q.Get(sizeKey); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxPerPage {
			if sizeKey == "limit" {
				return page{}, errLimit
			}
			return page{}, errPerPage
		}
		p.size = n
	}
	return p, nil
}

// pageOf is readPage of a request. Where nothing is refused for being odd alone, what
// cannot be read is as if it were not there.
func pageOf(tx *sim.Tx[state], r *sim.Request, sizeKey string, usual int) (page, error) {
	p, err := readPage(r.Query, sizeKey, usual)
	if err != nil && tx.Lenient() {
		return page{number: 1, size: usual}, nil
	}
	return p, err
}

// count is how many pages n rows make.
func (p page) count(n int) int { return (n + p.size - 1) / p.size }

// bounds are the first row of the page and the one after its last; equal past the end.
func (p page) bounds(n int) (from, to int) {
	if p.number > p.count(n) {
		return n, n
	}
	from = (p.number - 1) * p.size
	return from, min(from+p.size, n)
}

// like says whether a text fits a search: without regard to case and anywhere in it, with
// "*" or "%" for anything between. "eq:" before the search asks for the whole text
// (vendor's release notes of v2.2).
func like(text, search string) bool {
	text = strings.ToLower(text)
	search = strings.ToLower(search)
	if whole, ok := strings.CutPrefix(search, "eq:"); ok {
		return text == whole
	}
	for _, part := range strings.FieldsFunc(search, func(r rune) bool { return r == '*' || r == '%' }) {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return true
}

// A span is the instants that a filter lets through, both ends included.
type span struct{ from, to time.Time }

// readSpan reads op:time, where the operator may be missing and the time may be a date
// alone, which stands for its whole day.
func readSpan(s string) (span, bool) {
	operator, rest, found := strings.Cut(s, ":")
	if !found || !strings.Contains(" eq lt lte gt gte ", " "+operator+" ") {
		operator, rest = "eq", s
	}
	first, err := time.Parse(time.RFC3339, rest)
	last := first
	if err != nil {
		if first, err = time.Parse(time.DateOnly, rest); err != nil {
			return span{}, false
		}
		last = first.Add(24*time.Hour - 1)
	}
	switch operator {
	case "lt":
		return span{to: first.Add(-1)}, true
	case "lte":
		return span{to: last}, true
	case "gt":
		return span{from: last.Add(1), to: endOfTime}, true
	case "gte":
		return span{from: first, to: endOfTime}, true
	}
	return span{first, last}, true
}

var endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

func (s span) has(t time.Time) bool { return !t.Before(s.from) && !t.After(s.to) }
