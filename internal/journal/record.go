package journal

import (
	"encoding/binary"
	"net/http"
	"strings"
)

// A Record is an entry as a journal keeps it: bodies as the bytes that went over the wire,
// which are shared and never copied, and headers in one piece. An entry for a reader is
// made of it when one comes, which is seldom, and with nothing secret in it: headers lose
// their secrets when they are kept, bodies when they are read.
type Record struct {
	Entry
	request, response message
}

type message struct {
	header string // by pack
	body   []byte
}

// Asked keeps what was asked. The body must never change.
func (r *Record) Asked(h http.Header, body []byte, s Secrets) { r.request = message{pack(h, s), body} }

// Answered keeps what was answered. The body must never change.
func (r *Record) Answered(h http.Header, body []byte) { r.response = message{pack(h, nil), body} }

func (m message) size() int { return len(m.header) + len(m.body) }

// open is the entry that a reader gets.
func (r *Record) open() *Entry {
	e := r.Entry
	r.request.into(&e.Request)
	r.response.into(&e.Response)
	return &e
}

func (m message) into(out *Message) {
	if m.header != "" {
		out.Header = unpack(m.header)
	}
	if len(m.body) > 0 {
		out.Body = RedactText(string(m.body))
	}
}

// Secrets are further names of headers that hold credentials, in any case of letters.
type Secrets []string

func (s Secrets) hide(name string) bool {
	if harmless(name) {
		return false
	}
	if isSecret(name) {
		return true
	}
	for _, n := range s {
		if len(n) == len(name) && strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

var hidden = []string{Secret}

// harmless says whether that is the name of a header that most requests and answers have,
// without a look at each letter.
func harmless(name string) bool {
	switch name {
	case "Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Content-Length",
		"Content-Type", "Date", "User-Agent", "X-Esimsim-Findings", "X-Esimsim-Request", "X-Ratelimit-Cost",
		"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset":
		return true
	}
	return false
}

// pack writes a header as texts with their lengths before them, the number of values
// after each name. A map costs several times as much to make, to keep and to collect.
func pack(h http.Header, s Secrets) string {
	var usual [512]byte
	b := usual[:0]
	for name, values := range h {
		if s.hide(name) {
			values = hidden
		}
		b = appendText(b, name)
		b = binary.AppendUvarint(b, uint64(len(values)))
		for _, v := range values {
			b = appendText(b, redactQuery(v)) // a page that was left may have had a token
		}
	}
	return string(b)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func unpack(packed string) http.Header {
	rest := []byte(packed)
	number := func() int {
		n, size := binary.Uvarint(rest)
		rest = rest[size:]
		return int(n)
	}
	text := func() string {
		n := number()
		s := string(rest[:n])
		rest = rest[n:]
		return s
	}
	h := http.Header{}
	for len(rest) > 0 {
		name := text()
		values := make([]string, number())
		for i := range values {
			values[i] = text()
		}
		h[name] = values
	}
	return h
}
