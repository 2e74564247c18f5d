// Package scenario reads what a world shall do out of the ordinary: settings, changes of
// the catalogue, policies for edges, rules that answer in the API's place, and a
// timeline. It is the only importer of yaml, and of the language of conditions.
package scenario

import (
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/fault"
	"github.com/esimsim/esimsim/internal/money"
)

// A Scenario is one file, read and checked. It is not changed afterwards.
type Scenario struct {
	Name    string
	Summary string
	// Text is the file, from which it can be read again.
	Text string
	// Settings are values by provider and setting; the provider "" holds those of the
	// world itself. What stands under accounts is among them.
	Settings map[string]map[string]any
	Policies map[string]Policy // by edge, with the provider's name
	// Catalogue holds changes by provider and item.
	Catalogue map[string]map[string]Change
	Rules     []*Rule
	Timeline  []Moment
	// Expectations say what clients shall have asked.
	Expectations []*Expectation
}

// A Change is what becomes of an item of a catalogue.
type Change struct {
	Price *money.Amount // nil leaves it
	Gone  bool          // no longer for sale
	From  time.Duration // after the world's start; zero is from the start
}

// A Rule does something to some of the calls of an operation. All that it says of which
// calls must hold together.
type Rule struct {
	On     string // provider.operationId, provider.* or *
	When   *Condition
	First  int     // the first so many; 0 does not ask
	Calls  []int   // these, counted from 1; empty does not ask
	Every  int     // every nth; 0 does not ask
	After  int     // those after so many; 0 does not ask
	Since  Span    // those so long after the world's start; zero does not ask
	Chance float64 // by the dice; 0 does not ask
	// Phase is when: before anything has happened, or after the operation has changed the
	// state and the client cannot know.
	Phase Phase
	Do    Do
	Line  int // in its file, to name it by
}

// A Span is a length of the world's time.
type Span = time.Duration

// A Phase is one of the two.
type Phase string

// The phases.
const (
	Before Phase = "before"
	After  Phase = "after"
)

// A Do is what a rule does. It waits first; then it changes settings; then at most one
// of the others answers.
type Do struct {
	Delay     Delay
	Set       map[string]map[string]any // as Scenario.Settings
	Error     string                    // name of an error
	Respond   *Respond
	Fault     *fault.Fault
	RateLimit *RateLimit
	Webhook   *Webhook // for rules about events, and nothing else there
}

// A Webhook is what goes wrong with an event on its way. Its members may be combined.
type Webhook struct {
	Delay        Span   // of the first attempt, in the world's time
	Duplicate    int    // how many arrive in all; 0 is one
	Reorder      bool   // the next event to the same receiver goes first
	Drop         bool   // it never arrives
	BeforeAnswer bool   // it arrives before the call that caused it has its answer
	Signature    string // one of Signatures; "" signs as the provider does
	Stale        Span   // it says that it was made so long ago
	Truncate     bool   // half of the body arrives, under the signature of the whole
}

// What can be wrong with a signature.
const (
	SignatureWrong = "wrong" // made with another secret
	SignatureOther = "other" // made of another body
	SignatureNone  = "none"  // left out
)

// Signatures lists them.
var Signatures = []string{SignatureWrong, SignatureOther, SignatureNone}

// WebhookSettings is the key of settings under which targets of webhooks stand, by
// provider.
const WebhookSettings = "webhooks"

// Answers says whether it answers in the API's place, rather than letting the operation
// have its say.
func (d Do) Answers() bool { return d.Error != "" || d.Respond != nil || d.Fault != nil }

// A Respond is an answer written out.
type Respond struct {
	Status int
	Header map[string]string
	Body   any // a text is sent as it is, anything else as JSON
}

// A RateLimit refuses calls beyond so many in each span of the world's time.
type RateLimit struct {
	Calls int
	Per   Span
}

// A Moment of a timeline is something that happens so long after the world's start.
type Moment struct {
	After Span
	Line  int

	// One of these is set.
	Set    map[string]map[string]any
	Edge   *Edge
	Device *Device
}

// An Edge is passed by hand.
type Edge struct{ Edge, ID string }

// A Device action: Kind is install, attach, use or remove.
type Device struct {
	Kind    string
	ESIM    string // ICCID, the seller's id, or last
	Country string
	MB      float64 // in the seller's own megabytes
	Bytes   int64
}

// fits says whether the rule is about the call: an event, for those that say what becomes
// of one, or an operation.
func (r *Rule) fits(c *Call) bool {
	if c.Webhook != (r.Do.Webhook != nil) {
		return false
	}
	return Fits(r.On, c.Operation) || c.Webhook && strings.HasPrefix(c.Operation, r.On+".")
}

// Fits says whether the pattern of a rule takes in the operation.
func Fits(on, operation string) bool {
	if on == "*" || on == operation {
		return true
	}
	provider, any := strings.CutSuffix(on, ".*")
	return any && strings.HasPrefix(operation, provider+".")
}
