package sim

import (
	"net/http"
	"net/url"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/internal/control"
	"github.com/esimsim/esimsim/internal/nesting"
)

// A Finding is something odd in a request: what the contract does not allow, or what a
// client had better not do. Code names the kind and never changes, as in body.required.
// Pointer is a JSON pointer into the body, or a place such as query/page. Message says in a
// sentence what to change, and Basis whose word that rests on.
type Finding = contract.Finding

// A Request is one call as it came, and what the engine found out about it. Operations
// read it and change nothing in it.
type Request struct {
	// Operation is the operationId, "" when no route matched.
	Operation string
	// Mount is the prefix under which it came: "/v2.4".
	Mount  string
	Method string
	URL    *url.URL
	Header http.Header
	// Body holds the exact bytes received; signatures are made of bytes, not of meaning.
	Body  []byte
	Query url.Values
	// RemoteIP is the caller's address without the port.
	RemoteIP string
	// Real is the instant on the machine's clock, for what a client signs with its own.
	Real time.Time
	// Caller is who the credential says it is, once Identify has passed.
	Caller Caller
	// Answer holds headers that the answer carries whatever it turns out to be.
	Answer http.Header

	http     *http.Request
	origin   string // made when first asked for
	params   []param
	provider *Provider
	settings map[string]string // chosen for the provider: the process's, then the world's once admitted
	json     gjson.Result
	parsed   parseState
	findings []Finding
	later    []func()
}

// A Caller is the owner of a credential.
type Caller struct {
	// World is the full name, scenarios included: "ci1~esimfly-pending-details".
	World string
	// Base is the name before the first "~".
	Base string
	// Scenarios are the names after it.
	Scenarios []string
	// Secret is what the caller's own key signs with; "" for a name, whose secret the
	// provider knows.
	Secret string
	// Unverified is true where any key is taken, so that no signature can be checked.
	Unverified bool
	// Forbidden is true for a key that is known but lacks the right to do anything.
	Forbidden bool
}

type parseState uint8

const (
	unparsed parseState = iota
	parsed
	malformed
)

// First is the first value of a header by its canonical name, "" for none. Header.Get would
// look at each letter of the name, on every call.
func (r *Request) First(name string) string { return first(r.Header, name) }

func first(h http.Header, name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Param is a variable of the path, unescaped.
func (r *Request) Param(name string) string { return find(r.params, name) }

// Setting is Turn.Setting as it was when the request was admitted, for those who have no
// turn: EncodeError. Before that it is what the scenarios of the whole process choose.
func (r *Request) Setting(name string) string { return r.provider.value(r.settings, name) }

// JSON is the body, read in place. ok is false when it is not JSON; an empty body is
// not, nor is one nested more than 200 deep.
func (r *Request) JSON() (v gjson.Result, ok bool) {
	if r.parsed == unparsed {
		r.parsed = malformed
		if !nesting.TooDeep(r.Body) && gjson.ValidBytes(r.Body) {
			r.json, r.parsed = gjson.ParseBytes(r.Body), parsed
		}
	}
	return r.json, r.parsed == parsed
}

// Note adds a finding of those that the provider has named to the journal entry of this
// request, with a pointer to the place, which may be "", and what to change in a sentence.
func (r *Request) Note(odd *NamedFinding, pointer, message string) {
	r.findings = append(r.findings, odd.at(pointer, message))
}

// NoteLater is for findings that take time to find: find is called when the world's turn is
// over, so that nobody waits for it but this caller, and calls Note. It sees nothing of the
// world.
func (r *Request) NoteLater(find func()) { r.later = append(r.later, find) }

// Origin is the scheme and host that the caller used, for links: "http://127.0.0.1:8484"; ""
// for a Request that nobody sent.
func (r *Request) Origin() string {
	if r.origin == "" && r.http != nil {
		r.origin = control.Origin(r.http)
	}
	return r.origin
}

// Link is the absolute address of a path served here, with the origin the caller used.
func (r *Request) Link(path string) string { return r.Origin() + path }

// QRLink is where the QR image of an eSIM of this caller's world is served.
func (r *Request) QRLink(iccid string) string {
	return r.Origin() + "/_sim/qr/" + url.PathEscape(r.Caller.World) + "/" + iccid + ".png"
}

// PageLink is where Definition.Page serves rest for this caller's world.
func (r *Request) PageLink(rest string) string {
	return r.Origin() + "/_sim/pages/" + r.provider.name + "/" + url.PathEscape(r.Caller.World) + "/" + rest
}
