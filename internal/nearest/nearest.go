// Package nearest finds the word that somebody most likely meant.
package nearest

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// longest is the word that is still compared: the effort grows with its length.
const longest = 200

// Of is the candidate closest to word, or "" when none is close enough to be meant.
func Of(word string, candidates []string) string {
	if len(word) > longest {
		return ""
	}
	best, distance := "", len(word)/3+2
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// Hint is "", or a clause that names the nearest candidate.
func Hint(word string, candidates []string) string {
	if best := Of(word, candidates); best != "" {
		return ", did you mean " + best + "?"
	}
	return ""
}
