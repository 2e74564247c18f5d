package roamify_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/roamify"
)

// frozen is where every world's clock stands, so that bytes repeat.
var frozen = time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC)

const (
	cambodia = "esim-cambodia-7days-1gb-all"
	portugal = "esim-portugal-30days-5gb-all"
)

// An account is a client of one world.
type account struct {
	t      *testing.T
	srv    *sim.Server
	client *http.Client
	world  string
}

// open starts a simulator and gives a client for a world of its own.
func open(t *testing.T, name string, cfg sim.Config) account {
	t.Helper()
	cfg.Providers, cfg.Freeze = []*sim.Provider{roamify.Provider()}, frozen
	srv, client := sim.StartT(t, cfg), &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections) // else the server waits for them
	return account{t: t, srv: srv, client: client, world: name}
}

func (a account) lever() *sim.World {
	a.t.Helper()
	return a.srv.WorldT(a.t, a.world)
}

func (a account) set(name string, value any) {
	a.t.Helper()
	if err := a.lever().Patch(sim.Patch{"roamify": {name: value}}); err != nil {
		a.t.Fatal(err)
	}
}

func (a account) advance(d time.Duration) {
	a.t.Helper()
	if _, err := a.lever().Advance(d); err != nil {
		a.t.Fatal(err)
	}
}

// dump is the state of the world, to be compared.
func (a account) dump() string {
	a.t.Helper()
	d, err := a.lever().Dump()
	if err != nil {
		a.t.Fatal(err)
	}
	b, err := json.Marshal(d)
	if err != nil {
		a.t.Fatal(err)
	}
	return string(b)
}

// A reply is what came back.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

func (a account) do(method, path, body string, header http.Header) reply {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.srv.URL()+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Host = "localhost:8484" // links carry it, and golden files are the same on any port
	req.Header = header
	res, err := a.client.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return reply{t: a.t, status: res.StatusCode, header: res.Header, body: got}
}

func (a account) call(method, path, body string) reply {
	a.t.Helper()
	return a.do(method, "/api"+path, body, http.Header{
		"Authorization": {"Bearer roamify_" + a.world}, "Content-Type": {"application/json"},
	})
}

func (a account) get(path string) reply { a.t.Helper(); return a.call(http.MethodGet, path, "") }

func (a account) post(path, body string) reply {
	a.t.Helper()
	return a.call(http.MethodPost, path, body)
}

// want checks status and body to the letter.
func (r reply) want(status int, body string) {
	r.t.Helper()
	if r.status != status || string(r.body) != body {
		r.t.Errorf("got  %d %s\nwant %d %s", r.status, r.body, status, body)
	}
}

// golden checks an answer of 200 with the file of that name.
func (r reply) golden(name string) {
	r.t.Helper()
	if r.status != http.StatusOK {
		r.t.Fatalf("got %d %s, want 200", r.status, r.body)
	}
	if got := r.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		r.t.Errorf("content type %q", got)
	}
	golden.JSON(r.t, "testdata/"+name+".json", r.body)
}

// data decodes what a good answer carries.
func data[T any](r reply) (v T) {
	r.t.Helper()
	if r.status != http.StatusOK {
		r.t.Fatalf("got %d %s, want 200", r.status, r.body)
	}
	var envelope struct {
		Status string
		Data   json.RawMessage
	}
	if err := json.Unmarshal(r.body, &envelope); err != nil || envelope.Status != "success" {
		r.t.Fatalf("no success: %v %s", err, r.body)
	}
	if err := json.Unmarshal(envelope.Data, &v); err != nil {
		r.t.Fatalf("%v in %s", err, envelope.Data)
	}
	return v
}

func (r reply) findings(want string) {
	r.t.Helper()
	if got := r.header.Get("X-Esimsim-Findings"); got != want {
		r.t.Errorf("findings are %q, want %q", got, want)
	}
}

// What tests read of the answers.
type (
	order struct {
		ID, Status  string
		ReferenceID *string
		Total       float64
		CreatedAt   int64
		UpdatedAt   int64
		Items       []struct{ ESIMID, PackageID string }
	}
	eSIM struct {
		ID, ICCID, Status string
		UpdatedAt         int64
		ExpiredAt         int64
		WithTopUp         bool
		ESIM              struct{ LPACode, QRCodeURL string }
		Data              struct{ IsUnlimited bool }
	}
	usage struct {
		Status                     string
		StartedAt, ExpiredAt       int64
		AllowedData, RemainingData int64
		AllowedSMS, AllowedVoice   int
	}
	balance struct{ Balance float64 }
)

func (a account) order(packageID string) order {
	a.t.Helper()
	return data[order](a.post("/esim/order", `{"items":[{"packageId":"`+packageID+`","quantity":1}]}`))
}

// apply orders a package and generates its eSIM.
func (a account) apply(packageID string) eSIM {
	a.t.Helper()
	id := a.order(packageID).Items[0].ESIMID
	return data[eSIM](a.post("/esim/apply", `{"esimId":"`+id+`","startDate":"2026-07-01"}`))
}
