package sim

import (
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// noteMiss notes that a request fits no operation, and hints at the one that was most
// likely meant.
func (x *exchange) noteMiss() {
	near := nearestRoute(x.req.Method, x.req.URL.Path, x.provider.routes(x.req.Mount))
	found := oddRoute.at("", "no such route; the nearest is "+near)
	if method := (*MethodError)(nil); errors.As(x.miss, &method) {
		found = oddMethod.at("", "no such method; the nearest is "+near)
	}
	x.hint = found.Message
	if x.mode != ModeOff {
		x.req.findings = append(x.req.findings, found)
	}
}

// A route is what an operation is asked by.
type route struct{ method, path string }

// routes are those of the operations under a mount.
func (p *Provider) routes(mount string) (out []route) {
	for _, op := range p.operations {
		if op.mounts == nil || slices.Contains(op.mounts, mount) {
			out = append(out, route{op.method, mount + op.path})
		}
	}
	return out
}

// nearestRoute is the one that was most likely meant.
func nearestRoute(method, path string, routes []route) string {
	var best route
	least := math.MaxInt
	for _, r := range routes {
		cost := 2 * distance(segments(path), segments(r.path))
		if r.method != method {
			cost++ // decides between the methods of one path
		}
		if cost < least {
			best, least = r, cost
		}
	}
	return best.method + " " + best.path
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
