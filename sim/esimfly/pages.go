package esimfly

import (
	"net/url"
	"strconv"
)

// How long a page of eSIMs or orders is, and any page at most.
const (
	defaultRows = 20
	maxRows     = 100
)

// pageOf reads page and limit. What makes no sense is taken for the default, and a limit
// beyond the greatest for that; both are assumed.
func pageOf(q url.Values, rows int) pagination {
	return pagination{
		Page:  positive(q.Get("page"), 1),
		Limit: min(positive(q.Get("limit"), rows), maxRows),
	}
}

func positive(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// holds tells whether the nth thing, from 0, is on this page.
func (p *pagination) holds(n int) bool { return n/p.Limit == p.Page-1 }

func (p *pagination) count(total int) {
	p.Total, p.TotalPages = total, (total+p.Limit-1)/p.Limit
}

// newest is the page of a list that grows at its end, newest first. total is how many of
// it there are to show where that is known, which spares going through all of it; else it
// is below 0, and they are counted.
func newest[T any](list []T, total int, keep func(T) bool, p *pagination) []T {
	seen := 0
	shown := make([]T, 0, min(p.Limit, len(list)))
	i := len(list) - 1
	if total == len(list) && p.Page-1 <= total/p.Limit {
		// Nothing is hidden, so the page can be gone to.
		seen = (p.Page - 1) * p.Limit
		i -= seen
	}
	for ; i >= 0; i-- {
		if total >= 0 && len(shown) == p.Limit {
			break
		}
		if !keep(list[i]) {
			continue
		}
		if p.holds(seen) {
			shown = append(shown, list[i])
		}
		seen++
	}
	if total < 0 {
		total = seen
	}
	p.count(total)
	return shown
}
