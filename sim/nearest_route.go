package sim

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearestRoute is the hint for a request that fits no operation: the one that was most
// likely meant, with the mount that was used.
func (x *exchange) nearestRoute() string {
	path := strings.TrimPrefix(x.req.URL.Path, x.req.Mount)
	var best *operation
	least := 0
	for _, op := range x.provider.operations {
		if op.mounts != nil && !slices.Contains(op.mounts, x.req.Mount) {
			continue
		}
		cost := 2 * distance(segments(path), segments(op.path))
		if op.method != x.req.Method {
			cost++ // decides between the methods of one path
		}
		if best == nil || cost < least {
			best, least = op, cost
		}
	}
	if best == nil {
		return ""
	}
	return "no such route; the nearest is " + best.method + " " + x.req.Mount + best.path
}

func segments(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// distance is how many letters have to change to make one path of the other, segment by
// segment, so that a variable stands for a whole one.
func distance(path, route []string) int {
	row := make([]int, len(route)+1)
	for i, r := range route {
		row[i+1] = row[i] + length(r)
	}
	for _, p := range path {
		diagonal := row[0]
		row[0] += length(p)
		for i, r := range route {
			cost := min(diagonal+difference(p, r), row[i]+length(r), row[i+1]+length(p))
			diagonal, row[i+1] = row[i+1], cost
		}
	}
	return row[len(route)]
}

func variable(segment string) bool { return strings.HasPrefix(segment, "{") }

// length is what a segment too many or too few costs.
func length(segment string) int {
	if variable(segment) {
		return 2
	}
	return len(segment) + 1
}

func difference(p, r string) int {
	switch {
	case p == r:
		return 0
	case variable(r):
		return 1 // a word that fits as it stands is nearer
	case strings.EqualFold(p, r):
		return 1
	}
	letters := levenshtein.ComputeDistance(strings.ToLower(p), strings.ToLower(r))
	if 2*letters > max(len(p), len(r)) {
		return len(p) + len(r) // another word, not one misspelt
	}
	return letters
}
