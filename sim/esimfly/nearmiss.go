package esimfly

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/sim"
)

// The work for a refused signature is bounded by the length of its body: guesses that
// cost some hundred hashes up to maxGuessed, those of two mistakes at once up to maxPaired.
const (
	maxGuessed = 64 << 10
	maxPaired  = 4 << 10
	maxDepth   = 32  // of a body that is indented
	maxShown   = 300 // bytes of a body, and of what is signed before it
)

// A mistake says what to change.
type mistake struct {
	odd    *sim.NamedFinding
	advice string
}

// noteTimestamp names what is wrong with a timestamp that is not fresh.
func noteTimestamp(r *sim.Request, c credential, now time.Time) {
	m := c.staleness(r.Real, now)
	r.Note(m.odd, "header/RT-Timestamp", m.advice)
}

// staleness goes by the nearer of the two clocks.
func (c credential) staleness(real, now time.Time) mistake {
	const (
		first, last = 1_000_000_000, 100_000_000_000 // seconds: milliseconds so low are before 1974
		farthest    = last * 1000
	)
	n, err := strconv.ParseInt(c.timestamp, 10, 64)
	if err != nil || strings.Trim(c.timestamp, "0123456789") != "" || n >= farthest {
		return mistake{&oddSignatureUnknown, fmt.Sprintf("send RT-Timestamp as 13 decimal digits, Unix time in milliseconds: now it is %d", real.UnixMilli())}
	}
	near := func(t time.Time) bool { return time.Unix(n, 0).Sub(t).Abs() <= freshness }
	if near(real) || near(now) || n >= first && n < last {
		return mistake{&oddTimestampSeconds, fmt.Sprintf("send RT-Timestamp in milliseconds, %d000, not in seconds", n)}
	}
	skew, whose := time.UnixMilli(n).Sub(real), "the machine's clock"
	if other := time.UnixMilli(n).Sub(now); other.Abs() < skew.Abs() {
		skew, whose = other, "the world's clock"
	}
	direction := "ahead of"
	if skew < 0 {
		direction = "behind"
	}
	return mistake{&oddTimestampSkew, fmt.Sprintf("set the clock, or sign anew for each try: RT-Timestamp is %s %s %s, and at most %s are allowed",
		clock.FormatDuration(skew.Abs()), direction, whose, clock.FormatDuration(freshness))}
}

// explain notes the mistakes that explain a refused signature.
func (c credential) explain(r *sim.Request, body []byte) {
	also := "; signed here is " + c.shown(body) + ", with the secret key"
	for _, m := range c.mistakes(r, body) {
		r.Note(m.odd, "header/RT-Signature", m.advice+also)
	}
}

// shown is what is signed, cut short.
func (c credential) shown(body []byte) string {
	text := journal.RedactText(string(body[:min(len(body), maxGuessed)]))
	out := cut(c.timestamp+c.requestID+c.accessCode) + cut(text)
	if len(text) > maxShown {
		out += fmt.Sprintf("… (a body of %d bytes)", len(body))
	}
	return out
}

func cut(s string) string {
	if len(s) > maxShown {
		s = s[:maxShown]
		for !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) && len(s) > maxShown-utf8.UTFMax {
			s = s[:len(s)-1]
		}
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// mistakes tries what clients are known to do, one thing at a time and for small bodies a
// wrong key besides. There is none where the signature is right.
func (c credential) mistakes(r *sim.Request, body []byte) []mistake {
	sum, form := readSignature(c.signature)
	if sum == nil {
		return unknown()
	}
	right := secrets(r.Caller)
	keys := c.keys(right)
	for text, found := range c.texts(r, body) {
		for i, k := range keys {
			if i >= len(right) && len(body) > maxPaired && len(found) > 0 {
				break
			}
			k.mac.Reset()
			for _, part := range text {
				_, _ = k.mac.Write([]byte(part)) // a hash never fails
			}
			if hmac.Equal(k.mac.Sum(nil), sum) {
				return slices.Concat(form, k.found, found)
			}
		}
	}
	return unknown()
}

func unknown() []mistake {
	return []mistake{{
		&oddSignatureUnknown,
		"sign RT-Timestamp, RT-RequestID, RT-AccessCode and the bytes of the body with the secret key of this access code, as 'esimsim sign' does: no known mistake explains this signature",
	}}
}

// readSignature takes other ways to write the 32 bytes than upper-case hex.
func readSignature(s string) (sum []byte, found []mistake) {
	if sum, err := hex.DecodeString(s); err == nil && len(sum) == sha256.Size {
		if s != strings.ToUpper(s) {
			found = []mistake{{&oddSignatureLowerCase, "write RT-Signature in upper-case hex"}}
		}
		return sum, found
	}
	found = []mistake{{&oddSignatureBase64, "write RT-Signature as 64 digits of upper-case hex, not as base64"}}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		sum, err := e.DecodeString(s)
		if err != nil {
			continue
		}
		if text, err := hex.DecodeString(string(sum)); err == nil {
			sum = text
		}
		if len(sum) == sha256.Size {
			return sum, found
		}
	}
	return nil, nil
}

// A key is one that a client may have signed with.
type key struct {
	secret string
	mac    hash.Hash
	found  []mistake
}

// keys are the right ones, then the wrong ones.
func (c credential) keys(right []string) (list []key) {
	for _, s := range right {
		list = append(list, key{s, hmac.New(sha256.New, []byte(s)), nil})
	}
	wrong := func(secret string, odd *sim.NamedFinding, advice string) {
		if !slices.ContainsFunc(list, func(k key) bool { return k.secret == secret }) {
			list = append(list, key{secret, hmac.New(sha256.New, []byte(secret)), []mistake{{odd, advice}}})
		}
	}
	for _, s := range right {
		if bare, ok := strings.CutPrefix(s, secretPrefix); ok {
			wrong(bare, &oddSignaturePrefix, "sign with the whole secret key, "+secretPrefix+" included")
		}
		wrong(secretPrefix+s, &oddSignaturePrefix, "sign with the secret key as it is, without another "+secretPrefix+" in front")
		wrong(s+"\n", &oddSignatureNewline, "trim the secret key: there is a newline at its end")
	}
	wrong(c.accessCode, &oddSignatureAccessCode, "sign with the secret key, not with the access code")
	return list
}

// texts are what a client may have signed, in parts, the right one first.
func (c credential) texts(r *sim.Request, body []byte) iter.Seq2[[]string, []mistake] {
	return func(yield func([]string, []mistake) bool) {
		ok := yield([]string{c.timestamp, c.requestID, c.accessCode, string(body)}, nil)
		for text, m := range bodies(r, body) {
			ok = ok && yield([]string{c.timestamp, c.requestID, c.accessCode, text}, []mistake{m})
		}
		if !ok || len(body) > maxGuessed {
			return
		}
		separated := func(parts []string, found []mistake) bool {
			for _, sep := range separators {
				all := found
				if sep.text != "" {
					all = slices.Concat(found, []mistake{{&oddSignatureSeparators, "put nothing between the parts that are signed: there was " + sep.name}})
				}
				if len(all) > 0 && !yield(join(parts, sep.text), all) {
					return false
				}
			}
			return true
		}
		for parts, found := range c.orders(string(body)) {
			if !separated(parts, found) {
				return
			}
		}
		for parts, found := range c.targets(r, string(body)) {
			if !separated(parts, found) {
				return
			}
		}
	}
}

var separators = []struct{ text, name string }{
	{"", ""}, {"\n", "a newline"}, {":", "a colon"}, {".", "a dot"}, {",", "a comma"}, {"|", "a pipe"}, {"&", "an ampersand"}, {" ", "a space"},
}

func join(parts []string, sep string) []string {
	out := make([]string, 0, 2*len(parts))
	for i, p := range parts {
		if i > 0 {
			out = append(out, sep)
		}
		out = append(out, p)
	}
	return out
}

// bodies are what may have been signed in the body's place.
func bodies(r *sim.Request, body []byte) iter.Seq2[string, mistake] {
	return func(yield func(string, mistake) bool) {
		sent := string(body)
		newline := mistake{&oddSignatureNewline, "sign the bytes that are sent: they differ by a newline at the end, as of echo or of a file"}
		for _, text := range []string{sent + "\n", sent + "\r\n", strings.TrimRight(sent, "\r\n")} {
			if text != sent && text != "" && !yield(text, newline) {
				return
			}
		}
		nothing := &oddSignatureEmptyBody
		if r.Method == http.MethodGet {
			m := mistake{&oddSignatureBodyOnGet, "sign no body with GET, and send none: the one sent was signed"}
			nothing = m.odd
			if len(r.Body) > 0 && !yield(string(r.Body), m) {
				return
			}
		}
		if sent != "" {
			if !yield("", mistake{nothing, "sign the body as well: it was left out"}) {
				return
			}
			for text, how := range rewritings(body) {
				m := mistake{&oddSignatureRewritten, "sign the very bytes that are sent: JSON written anew was signed, " + how}
				if text != sent && !yield(text, m) {
					return
				}
			}
			return
		}
		for _, text := range []string{"{}", "null", "[]", `""`, "undefined"} {
			if !yield(text, mistake{nothing, "sign no body where none is sent: " + text + " was signed"}) {
				return
			}
		}
	}
}

// orders are the parts in each order, some left out; the right order comes without a
// mistake. A body that is empty is the last part or none.
func (c credential) orders(body string) iter.Seq2[[]string, []mistake] {
	names := []string{"RT-Timestamp", "RT-RequestID", "RT-AccessCode", "body"}
	all := []string{c.timestamp, c.requestID, c.accessCode, body}
	return func(yield func([]string, []mistake) bool) {
		if !yield(all, nil) || body == "" && !yield(all[:3], nil) {
			return
		}
		n := len(all)
		if body == "" {
			n--
		}
		var pick func(taken []int) bool
		pick = func(taken []int) bool {
			if len(taken) > 1 && (len(taken) < n || !slices.IsSorted(taken)) {
				var parts, said []string
				for _, i := range taken {
					parts, said = append(parts, all[i]), append(said, names[i])
				}
				m := mistake{&oddSignatureOrder, "sign " + strings.Join(names, ", ") + " in this order: it was " + strings.Join(said, ", ")}
				if slices.Equal(taken, []int{0, 1, 2}) {
					m = mistake{&oddSignatureEmptyBody, "sign the body as well: it was left out"}
				}
				if !yield(parts, []mistake{m}) {
					return false
				}
			}
			for i := range n {
				if !slices.Contains(taken, i) && !pick(append(taken[:len(taken):len(taken)], i)) {
					return false
				}
			}
			return true
		}
		pick(nil)
	}
}

// targets are the parts with method, path or query among them.
func (c credential) targets(r *sim.Request, body string) iter.Seq2[[]string, []mistake] {
	var where []string
	for _, path := range []string{r.URL.Path, strings.TrimPrefix(r.URL.Path, r.Mount), r.Link(r.URL.Path), ""} {
		where = append(where, path)
		if q := r.URL.RawQuery; q != "" {
			where = append(where, path+"?"+q, path+q)
		}
	}
	return func(yield func([]string, []mistake) bool) {
		for _, method := range []string{"", r.Method} {
			for _, target := range where {
				var more []string
				for _, part := range []string{method, target} {
					if part != "" {
						more = append(more, part)
					}
				}
				if more == nil {
					continue
				}
				found := []mistake{{&oddSignaturePath, "sign neither method nor path nor query: there was " + cut(strings.Join(more, " "))}}
				head, tail := []string{c.timestamp, c.requestID, c.accessCode}, []string{body}
				if body == "" {
					tail = nil
				}
				for _, parts := range [][]string{slices.Concat(more, head, tail), slices.Concat(head, more, tail), slices.Concat(head, tail, more)} {
					if !yield(parts, found) {
						return
					}
				}
			}
		}
	}
}
