package sim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// The toy is the smallest provider there can be: it sells things that become ready.
type toy struct {
	Things  map[string]*thing
	Money   money.Amount
	Company string
	Seen    string // the colour when the balance was last set
	Heard   int    // how often somebody began to listen
}

type thing struct {
	ID, ICCID string
	ReadyAt   time.Time
	GoneAt    time.Time
	Used      esim.Bytes
	EID       string // of the device, when its installation was heard of
}

const toyDocument = `
openapi: 3.0.3
info: {title: Toy, version: "1"}
paths:
  /things:
    post:
      operationId: createThing
      x-basis: assumed
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [name], additionalProperties: false, properties: {name: {type: string}}}}}
      responses: &answer
        "200": {description: any, content: {application/json: {schema: {type: object}, example: {id: "1", iccid: "89", state: new}}}}
        default: {description: any, content: {application/json: {schema: {type: object}}}}
  /things/{id}:
    get: {operationId: getThing, x-basis: assumed, responses: *answer}
`

var start = time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC)

func toyProvider() *sim.Provider { return sim.Define(toyDefinition()) }

func toyDefinition() sim.Definition[toy] {
	return sim.Definition[toy]{
		Name: "toy", Title: "Toy", Mounts: []string{"/toy"}, Document: []byte(toyDocument),
		Key: func(r *sim.Request) string { return r.Header.Get("X-Toy") },
		Identify: func(r *sim.Request) (string, error) {
			name, ok := strings.CutPrefix(r.Header.Get("X-Toy"), "toy_")
			if !ok {
				return "", sim.ErrUnauthenticated
			}
			return name, nil
		},
		Missed: func(_ *sim.Tx[toy], r *sim.Request) {
			r.Answer.Set("X-Toy-Missed", "yes")
			if other := r.Header.Get("X-Toy-Later"); other != "" {
				r.NoteLater(func() { r.Note(toySaw, "", lookAt(r.Link(other), r.Header.Get("X-Toy"))) })
			}
		},
		KeyOf: func(name string) (key, secret string) { return "toy_" + name, "" },
		Credentials: func(key, _ string) []sim.Credential {
			return []sim.Credential{{Name: "X-Toy", Env: "TOY", Value: key}}
		},
		Authorize: func(r *http.Request, a sim.Authorization) { r.Header.Set("X-Toy", a.Key) },
		Open: func(tx *sim.Tx[toy]) {
			tx.State.Things, tx.State.Money, tx.State.Company = map[string]*thing{}, 100000, tx.Faker().Company()
		},
		Operations: []sim.Operation[toy]{
			{ID: "createThing", Method: "POST", Path: "/things", Run: createThing},
			{ID: "getThing", Method: "GET", Path: "/things/{id}", Run: getThing},
		},
		Edges: []sim.Edge[toy]{
			{Name: "thing.ready", Basis: sim.Assumed, Pass: passReady},
			{Name: "thing.gone", Basis: sim.Assumed, Pass: passGone},
		},
		Machines: toyMachines(),
		Settings: []sim.Setting[toy]{
			{Name: "colour", Values: []string{"red", "blue"}},
			{
				Name: "seen",
				Get:  func(tx *sim.Tx[toy]) any { return tx.State.Seen },
				Set: func(_ *sim.Tx[toy], v any) error {
					if v == "refused" {
						return &sim.SettingError{Message: "seen is refused"}
					}
					return nil
				},
			},
			{
				Name: "balance",
				Get:  func(tx *sim.Tx[toy]) any { return tx.State.Money.Float() },
				Set: func(tx *sim.Tx[toy], v any) error {
					f, ok := v.(float64)
					if !ok || f < 0 {
						return &sim.SettingError{Message: "balance is a number from 0"}
					}
					tx.State.Money, tx.State.Seen = money.Of(f), tx.Setting("colour")
					tx.Send(sim.Outgoing{Event: "made", Body: toyEvent{Event: "made", ID: "money " + tx.State.Money.String()}})
					return nil
				},
			},
		},
		Webhooks: sim.Webhooks[toy]{
			Events: []sim.Event[toy]{
				{Name: "made", Basis: sim.Assumed, Sample: func(*sim.Tx[toy]) any { return toyEvent{Event: "made", ID: "sample"} }},
				{Name: "ready", Basis: sim.Assumed, Sample: func(*sim.Tx[toy]) any { return toyEvent{Event: "ready", ID: "sample"} }},
			},
			Timeout:  2 * time.Second,
			Retries:  func(*sim.Tx[toy]) []time.Duration { return []time.Duration{10 * time.Second, time.Minute} },
			Received: func(status int) bool { return status == 200 },
			Secret:   func(tx *sim.Tx[toy]) string { return "secret of " + tx.Base() },
			Listened: func(tx *sim.Tx[toy]) { tx.State.Heard++ },
			Sign: func(s sim.Signing) http.Header {
				mac := hmac.New(sha256.New, []byte(s.Secret))
				mac.Write(s.Body)
				return http.Header{
					"Content-Type": {"application/json"}, "X-Toy-Id": {s.ID}, "X-Toy-Event": {s.Event}, "X-Toy-At": {s.At.Format(time.RFC3339)},
					"X-Toy-Signature": {hex.EncodeToString(mac.Sum(nil))}, "X-Toy-Colour": {s.Setting("colour")},
				}
			},
		},
		Errors:      []sim.NamedError{{Name: "BROKEN", Operations: []string{"createThing"}, Basis: sim.Assumed, Err: errBroken}},
		Findings:    []*sim.NamedFinding{toySaw},
		EncodeError: encodeToyError,
		Device: func(tx *sim.Tx[toy], p *esim.Profile, a esim.Action) (esim.Bytes, error) {
			th := tx.State.Things[p.ID]
			if a.Kind == esim.Install {
				if stateOf(th) == "gone" {
					return 0, &sim.EdgeError{ID: p.ID, State: "gone", Wanted: "ready"}
				}
				th.EID = p.EID
			}
			if a.Kind != esim.Use {
				return 0, nil
			}
			used := min(a.Bytes, 10*esim.MiB-th.Used)
			th.Used += used
			return used, nil
		},
		Status:  func(tx *sim.Tx[toy], p *esim.Profile) string { return stateOf(tx.State.Things[p.ID]) },
		Example: func(base, name string) string { return "curl -H 'X-Toy: toy_" + name + "' " + base + "/toy/things/1" },
	}
}

// toyMachines has each thing as an order of its own.
func toyMachines() *sim.Machines[toy] {
	shown := func(th *thing) sim.Thing {
		return sim.Thing{Entity: "thing", ID: th.ID, Label: "a toy", State: stateOf(th)}
	}
	return &sim.Machines[toy]{
		List: []sim.Machine[toy]{{
			Entity: "thing", Title: "Thing", States: []string{"new", "ready", "gone"},
			Arrows: []sim.Arrow[toy]{
				{Edge: "thing.ready", From: []string{"new"}, To: "ready"},
				{Edge: "thing.gone", From: []string{"ready"}, To: "gone", Only: func(tx *sim.Tx[toy], _ string) bool {
					return tx.Setting("colour") == "red"
				}},
			},
		}},
		Orders: func(tx *sim.Tx[toy], n int) (list []sim.Order, all int) {
			for _, id := range slices.Sorted(maps.Keys(tx.State.Things)) {
				th := tx.State.Things[id]
				list = append(list, sim.Order{Thing: shown(th), At: tx.ESIM(th.ICCID).IssuedAt, ICCIDs: []string{th.ICCID}})
			}
			return list[max(0, len(list)-n):], len(list)
		},
		ESIM: func(tx *sim.Tx[toy], p *esim.Profile, _ int) ([]sim.Thing, int) {
			return []sim.Thing{shown(tx.State.Things[p.ID])}, 1
		},
	}
}

type toyEvent struct {
	Event     string `json:"event"`
	ID        string `json:"id"`
	Timestamp string `json:"timestamp,omitempty"`
}

var toySaw = &sim.NamedFinding{Code: "toy.saw", Basis: sim.Assumed, Says: "Another call was made."}

// lookAt makes a call of its own and tells the status of its answer.
func lookAt(link, key string) string {
	req, err := http.NewRequest(http.MethodGet, link, nil)
	if err != nil {
		return err.Error()
	}
	req.Header.Set("X-Toy", key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	_ = res.Body.Close()
	return strconv.Itoa(res.StatusCode)
}

type toyError struct {
	status int
	text   string
}

func (e *toyError) Error() string { return e.text }

var (
	errBroken = &toyError{503, "broken"}
	errNone   = &toyError{404, "none"}
)

func encodeToyError(r *sim.Request, err error) sim.Reply {
	status := 500
	var own *toyError
	var violation *sim.ViolationError
	var method *sim.MethodError
	switch {
	case errors.As(err, &own):
		status = own.status
	case errors.As(err, &violation):
		status = 400
	case errors.As(err, &method):
		status = 405
	case errors.Is(err, sim.ErrNoRoute):
		status = 404
	case errors.Is(err, sim.ErrUnauthenticated):
		status = 401
	case errors.Is(err, sim.ErrForbidden):
		status = 403
	case errors.Is(err, sim.ErrTooLarge):
		status = 413
	}
	return sim.Reply{
		Status: status, Header: http.Header{"X-Toy-Colour": {r.Setting("colour")}},
		Body: struct {
			Error string `json:"error"`
		}{err.Error()},
	}
}

func stateOf(th *thing) string {
	switch {
	case !th.GoneAt.IsZero():
		return "gone"
	case !th.ReadyAt.IsZero():
		return "ready"
	}
	return "new"
}

func createThing(tx *sim.Tx[toy], r *sim.Request) (sim.Reply, error) {
	v, ok := r.JSON()
	if !ok || sim.Field(v, "name").String() == "" {
		return sim.Reply{}, &toyError{400, "name?"}
	}
	th := &thing{ID: tx.UUID()}
	th.ICCID = string(tx.Issue(sim.Issue{Prefix: "8910300", SMDPAddress: "smdp.test", MatchingID: tx.Text(8, "AB"), ID: th.ID, Countries: []string{"JP"}}).ICCID)
	tx.State.Things[th.ID] = th
	tx.Send(sim.Outgoing{Event: "made", Body: toyEvent{"made", th.ID, tx.Now.Format(time.RFC3339)}})
	tx.Await("thing.ready", th.ID)
	return sim.Reply{Body: show(r, th)}, nil
}

func getThing(tx *sim.Tx[toy], r *sim.Request) (sim.Reply, error) {
	th := tx.State.Things[r.Param("id")]
	if th == nil {
		return sim.Reply{}, errNone
	}
	tx.Look(th.ID)
	var sent []string // the last two events of the account
	for _, d := range tx.Deliveries(2) {
		sent = append(sent, fmt.Sprintf("%d %s %s %d %d", d.Number, d.Event, d.State, len(d.Attempts), len(d.Body)))
	}
	return sim.Reply{Header: http.Header{"X-Toy-Sent": sent}, Body: show(r, th)}, nil
}

type toyWire struct {
	ID    string `json:"id"`
	ICCID string `json:"iccid"`
	State string `json:"state"`
	QR    string `json:"qr"`
}

func show(r *sim.Request, th *thing) toyWire {
	return toyWire{th.ID, th.ICCID, stateOf(th), r.QRLink(th.ICCID)}
}

func passReady(tx *sim.Tx[toy], id string) error {
	th := tx.State.Things[id]
	if th == nil {
		return &sim.EdgeError{ID: id}
	}
	if !th.ReadyAt.IsZero() {
		return &sim.EdgeError{ID: id, State: stateOf(th), Wanted: "new"}
	}
	th.ReadyAt = tx.Now
	tx.Send(sim.Outgoing{Event: "ready", Body: toyEvent{"ready", id, tx.Now.Format(time.RFC3339)}})
	tx.At("thing.gone", id, tx.Now.Add(30*24*time.Hour))
	return nil
}

func passGone(tx *sim.Tx[toy], id string) error {
	th := tx.State.Things[id]
	if th == nil || stateOf(th) != "ready" {
		return &sim.EdgeError{ID: id, State: "not ready", Wanted: "ready"}
	}
	th.GoneAt = tx.Now
	return nil
}

// A caller is a client of the toy.
type caller struct {
	t   *testing.T
	srv *sim.Server
	key string
}

// A callerWith sends one more header.
type callerWith struct {
	caller
	header, value string
}

func (c caller) with(header, value string) callerWith { return callerWith{c, header, value} }

func (c callerWith) do(method, path, body string) (int, http.Header, gjson.Result) {
	c.t.Helper()
	return c.send(method, path, body, http.Header{c.header: {c.value}})
}

func (c callerWith) create() gjson.Result {
	c.t.Helper()
	_, _, v := c.do("POST", "/toy/things", `{"name":"x"}`)
	return v
}

func (c caller) do(method, path, body string) (int, http.Header, gjson.Result) {
	c.t.Helper()
	return c.send(method, path, body, nil)
}

func (c caller) send(method, path, body string, header http.Header) (int, http.Header, gjson.Result) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.URL()+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		req.Header[k] = v
	}
	if c.key != "" {
		req.Header.Set("X-Toy", c.key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, res.Header, gjson.ParseBytes(data)
}

func (c caller) create() gjson.Result {
	c.t.Helper()
	status, _, v := c.do("POST", "/toy/things", `{"name":"x"}`)
	if status != 200 {
		c.t.Fatalf("create: %d %s", status, v)
	}
	return v
}

func (c caller) state(id string) string {
	c.t.Helper()
	_, _, v := c.do("GET", "/toy/things/"+id, "")
	return v.Get("state").String()
}
