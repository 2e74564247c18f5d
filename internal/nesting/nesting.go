// Package nesting keeps JSON out that is nested so deep that to read it is work without
// end: who reads in place looks through the whole rest of a value at each level.
package nesting

import "bytes"

// Max is how many arrays and objects may be open at once. It is assumed: no API seen says
// one, no client seen comes near it, and encoding/json, for one, stops at 10 000.
const Max = 200

// TooDeep says whether more are open at once in a text of JSON. Of a text that is none,
// it may say either.
func TooDeep(text []byte) bool {
	// Hardly any body has so many brackets at all, and to count them is quickly done.
	if len(text) <= Max || bytes.Count(text, []byte{'{'})+bytes.Count(text, []byte{'['}) <= Max {
		return false
	}
	open, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
			if c == '\\' {
				i++
			}
		case c == '{', c == '[':
			if open++; open > Max {
				return true
			}
		case c == '}', c == ']':
			open--
		}
	}
	return false
}
