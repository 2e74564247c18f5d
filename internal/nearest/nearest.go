// Package nearest finds the words that somebody most likely meant.
package nearest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

const (
	// longest is the word that is still compared: the effort grows with its length.
	longest = 200
	// most is how many words are named.
	most = 3
	// shortest is the beginning of a word that says something of the rest.
	shortest = 3
)

// Of is the candidate closest to word, or "" when none is close enough to be meant.
func Of(word string, candidates []string) string {
	if len(word) > longest {
		return ""
	}
	best, least := "", len(word)/3+2
	for _, c := range candidates {
		if d := distance(word, c); d < least {
			best, least = c, d
		}
	}
	return best
}

func distance(word, candidate string) int {
	return levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(candidate))
}

// All are the candidate closest to word, and those that word is the beginning of, or the
// last part of after a dot: the closest first, and no more than three.
func All(word string, candidates []string) (out []string) {
	if best := Of(word, candidates); best != "" {
		out = append(out, best)
	}
	if len(word) < shortest || len(word) > longest {
		return out
	}
	var parts []string
	for _, c := range candidates {
		if (strings.HasPrefix(c, word) || strings.HasSuffix(c, "."+word)) && !slices.Contains(out, c) {
			parts = append(parts, c)
		}
	}
	slices.SortStableFunc(parts, func(a, b string) int { return cmp.Compare(distance(word, a), distance(word, b)) })
	out = append(out, parts...)
	return out[:min(len(out), most)]
}

// Hint is "", or a clause that names the nearest candidates.
func Hint(word string, candidates []string) string {
	found := All(word, candidates)
	if len(found) == 0 {
		return ""
	}
	last := len(found) - 1
	text := found[last]
	if last > 0 {
		text = strings.Join(found[:last], ", ") + " or " + text
	}
	return ", did you mean " + text + "?"
}
