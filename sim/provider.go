package sim

import (
	"net/http"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
)

// A Definition says what one API is and does. S is the state of one account at that
// provider: plain data, owned by a world and touched only in its turn.
//
// The engine does everything that is the same for all providers; what is here is what
// differs. Define turns it into a Provider.
type Definition[S any] struct {
	// Name is the provider's word in scenarios, edges and the control plane: "esimfly".
	Name string
	// Title is its name for people: "eSIM Go".
	Title string
	// Mounts are the path prefixes under which the API is served, the usual one first.
	Mounts []string
	// Document is the OpenAPI document, which carries the basis of each operation.
	Document []byte
	// ContentType is that of JSON answers; "" means application/json.
	ContentType string

	// ClientBase is the path that the base URL of clients ends in; "" means the first
	// mount, and "/" none, where clients write the whole path themselves.
	ClientBase string
	// Key reads the credential of a request as it came: token, API key or access code. ""
	// where there is none.
	Key func(*Request) string
	// Identify reads the credential of a request and gives the name it stands for,
	// without asking any account: which header, which form. A refusal is an error in the
	// provider's own kinds, or ErrUnauthenticated.
	Identify func(*Request) (name string, err error)
	// KeyOf is the key that every name has, and what it signs with: "" where requests are
	// not signed.
	KeyOf func(name string) (key, secret string)
	// Credentials lists the headers or forms in which a caller may give a key, the first of
	// which is of the key alone; the banner prints them, and the hint for a refused key
	// names the form.
	Credentials func(key, secret string) []Credential
	// Authorize puts a credential on a request, as a client of the API does: the clients
	// that tests are given call it.
	Authorize func(*http.Request, Authorization)
	// Secrets are further headers that the journal hides, such as signatures.
	Secrets []string
	// Admit checks what needs the account's memory or the world's clock: freshness,
	// signature, replay, rate. It runs in the world's turn before anything else and may
	// be nil.
	Admit func(*Tx[S], *Request) error
	// Missed hears of a request that is refused before Admit although its key is known: an
	// unknown route, a wrong method, a body that is too large. It may set r.Answer, and may
	// be nil.
	Missed func(*Tx[S], *Request)
	// Open fills a new account whose state is zero.
	Open func(*Tx[S])
	// Check looks over a state that came in a snapshot, in which lists have no holes and no
	// instant or number is out of all bounds; sold are the profiles of this provider. What
	// can be worked out of the rest it makes anew. Nothing that it does not object to may be
	// more than the other functions can bear. It may be nil.
	Check func(tx *Tx[S], at *Spot, sold []*esim.Profile)
	// Knows says whether there is a thing of that id that could stand before the edges of
	// that entity, which is what edges' names begin with; nil does not ask.
	Knows func(tx *Tx[S], entity, id string) bool
	// Operations is the table of what the API offers. The order is that of matching.
	Operations []Operation[S]
	// Item says whether the catalogue has an item of that name, so that a scenario which
	// changes it can be checked; nil does not ask.
	Item func(name string) bool
	// Edges are the transitions that a policy may move.
	Edges []Edge[S]
	// Settings change how the provider answers, for a world or a scenario.
	Settings []Setting[S]
	// Errors name what a rule can make an operation answer.
	Errors []NamedError
	// Findings name what the provider, and not its document, finds odd about a request.
	Findings []*NamedFinding
	// EncodeError is the one place where an error becomes an answer: the provider's own,
	// and the engine's kinds of errors.go. It has a default for any other.
	EncodeError func(*Request, error) Reply
	// Device hears what a device is about to do with an eSIM of this provider and may
	// refuse with an EdgeError; the engine then changes the profile itself. For Use it
	// answers how much of the volume was really used.
	Device func(*Tx[S], *esim.Profile, esim.Action) (used esim.Bytes, err error)
	// Megabyte is how many bytes the provider means by it; 0 means 2^20.
	Megabyte esim.Bytes
	// Status is the provider's word for the state of an eSIM.
	Status func(*Tx[S], *esim.Profile) string
	// Webhooks are the events it sends.
	Webhooks Webhooks[S]
	// Machines are what orders and eSIMs can be, and what leads from one state to another;
	// nil has none.
	Machines *Machines[S]
	// Fixtures are the orders and eSIMs a test can begin with; nil has none.
	Fixtures *Fixtures[S]
	// Page answers a link that the API hands out to people, such as a page with a QR
	// image; rest is what followed Request.PageLink. No credential is asked for. It may be
	// nil, and ErrNoRoute says that there is no such page.
	Page func(tx *Tx[S], r *Request, rest string) (Reply, error)
	// Example gives a pasteable call for the banner: a signed or plain request that
	// works as it stands for the named world.
	Example func(base, name string) string
}

// A Credential is one header, or one variable of the environment that exec sets.
type Credential struct {
	Name  string // header or form, such as "X-API-Key"
	Env   string // ESIMGO_API_KEY
	Value string
}

// An Authorization is what the credential of one request is made of.
type Authorization struct {
	Key    string // token, API key or access code
	Secret string // "" where requests are not signed
	Body   []byte // the exact bytes that will be sent; nil for none
	Now    time.Time
	ID     string // a UUID of version 4 that no other request of the world has
}

// An Operation is one method and path of the API.
type Operation[S any] struct {
	ID     string // operationId in the document
	Method string
	Path   string // below the mount: "/esims/{iccid}"
	// Mounts are those under which it is served; nil means all.
	Mounts []string
	// Open needs no credential; without one that is known it runs in the world "default".
	Open bool
	// Run answers, in the world's turn; EncodeError makes an answer of its error.
	Run func(*Tx[S], *Request) (Reply, error)
}

// An Edge is a transition of a state machine. Name is "<entity>.<state>", such as
// "order.completed"; the provider's name goes before it outside.
type Edge[S any] struct {
	Name string
	// Basis and Source say whose word the transition rests on.
	Basis  Basis
	Source string
	// Default is what happens without a scenario; the zero value is immediate.
	Default Policy
	// Pass changes the facts, at tx.Now. It refuses with an EdgeError when the state of
	// that thing does not allow the transition; an edge that came too late is dropped so.
	Pass func(tx *Tx[S], id string) error
}

// A Setting is a named choice. Values lists what it may be, the default first; a
// setting without Values has Set, which reads any JSON value.
type Setting[S any] struct {
	Name   string
	Values []string
	Basis  Basis
	Doc    string // a sentence on what it changes
	// Get is what is shown of it; nil shows the value that was chosen.
	Get func(*Tx[S]) any
	// Set changes the account's state, or says why the value is none.
	Set func(*Tx[S], any) error
}

// A NamedError is an answer that a rule can ask for by name. One vocabulary serves all
// providers; each gives its own body.
type NamedError struct {
	Name       string   // PRICE_MISMATCH
	Operations []string // operation ids that can answer so; nil means all
	Basis      Basis
	Source     string
	Err        error // what EncodeError is given
}

// A NamedFinding is what a request can be told of by [Request.Note]. Several may share a
// code, each with its own grounds.
type NamedFinding struct {
	Code   string // esimgo.large-order
	Basis  Basis
	Source string
	Says   string // one sentence on what it means
}

// Basis says whose word a fact rests on.
type Basis string

// The four bases, strongest first.
const (
	Brief      Basis = "brief"      // the owner's pages
	Observed   Basis = "observed"   // the real service was seen to do so
	Documented Basis = "documented" // the provider's newest documentation
	Assumed    Basis = "assumed"    // our own choice
)

// A Later makes a body after the world's turn, where that takes a while, as drawing
// images does. It must not reach for the world's state.
type Later func() ([]byte, error)

// A Reply is what an operation answers. The zero value is 200 with an empty body.
type Reply struct {
	Status int // 0 means 200
	// Body is encoded as JSON, unless it is []byte, which is sent as it is, or a Later.
	Body any
	// Type is the content type; "" means the provider's for JSON.
	Type   string
	Header http.Header // further ones; nil for none
}
