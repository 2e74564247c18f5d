// Package control is the plane from which a simulator is steered and looked into:
// everything under /_sim/, described by openapi/control.yaml. The command line and the
// dashboard are two clients of it.
package control

import (
	"context"
	"iter"
	"time"

	"github.com/esimsim/esimsim/internal/coverage"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/verify"
)

// Sim is what the plane steers.
type Sim interface {
	Health() Health
	APIs() []API
	// Document is the OpenAPI document of an API, nil where there is none, and the path its
	// operations are below.
	Document(api string) (document []byte, base string)
	// Access is how callers of a world reach the APIs from an origin.
	Access(world, origin string) ([]Access, error)
	// Operations are those of all APIs, each with its provider's name.
	Operations() []string
	// FindingCodes are those that findings can have.
	FindingCodes() []string
	// Machines are the state machines of all APIs.
	Machines() []Machine
	// Scenarios are the bundled ones.
	Scenarios() ([]Scenario, error)
	Worlds() []Summary
	// World makes the world when it is named for the first time.
	World(name string) (World, error)
	// Existing is the world where it was made, else nil.
	Existing(name string) (World, error)
	Forget(world string) bool
	// Requests are those no world could be found for, one by one.
	Requests(journal.Filter) iter.Seq[*journal.Entry]
	// Coverage is of all worlds, also those that have left.
	Coverage() coverage.Report
	QR(world, iccid string) ([]byte, error)
	// CA is a PEM, nil where there is none.
	CA() []byte
	Kind(error) Kind
}

// World is one test environment.
type World interface {
	View() View
	Patch(map[string]map[string]any) error
	// These five tell the world's instant afterwards, and what happened on the way there.
	Advance(context.Context, time.Duration) (time.Time, []journal.Edge, error)
	Set(context.Context, time.Time) (time.Time, []journal.Edge, error)
	Freeze() (time.Time, []journal.Edge)
	Follow(rate float64) (time.Time, []journal.Edge, error)
	Pass(edge, id string) (time.Time, []journal.Edge, error)
	Act(id string, action func(megabyte esim.Bytes) esim.Action) (Acted, error)
	Reset() error
	// Start begins anew as a fixture in JSON describes, all or nothing.
	Start(fixture []byte) (Started, error)
	// Snapshot is versioned JSON; Restore takes it strictly, all or nothing.
	Snapshot() ([]byte, error)
	Restore(snapshot []byte) error
	// Fork makes a world of that name which stands where this one does.
	Fork(name string) (World, error)
	SwitchOn(scenario string) error
	SwitchOff(scenario string) bool
	AddScenario(yaml []byte) (name string, err error)
	Requests(journal.Filter) iter.Seq[*journal.Entry]
	// Request is the entry of that id, nil where none is held.
	Request(id string) *journal.Entry
	// Newest are the last n deliveries, the newest last; 0 stands for all.
	Newest(n int) []Delivery
	// Resend and Trigger wait for the attempt.
	Resend(ctx context.Context, id string) (Delivery, error)
	Trigger(ctx context.Context, event string) (Delivery, error)
	Coverage() coverage.Report
	// Read follows the journal from where the filter says, or from after the entry of that
	// event id. Keep counts as a use, and says whether the world is still there.
	Read(f journal.Filter, after string) *journal.Reader
	Keep() bool
	// Verify holds the journal against the expectations of a body, or against those of the
	// scenarios when it is empty, until all are met, the wait is over or ctx ends.
	Verify(ctx context.Context, body []byte, wait time.Duration) (verify.Report, error)
}

// A Kind says how an error is answered.
type Kind struct {
	Status  int
	Pointer string // JSON pointer into the body, where one member is at fault
}

// Health says that requests are served.
type Health struct {
	Status  string  `json:"status"`
	Version string  `json:"version"`
	Seed    uint64  `json:"seed"`
	Uptime  float64 `json:"uptimeSeconds"`
}

// An API is one provider, for the index.
type API struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Base  string `json:"base"` // path; in answers the whole URL
}

// An Access is what a caller of an API needs to know.
type Access struct {
	API
	Credentials []Credential
	Example     string // a call to paste into a shell; "" where the keys are not ours
}

// A Credential is a header to send, or another part of a key.
type Credential struct {
	Name  string `json:"name"`
	Value string `json:"value"` // "" where the keys are not ours
}

// A Scenario is a bundled one.
type Scenario struct {
	Name    string `json:"name"`
	Summary string `json:"summary"`
}

// A Machine is what things of one kind can be at a provider, in its words.
type Machine struct {
	Provider string   `json:"provider"`
	Entity   string   `json:"entity"`
	Title    string   `json:"title"`
	States   []string `json:"states"`
	Initial  string   `json:"initial"`
	Edges    []Arrow  `json:"edges"`
}

// An Arrow is what passing an edge makes of a state. An edge whose outcome depends on more
// than the state has several.
type Arrow struct {
	Edge    string   `json:"edge"`
	From    []string `json:"from"`
	To      string   `json:"to"`                // "" where the word stays
	Follows bool     `json:"follows,omitempty"` // another thing passes the edge and takes this one along
	Basis   string   `json:"basis"`
	Source  string   `json:"source"`
	Policy  string   `json:"policy"` // without a scenario
}

// A Summary is a world in a list.
type Summary struct {
	Name     string    `json:"name"`
	LastUsed time.Time `json:"lastUsed"`
}

// A View is a world as the plane shows it.
type View struct {
	Name      string                    `json:"name"`
	Clock     Clock                     `json:"clock"`
	Validate  string                    `json:"validate"`
	Scenarios []string                  `json:"scenarios"`
	Settings  map[string]map[string]any `json:"settings"`
	Webhooks  map[string]Webhook        `json:"webhooks"` // targets that the settings name, by provider
	// The newest of each, the newest last.
	Orders      []Order `json:"orders"`
	OrdersTotal int     `json:"ordersTotal"` // of all there are
	ESIMs       []ESIM  `json:"esims"`
	ESIMsTotal  int     `json:"esimsTotal"`
	Things      []Thing `json:"things"` // that belong to none of those
	ThingsTotal int     `json:"thingsTotal"`
	// The next to fall due, then those that wait for looks or by hand.
	Waiting      []Wait `json:"waiting"`
	WaitingTotal int    `json:"waitingTotal"`
}

// A Webhook is where events go; its secret is not shown.
type Webhook struct {
	URL     string `json:"url"`
	Timeout string `json:"timeout,omitempty"` // "" where the provider's own holds
}

// A Delivery is an event that was sent to a receiver, or is on its way.
type Delivery struct {
	ID       string     `json:"id"`
	Event    string     `json:"event"` // with the provider's name: esimgo.webhook.FirstUse
	URL      string     `json:"url"`
	State    string     `json:"state"`          // pending, delivered, failed or dropped
	At       time.Time  `json:"at"`             // when it came about, on the world's clock
	Due      *time.Time `json:"due,omitempty"`  // of the next attempt
	Rule     string     `json:"rule,omitempty"` // of a scenario, that meddled with it
	Attempts []Attempt  `json:"attempts"`
}

// An Attempt is one try to hand a delivery over.
type Attempt struct {
	At      time.Time       `json:"at"`               // on the world's clock
	Status  int             `json:"status,omitempty"` // 0 when no answer came
	Error   string          `json:"error,omitempty"`  // why none came
	Latency time.Duration   `json:"latencyNs"`        // of real time
	Request journal.Message `json:"request"`          // as it was sent
	Answer  string          `json:"answer,omitempty"` // the beginning of its body
	Taken   bool            `json:"taken"`            // whether the answer is one that means receipt
}

// A Clock is a world's time.
type Clock struct {
	Now  time.Time `json:"now"`
	Mode string    `json:"mode"`
	Rate float64   `json:"rate"`
}

// An ESIM is one profile of a world.
type ESIM struct {
	ICCID    string    `json:"iccid"`
	Provider string    `json:"provider"`
	ID       string    `json:"id,omitempty"`
	Status   string    `json:"status"` // in the provider's words
	LPA      string    `json:"lpa"`
	OnDevice bool      `json:"onDevice"`
	Country  string    `json:"country,omitempty"` // of the last registration
	IssuedAt time.Time `json:"issuedAt"`
	// What the profile stands for, and the newest of what is on it.
	Things      []Thing `json:"things"`
	ThingsTotal int     `json:"thingsTotal"` // of all there are
}

// An Order is a thing that was bought.
type Order struct {
	Provider  string    `json:"provider"`
	Entity    string    `json:"entity"`
	ID        string    `json:"id"`
	Reference string    `json:"reference,omitempty"` // the client's own, where it is not the id
	State     string    `json:"state"`
	At        time.Time `json:"at"`
	ESIMs     []string  `json:"esims"` // ICCIDs of those that have a profile
	Moves     []Move    `json:"moves"` // edges that it can pass now
	// The newest that came with it and are on no profile.
	Things      []Thing `json:"things"`
	ThingsTotal int     `json:"thingsTotal"` // of all there are
}

// A Thing has a state machine.
type Thing struct {
	Provider string `json:"provider"`
	Entity   string `json:"entity"`
	ID       string `json:"id"`              // that edges take
	Label    string `json:"label,omitempty"` // its name for people
	State    string `json:"state"`
	Moves    []Move `json:"moves"` // edges that it can pass now
}

// A Move is an edge that a thing can pass now, and where that leads it.
type Move struct {
	Edge string `json:"edge"`
	To   string `json:"to"` // "" where the word stays
}

// A Started is a world that began with a fixture, and what that made in the order of its
// asking.
type Started struct {
	World  View        `json:"world"`
	Orders []MadeOrder `json:"orders"`
	ESIMs  []MadeESIM  `json:"esims"`
}

// A MadeOrder is an order that a fixture placed.
type MadeOrder struct {
	Provider  string     `json:"provider"`
	ID        string     `json:"id"`                  // as the API looks orders up
	Reference string     `json:"reference,omitempty"` // the client's own, where that is another
	State     string     `json:"state"`
	ESIMs     []MadeESIM `json:"esims"`
}

// A MadeESIM is an eSIM that a fixture bought.
type MadeESIM struct {
	Provider string `json:"provider"`
	ID       string `json:"id,omitempty"`    // the seller's own, where that is not the ICCID
	ICCID    string `json:"iccid,omitempty"` // none before there is a profile
	State    string `json:"state"`           // as asked for
	Order    string `json:"order"`           // id of its order
}

// A Wait is a thing that stands before an edge.
type Wait struct {
	Edge      string     `json:"edge"`
	ID        string     `json:"id"`
	Due       *time.Time `json:"due,omitempty"`
	LooksLeft *int       `json:"looksLeft,omitempty"`
}

// An Acted is what a device action led to.
type Acted struct {
	ICCID     string         `json:"iccid"`
	Status    string         `json:"status"`
	UsedBytes int64          `json:"usedBytes"`
	Happened  []journal.Edge `json:"happened"`
}
