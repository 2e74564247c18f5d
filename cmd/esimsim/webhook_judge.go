package main

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// judge says what is wrong with the signature among the headers, nil for nothing.
func (h *hook) judge(given http.Header) error {
	name := h.signatureHeader()
	values := given.Values(name)
	if len(values) == 0 {
		return fmt.Errorf("there is no header %s%s", name, h.elsewhere(given))
	}
	got := values[0]
	for _, secret := range h.secrets() {
		for _, body := range h.bodies() {
			want := value(h.header(secret.text, body.bytes), name)
			how, same := compare(got, want, h.p)
			if !same {
				continue
			}
			wrong := join(secret.wrong, body.wrong, how)
			if wrong == "" {
				return nil
			}
			return fmt.Errorf("%s is not right: %s", name, wrong)
		}
	}
	return fmt.Errorf("%s is of another secret, or of a body with other bytes", name)
}

// signatureHeader is the one that depends on the secret.
func (h *hook) signatureHeader() string {
	one, other := h.header("a", h.bytes), h.header("b", h.bytes)
	for name := range one {
		if value(one, name) != value(other, name) {
			return name
		}
	}
	return ""
}

// value is that of a header whose name may not be in canonical form.
func value(h http.Header, name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// elsewhere names a header that has what the missing one should have.
func (h *hook) elsewhere(given http.Header) string {
	want := value(h.header(h.secret, h.bytes), h.signatureHeader())
	for name := range given {
		if _, same := compare(given.Get(name), want, h.p); same {
			return ", but " + name + " has its value"
		}
	}
	return ""
}

// A secretGuess is a secret that may have been meant.
type secretGuess struct{ text, wrong string }

// secrets are the one given, and what it is often mistaken for.
func (h *hook) secrets() []secretGuess {
	out := []secretGuess{{h.secret, ""}}
	if trimmed := strings.TrimSpace(h.secret); trimmed != h.secret {
		out = append(out, secretGuess{trimmed, "the secret given has white space around it"})
	}
	const prefix = "whsec_"
	if bare, ok := strings.CutPrefix(h.secret, prefix); ok {
		out = append(out, secretGuess{bare, "it was signed without the " + prefix + " of the secret"})
	} else {
		out = append(out, secretGuess{prefix + h.secret, "the secret begins with " + prefix})
	}
	return out
}

// A bodyGuess is a body that may have been on the wire.
type bodyGuess struct {
	bytes []byte
	wrong string
}

// bodies are the one given, and what it may have been before somebody changed it.
func (h *hook) bodies() []bodyGuess {
	const (
		rewritten = "the body was parsed and written anew: take the bytes as they came"
		newline   = "the body has gained a newline at its end"
	)
	body := h.bytes
	out := []bodyGuess{
		{body, ""},
		{bytes.TrimRight(body, "\r\n"), newline},
		{append(bytes.Clone(body), '\n'), "the body has lost the newline at its end"},
		{bytes.TrimSpace(body), "the body has gained white space around it"},
		{bytes.TrimPrefix(body, []byte("\ufeff")), "the body has gained a byte order mark"},
		{bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), "the line ends of the body were changed"},
	}
	var compact bytes.Buffer
	if json.Compact(&compact, body) != nil {
		return out
	}
	plain := unescaped(compact.String())
	out = append(out, bodyGuess{compact.Bytes(), rewritten}, bodyGuess{[]byte(plain), rewritten})
	for _, e := range h.p.Events() {
		if _, sample, err := sim.SampleWebhook(all.Providers(), e.Name, h.at); err == nil {
			ordered := ordered(gjson.Parse(plain), gjson.ParseBytes(sample))
			out = append(out, bodyGuess{[]byte(ordered), rewritten + ", in the order of its members too"})
		}
	}
	return out
}

var escape = regexp.MustCompile(`\\(?:\\|/|u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?)`)

// unescaped writes the characters of JSON plainly which some languages escape: those
// beyond ASCII, those of HTML, and the slash.
func unescaped(text string) string {
	return escape.ReplaceAllStringFunc(text, func(s string) string {
		switch {
		case s == `\\`:
			return s
		case s == `\/`:
			return "/"
		}
		var units []uint16
		for _, digits := range strings.Split(s, `\u`)[1:] {
			n, _ := strconv.ParseUint(digits, 16, 16) // four hex digits
			units = append(units, uint16(n))
		}
		out := string(utf16.Decode(units))
		if out < " " || strings.ContainsAny(out, "\"\\\ufffd") {
			return s
		}
		return out
	})
}

// ordered writes JSON with the members of objects in the order that a sample has.
func ordered(v, sample gjson.Result) string {
	switch {
	case v.IsObject() && sample.IsObject():
		members := v.Map()
		var out []string
		add := func(key, like gjson.Result) bool {
			if m, ok := members[key.Str]; ok {
				out = append(out, key.Raw+":"+ordered(m, like))
				delete(members, key.Str)
			}
			return true
		}
		sample.ForEach(func(key, like gjson.Result) bool { return add(key, like) })
		v.ForEach(func(key, _ gjson.Result) bool { return add(key, gjson.Result{}) })
		return "{" + strings.Join(out, ",") + "}"
	case v.IsArray() && sample.IsArray():
		var out []string
		for _, item := range v.Array() {
			out = append(out, ordered(item, sample.Get("0")))
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	return v.Raw
}

// compare says whether two signatures are of the same code, and how got is written
// otherwise than want.
func compare(got, want string, p *sim.Provider) (wrong string, same bool) {
	if hmac.Equal([]byte(got), []byte(want)) {
		return "", true
	}
	const prefix = "sha256="
	bare, has := got, len(got) > len(prefix) && strings.EqualFold(got[:len(prefix)], prefix)
	if has {
		bare = got[len(prefix):]
	}
	wantBare, wants := strings.CutPrefix(want, prefix)
	gotCode, gotForm := decode(bare)
	wantCode, wantForm := decode(wantBare)
	if gotForm == "" || !hmac.Equal(gotCode, wantCode) {
		return "", false
	}
	var faults []string
	switch {
	case wants && !has:
		faults = append(faults, "it lacks the prefix "+prefix)
	case has && !wants:
		faults = append(faults, "it has a prefix "+prefix+" that "+p.Title()+" does not write")
	case has && !strings.HasPrefix(got, prefix):
		faults = append(faults, "the prefix is "+prefix+" in lower case")
	}
	if gotForm != wantForm {
		faults = append(faults, fmt.Sprintf("it is %s, and %s writes %s", gotForm, p.Title(), wantForm))
	}
	return strings.Join(faults, "; "), true
}

// decode reads a signature however it is written, and says how; "" is in no way known.
func decode(text string) (code []byte, form string) {
	if code, err := hex.DecodeString(text); err == nil && len(code) == 32 {
		switch text {
		case strings.ToLower(text):
			return code, "lower-case hex"
		case strings.ToUpper(text):
			return code, "upper-case hex"
		}
		return code, "hex in mixed case"
	}
	for _, try := range []struct {
		e    *base64.Encoding
		form string
	}{
		{base64.StdEncoding, "base64"},
		{base64.URLEncoding, "base64 of URLs"},
		{base64.RawStdEncoding, "base64 without padding"},
		{base64.RawURLEncoding, "base64 of URLs without padding"},
	} {
		code, err := try.e.DecodeString(text)
		if err == nil && len(code) == 32 {
			return code, try.form
		}
		if digits, bad := hex.DecodeString(string(code)); err == nil && bad == nil && len(digits) == 32 {
			return digits, try.form + " of the hex digits"
		}
	}
	return nil, ""
}

// join puts together what is not empty.
func join(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "; ")
}
