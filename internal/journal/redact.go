package journal

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Secret is what stands in the journal for a credential.
const Secret = "[redacted]"

// holdsSecret says whether members of JSON, query keys and headers of that name, in small
// letters and without - and _, hold a credential; each may have an x before it. They are
// whole names: accessCode, packageToken and apnPassword are data that a client must see.
func holdsSecret(plain string) bool {
	switch plain {
	case "accesskey", "accesstoken", "apikey", "apisecret", "apitoken", "authorization", "authtoken",
		"bearertoken", "clientsecret", "cookie", "idtoken", "jwt", "passphrase", "passwd", "password",
		"privatekey", "proxyauthorization", "refreshtoken", "rtaccesscode", "rtsignature", "secret",
		"secretkey", "sessiontoken", "setcookie", "signature", "signingsecret", "token", "webhooksecret":
		return true
	}
	return false
}

// initials begin these names.
const initials = "abcijprstwx"

// longestName bounds what is looked at of a name; each letter may be written as \u0061.
const longestName = 32

// isSecret says whether that is the name of a credential. It makes nothing.
func isSecret(name string) bool {
	var plain [longestName]byte
	n := 0
	for len(name) > 0 {
		c, size := name[0], 1
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		} else if c >= utf8.RuneSelf || c == '\\' {
			c, size = letter(name)
		}
		name = name[size:]
		if c == '-' || c == '_' {
			continue
		}
		if c == 0 || n == longestName || n == 0 && strings.IndexByte(initials, c) < 0 {
			return false // mostly at once
		}
		plain[n] = c
		n++
	}
	return holdsSecret(string(plain[:n])) || n > 0 && plain[0] == 'x' && holdsSecret(string(plain[1:n]))
}

// letter is the first letter of a text, which is no plain one or escaped as in JSON, in
// small; 0 for one that no name in the list has.
func letter(s string) (c byte, size int) {
	r, size := utf8.DecodeRuneInString(s)
	if len(s) >= 6 && s[:2] == `\u` {
		if n, err := strconv.ParseUint(s[2:6], 16, 16); err == nil {
			r, size = rune(n), 6
		}
	}
	// A letter such as the Kelvin sign is one to who compares without case.
	if r = unicode.ToLower(unicode.ToUpper(r)); r >= utf8.RuneSelf {
		return 0, size
	}
	return byte(r), size
}

// deepest is how many times JSON may be a text within JSON: each time is another reading.
const deepest = 3

// RedactText is a body with the values of JSON members that hold credentials hidden, also in
// a text that holds JSON itself. A body that is no JSON, or was cut off, may hold members as
// well: each quote may begin a name.
func RedactText(body string) string {
	if strings.IndexByte(body, '\\') < 0 {
		return redact(body, 0) // a text within has its quotes escaped
	}
	return redact(body, deepest)
}

func redact(body string, deep int) string {
	var out strings.Builder
	done, read := 0, 0 // up to where it is written, and its texts were looked into
	for at := 0; ; {
		quote := strings.IndexByte(body[at:], '"')
		if quote < 0 {
			break
		}
		at += quote + 1
		from := valueOf(body, at)
		if from < 0 {
			if deep == 0 || at < read {
				continue
			}
			read = textEnd(body, at)
			if text, hid := redactWithin(body[at-1:read], deep-1); hid {
				out.WriteString(body[done : at-1])
				out.WriteString(text)
				done, at = read, read
			}
			continue
		}
		at = valueEnd(body, from)
		if plain := body[from:at]; plain == "null" || plain == "true" || plain == "false" || plain == "" {
			continue
		}
		out.WriteString(body[done:from])
		out.WriteString(`"` + Secret + `"`)
		done = at
	}
	if done == 0 {
		return body // the usual case
	}
	out.WriteString(body[done:])
	return out.String()
}

// redactWithin redacts what a text of JSON says, and tells whether there was anything to
// hide.
func redactWithin(quoted string, deep int) (text string, hid bool) {
	if strings.IndexByte(quoted, '\\') < 0 {
		return "", false
	}
	said, ok := unquote(quoted)
	if !ok {
		return "", false
	}
	plain := redact(said, deep)
	if plain == said {
		return "", false
	}
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(plain) // a text always can be
	return strings.TrimSuffix(out.String(), "\n"), true
}

// unquote is what a text of JSON says, also one that was cut off, be it in the midst of a
// letter.
func unquote(quoted string) (said string, ok bool) {
	if json.Unmarshal([]byte(quoted), &said) == nil {
		return said, true
	}
	last := strings.LastIndexByte(quoted, '\\')
	return said, json.Unmarshal([]byte(quoted+`"`), &said) == nil || json.Unmarshal([]byte(quoted[:last]+`"`), &said) == nil
}

// valueOf is where the value begins of a member whose name begins at that place, negative
// where none does or it is no credential's.
func valueOf(body string, at int) int {
	window := body[at:min(len(body), at+6*longestName)]
	end := strings.IndexByte(window, '"')
	if end < 0 {
		return -1
	}
	colon := skipSpace(body, at+end+1)
	if colon == len(body) || body[colon] != ':' || !isSecret(window[:end]) {
		return -1
	}
	return skipSpace(body, colon+1)
}

func skipSpace(s string, at int) int {
	for at < len(s) && strings.IndexByte(" \t\r\n", s[at]) >= 0 {
		at++
	}
	return at
}

// valueEnd is the place after a value, be it a text, a list, an object or one word.
func valueEnd(body string, at int) int {
	if at == len(body) {
		return at
	}
	switch body[at] {
	case '"':
		return textEnd(body, at+1)
	case '[', '{':
		return nestEnd(body, at)
	}
	if n := strings.IndexAny(body[at:], ",:]}[{\" \t\r\n"); n >= 0 {
		return at + n
	}
	return len(body)
}

// nestEnd is the place after the bracket that ends a list or an object.
func nestEnd(body string, at int) int {
	for depth := 0; at < len(body); {
		switch body[at] {
		case '"':
			at = textEnd(body, at+1)
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if at++; depth == 0 {
			break
		}
	}
	return at
}

// textEnd is the place after the quote that ends a text.
func textEnd(body string, at int) int {
	for ; at < len(body); at++ {
		switch body[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(body)
}

// RedactURL is a request's target with the values of keys that hold credentials hidden.
func RedactURL(u *url.URL) string { return redactQuery(u.RequestURI()) }

// RedactTarget is an address as it may be shown: without a password, and with the values of
// keys that hold credentials hidden.
func RedactTarget(u *url.URL) string { return redactQuery(u.Redacted()) }

// redactQuery hides what stands after the question mark of an address. What is no key of
// a credential stays as it was sent.
func redactQuery(address string) string {
	path, query, found := strings.Cut(address, "?")
	if !found || !mayHide(query) {
		return address
	}
	var out strings.Builder
	out.WriteString(path)
	separator := "?"
	for {
		end := strings.IndexAny(query, separators)
		pair := query
		if end >= 0 {
			pair = query[:end]
		}
		if key, _, valued := strings.Cut(pair, "="); valued && secretKey(key) {
			pair = key + "=" + url.QueryEscape(Secret)
		}
		out.WriteString(separator + pair)
		if end < 0 {
			return out.String()
		}
		separator, query = query[end:end+1], query[end+1:]
	}
}

// separators are what stands between the pairs of a query, and before a fragment, where
// some send tokens.
const separators = "&;?#"

// mayHide says whether a key of the query is one that holds a credential. The usual case
// is told without making anything.
func mayHide(query string) bool {
	for start, i := 0, 0; i <= len(query); i++ {
		if i < len(query) && strings.IndexByte(separators, query[i]) < 0 {
			continue
		}
		if key, _, valued := strings.Cut(query[start:i], "="); valued && secretKey(key) {
			return true
		}
		start = i + 1
	}
	return false
}

func secretKey(key string) bool {
	if strings.ContainsAny(key, "%+") {
		if plain, err := url.QueryUnescape(key); err == nil {
			key = strings.TrimSpace(plain)
		}
	}
	return isSecret(key)
}
