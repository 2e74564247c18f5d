package esim

import (
	"errors"
	"strings"

	"github.com/esimsim/esimsim/internal/atlas"
)

// ActionKind is what a device does.
type ActionKind string

// The device actions of the control plane.
const (
	Install ActionKind = "install"
	Attach  ActionKind = "attach"
	Use     ActionKind = "use"
	Remove  ActionKind = "remove"
)

// An Action is one thing a device did with a profile.
type Action struct {
	Kind    ActionKind
	Country string // ISO code, of Attach
	Bytes   Bytes  // of Use
}

// A Volume is what a device is to use, as people say it: in megabytes, which the seller of
// the eSIM counts in its own way, and bytes.
type Volume struct{ Megabytes, Bytes float64 }

// MaxMegabytes bounds what a device uses at once.
const MaxMegabytes = 1e9

// maxBytes is as much.
const maxBytes = 1e15

var (
	// ErrCountry is returned for a country that has no such code.
	ErrCountry = errors.New("country is the ISO code of a country, such as JP")
	// ErrVolume is returned for a volume that no device uses at once.
	ErrVolume = errors.New("a device uses from 0 to 1e9 megabytes at once, in the seller's own megabytes, or to 1e15 bytes")
)

// ParseCountry is an ISO code in capitals; "" stands for no country.
func ParseCountry(s string) (string, error) {
	s = strings.ToUpper(s)
	if _, known := atlas.ByISO(s); s != "" && !known {
		return "", ErrCountry
	}
	return s, nil
}

// NewAction is what a device is asked to do, once it is known how many bytes the seller
// means by a megabyte.
func NewAction(kind ActionKind, country string, v Volume) (func(megabyte Bytes) Action, error) {
	country, err := ParseCountry(country)
	if err != nil {
		return nil, err
	}
	if !(v.Megabytes >= 0 && v.Megabytes <= MaxMegabytes && v.Bytes >= 0 && v.Bytes <= maxBytes) { // NaN is neither
		return nil, ErrVolume
	}
	return func(megabyte Bytes) Action {
		return Action{Kind: kind, Country: country, Bytes: Bytes(v.Megabytes*float64(megabyte) + v.Bytes)}
	}, nil
}
