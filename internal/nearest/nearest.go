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
	if best := closest(word, candidates); len(best) > 0 {
		return best[0]
	}
	return ""
}

// closest are the candidates than which none is closer.
func closest(word string, candidates []string) (best []string) {
	if len(word) > longest {
		return nil
	}
	least := len(word)/3 + 1
	for _, c := range candidates {
		switch d := distance(word, c); {
		case d < least || d == least && best == nil:
			best, least = []string{c}, d
		case d == least && !slices.Contains(best, c):
			best = append(best, c)
		}
	}
	return best
}

// distance is to the whole candidate, or for a word without a dot to its last part.
func distance(word, candidate string) int {
	word, candidate = strings.ToLower(word), strings.ToLower(candidate)
	d := levenshtein.ComputeDistance(word, candidate)
	if dot := strings.LastIndexByte(candidate, '.'); dot >= 0 && !strings.Contains(word, ".") {
		d = min(d, levenshtein.ComputeDistance(word, candidate[dot+1:]))
	}
	return d
}

// All are the candidates closest to word, and those that it is the beginning of: the
// closest first, and no more than three.
func All(word string, candidates []string) []string {
	out := closest(word, candidates)
	if len(word) >= shortest && len(word) <= longest {
		var longer []string
		for _, c := range candidates {
			if strings.HasPrefix(c, word) && !slices.Contains(out, c) {
				longer = append(longer, c)
			}
		}
		slices.SortStableFunc(longer, func(a, b string) int { return cmp.Compare(distance(word, a), distance(word, b)) })
		out = append(out, longer...)
	}
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
