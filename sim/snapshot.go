package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/scenario"
)

// SnapshotVersion is the Version of the snapshots that this package writes. Another one is
// refused, not guessed at.
const SnapshotVersion = 1

// A Snapshot is all of a world but its journal, its webhooks and the receivers of tests: put
// back, it answers alike. As JSON it can be kept in a file and read by ReadSnapshot.
type Snapshot struct {
	Version   int                        `json:"version"`
	World     string                     `json:"world"`
	Clock     snapshotClock              `json:"clock"`
	Begun     time.Time                  `json:"begun"`
	Ordered   bool                       `json:"ordered"`
	Settings  Patch                      `json:"settings"` // chosen by hand; those of the world itself under ""
	Scenarios []string                   `json:"scenarios"`
	Rules     []scenario.Count           `json:"rules"`
	Accounts  map[string]snapshotAccount `json:"accounts"`
	ESIMs     []*esim.Profile            `json:"esims"`
	// Issued is how many webhooks were named; those on their way are no part of it.
	Issued int `json:"issued,omitempty"`
	// Asked is how many requests were made by clients that the world gave.
	Asked     uint64         `json:"asked,omitempty"`
	Listening bool           `json:"listening,omitempty"`
	Waits     []snapshotWait `json:"waits"`
}

type snapshotClock struct {
	Now  time.Time  `json:"now"`
	Mode clock.Mode `json:"mode"`
	Rate float64    `json:"rate"`
}

type snapshotAccount struct {
	State  json.RawMessage `json:"state"`
	IDs    []byte          `json:"ids"`    // the chance of ids, as it stands
	People []byte          `json:"people"` // and that of people and places
}

type snapshotWait struct {
	Provider string    `json:"provider,omitempty"`
	Edge     string    `json:"edge,omitempty"` // without the provider's name
	ID       string    `json:"id"`             // of a moment, the scenario's name
	Moment   *int      `json:"moment,omitempty"`
	Extra    string    `json:"extra,omitempty"` // value of the scenario header
	From     time.Time `json:"from,omitzero"`
	Due      time.Time `json:"due,omitzero"`
	Polls    int       `json:"polls,omitempty"`
	Looks    int       `json:"looks,omitempty"`
}

// ErrSnapshot is what cannot be put back.
var ErrSnapshot = errors.New("this is no snapshot that can be put back")

// Snapshot is the world as it stands.
func (w *World) Snapshot() (s Snapshot, err error) {
	w.turn(nil, func(t *Turn) {
		mode, rate := w.clock.State()
		s = Snapshot{
			Version: SnapshotVersion, World: w.name, Clock: snapshotClock{t.Now, mode, rate},
			Begun: w.begun, Ordered: w.ordered, Settings: clonePatch(w.patched),
			Scenarios: []string{}, Rules: w.script.Counts(), Accounts: map[string]snapshotAccount{},
			Waits: []snapshotWait{}, Issued: w.outbox.issued, Asked: w.asked.n.Load(), Listening: w.listening,
		}
		for _, sc := range w.script.Scenarios() {
			s.Scenarios = append(s.Scenarios, sc.Text)
		}
		for name, a := range w.accounts {
			var out snapshotAccount
			if out, err = a.save(); err != nil {
				return
			}
			s.Accounts[name] = out
		}
		for _, p := range w.esims.all {
			copied := *p
			s.ESIMs = append(s.ESIMs, &copied)
		}
		for _, q := range w.waits.all() {
			s.Waits = append(s.Waits, w.saveWait(q))
		}
	})
	return s, err
}

func (a *account) save() (out snapshotAccount, err error) {
	state, err := json.Marshal(a.state)
	if err != nil {
		return out, err
	}
	ids, err := a.ids.MarshalBinary()
	if err != nil {
		return out, err
	}
	people, err := a.people.MarshalBinary()
	return snapshotAccount{State: state, IDs: ids, People: people}, err
}

func (w *World) saveWait(q *wait) snapshotWait {
	out := snapshotWait{ID: q.id, From: q.from, Due: q.due, Polls: q.polls, Looks: q.looks}
	if q.moment != nil {
		for _, sc := range w.script.Scenarios() {
			for i := range sc.Timeline {
				if &sc.Timeline[i] == q.moment {
					out.Moment = &i
				}
			}
		}
		return out
	}
	out.Provider, out.Edge = q.account.provider.name, q.edge.short
	for header, extra := range w.extras {
		if extra == q.extra {
			out.Extra = header
		}
	}
	return out
}

// strictly decodes JSON with no members but those there are.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// ReadSnapshot reads a snapshot from JSON, with no members but those there are. An error
// wraps ErrSnapshot; whether a world can take it, Restore finds out.
func ReadSnapshot(data []byte) (s Snapshot, err error) {
	if err := strictly(data, &s); err != nil {
		return s, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return s, nil
}

// Fork makes a world of another name that stands where this one does. It is an error where
// there is a world of that name already, or can be none.
func (w *World) Fork(name string) (*World, error) {
	s, err := w.Snapshot()
	if err != nil {
		return nil, err
	}
	if w.srv.lookup(name) != nil {
		return nil, fmt.Errorf("there is a world %q already: choose another name, or forget it first", name)
	}
	var receivers []receiver
	other, err := w.srv.World(name)
	if err != nil {
		return nil, err
	}
	// Accounts are copied by way of JSON, so that the two share nothing.
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	if s, err = ReadSnapshot(data); err != nil {
		return nil, err
	}
	w.turn(nil, func(*Turn) { receivers = slices.Clone(w.receivers) })
	other.turn(nil, func(*Turn) { other.receivers = receivers })
	return other, other.Restore(s)
}

// Forget lets a world go; false says that there is none of that name. What it held is given
// back when it returns.
func (s *Server) Forget(name string) bool {
	s.mu.Lock()
	w := s.worlds[name]
	mine := false
	if w != nil {
		mine = w.keep()
		s.forget(w, "forgotten by hand")
	}
	s.mu.Unlock()
	if mine {
		w.drop() // a turn may wait for the lock of the server, so not under it
	}
	return w != nil
}
