package esimfly

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rewritings are a JSON body as libraries would write it anew, and how each differs.
func rewritings(body []byte) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		var compact, sorted bytes.Buffer
		if len(body) > maxGuessed || json.Compact(&compact, body) != nil {
			return
		}
		bases := []struct{ text, how string }{{compact.String(), ""}}
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		e := json.NewEncoder(&sorted)
		e.SetEscapeHTML(false)
		var v any
		if d.Decode(&v) == nil && e.Encode(v) == nil {
			bases = append(bases, struct{ text, how string }{strings.TrimSuffix(sorted.String(), "\n"), ", names sorted"})
		}
		var seen []string
		for _, base := range bases {
			for _, h := range hands {
				text := h.write(base.text, ",", ":")
				if slices.Contains(seen, text) {
					continue
				}
				seen = append(seen, text)
				if !yield(text, "compact"+base.how) {
					return
				}
				for _, s := range [][2]string{{", ", ": "}, {",", ": "}, {", ", ":"}} {
					if !yield((hand{}).write(text, s[0], s[1]), "spaced"+base.how) {
						return
					}
				}
				for _, by := range []string{"  ", "    ", "\t"} {
					if deep, ok := indented(text, by); ok && !yield(deep, "indented"+base.how) {
						return
					}
				}
			}
		}
	}
}

// indented refuses what is nested so deep that it would become many times as long.
func indented(text, by string) (string, bool) {
	depth, most := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		most = max(most, depth)
	}
	var out bytes.Buffer
	if most > maxDepth || json.Indent(&out, []byte(text), "", by) != nil {
		return "", false
	}
	return out.String(), true
}

// A hand is how a library writes texts and numbers.
type hand struct {
	texts, numbers     bool // anew, else as sent
	ascii, slash, html bool // what is escaped
}

// hands are those of JavaScript, Go, Python and PHP, with the numbers kept as they were
// and written anew; the first changes the spaces only.
var hands = []hand{
	{},
	{texts: true},
	{texts: true, html: true},
	{texts: true, ascii: true},
	{texts: true, ascii: true, slash: true},
	{texts: true, slash: true},
	{texts: true, numbers: true},
	{texts: true, numbers: true, html: true},
	{texts: true, numbers: true, ascii: true},
	{texts: true, numbers: true, ascii: true, slash: true},
	{texts: true, numbers: true, slash: true},
}

// write writes compact JSON anew.
func (h hand) write(compact, comma, colon string) string {
	var out strings.Builder
	for i := 0; i < len(compact); {
		end := i + 1
		switch ch := compact[i]; {
		case ch == '"':
			for end < len(compact) && compact[end] != '"' {
				if compact[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(compact))
			out.WriteString(h.text(compact[i:end]))
		case ch == '-' || ch >= '0' && ch <= '9':
			for end < len(compact) && strings.IndexByte("0123456789+-.eE", compact[end]) >= 0 {
				end++
			}
			out.WriteString(h.number(compact[i:end]))
		case ch == ',':
			out.WriteString(comma)
		case ch == ':':
			out.WriteString(colon)
		default:
			out.WriteByte(ch)
		}
		i = end
	}
	return out.String()
}

func (h hand) number(raw string) string {
	f, err := strconv.ParseFloat(raw, 64)
	if !h.numbers || err != nil {
		return raw
	}
	out, _ := json.Marshal(f) // a finite number always goes
	return string(out)
}

func (h hand) text(raw string) string {
	var s string
	if !h.texts || json.Unmarshal([]byte(raw), &s) != nil {
		return raw
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(h.html)
	_ = e.Encode(s) // a text always goes
	text := strings.TrimSuffix(out.String(), "\n")
	if h.slash {
		text = strings.ReplaceAll(text, "/", `\/`)
	}
	if !h.ascii {
		return text
	}
	out.Reset()
	for _, ch := range text {
		switch {
		case ch < utf8.RuneSelf:
			out.WriteByte(byte(ch))
		case ch > 0xFFFF:
			ch -= 0x10000
			_, _ = fmt.Fprintf(&out, `\u%04x\u%04x`, 0xD800+ch>>10, 0xDC00+ch&0x3FF)
		default:
			_, _ = fmt.Fprintf(&out, `\u%04x`, ch)
		}
	}
	return out.String()
}
