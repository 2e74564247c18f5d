package contract

import (
	"regexp"
	"regexp/syntax"
)

// compilePattern is a regular expression as a function. Those of a fixed width, as ids,
// timestamps and signatures have, become a look into a table for each byte: three of them
// stand in the head of each signed request, and the expressions took a tenth of its time.
func compilePattern(pattern string) (func(string) bool, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if f, ok := fixedOf(parsed); ok {
		return f.match, nil
	}
	return re.MatchString, nil
}

// A fixed pattern says of each byte what it may be.
type fixed struct {
	bytes []*[256]bool
	whole bool // nothing may follow
}

func (f *fixed) match(s string) bool {
	if len(s) < len(f.bytes) || f.whole && len(s) > len(f.bytes) {
		return false
	}
	for i, may := range f.bytes {
		if !may[s[i]] {
			return false
		}
	}
	return true
}

// fixedOf takes a pattern apart; ok is false where it is more than a row of characters
// from the start of the text on.
func fixedOf(re *syntax.Regexp) (f *fixed, ok bool) {
	if re.Op != syntax.OpConcat || re.Sub[0].Op != syntax.OpBeginText {
		return nil, false
	}
	f = &fixed{}
	for _, part := range re.Sub[1:] {
		if f.whole || !f.add(part) {
			return nil, false
		}
	}
	return f, true
}

func (f *fixed) add(part *syntax.Regexp) bool {
	switch part.Op {
	case syntax.OpEndText:
		f.whole = true
		return true
	case syntax.OpLiteral:
		for _, r := range part.Rune {
			if r >= 0x80 || part.Flags&syntax.FoldCase != 0 {
				return false
			}
			may := &[256]bool{}
			may[r] = true
			f.bytes = append(f.bytes, may)
		}
		return true
	case syntax.OpCharClass:
		may := &[256]bool{}
		for i := 0; i < len(part.Rune); i += 2 {
			if part.Rune[i+1] >= 0x80 {
				return false
			}
			for r := part.Rune[i]; r <= part.Rune[i+1]; r++ {
				may[r] = true
			}
		}
		f.bytes = append(f.bytes, may)
		return true
	case syntax.OpRepeat:
		if part.Min != part.Max || part.Sub[0].Op != syntax.OpCharClass || !f.add(part.Sub[0]) {
			return false
		}
		last := f.bytes[len(f.bytes)-1]
		for range part.Min - 1 {
			f.bytes = append(f.bytes, last)
		}
		return part.Min > 0
	}
	return false
}
