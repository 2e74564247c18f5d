package sim

import (
	"errors"
	"fmt"
	"strings"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/control"
)

// The engine's own kinds of error. A provider's EncodeError turns each into its words.
var (
	// ErrNoRoute is a path that the API does not have.
	ErrNoRoute = errors.New("no such route")
	// ErrUnauthenticated is a missing, malformed or unknown credential.
	ErrUnauthenticated = errors.New("unknown credential")
	// ErrForbidden is a known credential that lacks the right.
	ErrForbidden = errors.New("credential lacks the right")
	// ErrTooLarge is a body over the limit.
	ErrTooLarge = errors.New("request body is larger than 1 MiB")
	// errReset ends a call that was under way when its world was reset.
	errReset = errors.New("the world was reset")
	// ErrInternal is a bug of ours: a panic, or an answer that could not be encoded.
	ErrInternal = errors.New("internal error")
)

// MethodError is a path that exists, asked with a method that does not.
type MethodError struct{ Allow []string }

func (e *MethodError) Error() string { return "method not allowed, use " + strings.Join(e.Allow, ", ") }

// ViolationError refuses a request that breaks the contract, where the mode says so.
type ViolationError struct{ Findings []Finding }

func (e *ViolationError) Error() string {
	if len(e.Findings) == 0 {
		return "request violates the contract"
	}
	return e.Findings[0].Message
}

// EdgeError refuses a transition that the state of a thing does not allow.
type EdgeError struct {
	ID     string
	State  string // "" when there is no such thing
	Wanted string // the state the edge starts from
}

func (e *EdgeError) Error() string {
	if e.State == "" {
		return fmt.Sprintf("there is nothing by the id %q", e.ID)
	}
	return fmt.Sprintf("%s is %s, and the edge starts from %s", e.ID, e.State, e.Wanted)
}

// ErrNoEvent is a webhook that no provider sends.
var ErrNoEvent = errors.New("there is no event")

// ErrNoTarget is a webhook that has nowhere to go.
var ErrNoTarget = errors.New("nobody listens to this event")

// ErrNoDelivery is a delivery that the world does not remember.
var ErrNoDelivery = errors.New("there is no delivery")

// kindOf sorts errors for the control plane.
func kindOf(err error) control.Kind {
	var edge *EdgeError
	var setting *SettingError
	var fixture *FixtureError
	var snapshot *SnapshotError
	switch {
	case errors.As(err, &snapshot):
		return control.Kind{Status: 400, Pointer: snapshot.Pointer}
	case errors.As(err, &fixture):
		return control.Kind{Status: 400, Pointer: fixture.Pointer}
	case errors.As(err, &setting):
		return control.Kind{Status: 400, Pointer: setting.Pointer}
	case errors.Is(err, ErrNoESIM), errors.Is(err, ErrNoEdge), errors.Is(err, ErrNoEvent), errors.Is(err, ErrNoDelivery):
		return control.Kind{Status: 404}
	case errors.As(err, &edge) && edge.State == "":
		return control.Kind{Status: 404}
	case errors.As(err, &edge), errors.Is(err, clock.ErrBackwards), errors.Is(err, ErrNoTarget), errors.Is(err, errReset):
		return control.Kind{Status: 409}
	}
	return control.Kind{Status: 400}
}
