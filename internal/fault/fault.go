// Package fault holds what a wire can do to an answer: break it off, hold it up, spoil
// it. It knows HTTP and nothing of what is answered.
package fault

import (
	"time"
)

// A Kind names what goes wrong.
type Kind string

// The kinds. The first three answer nothing; the others spoil an answer.
const (
	Reset     Kind = "reset"     // a TCP reset instead of an answer
	Close     Kind = "close"     // the connection is closed before any header
	Hang      Kind = "hang"      // no answer for as long as the client waits
	Truncate  Kind = "truncate"  // half of the body under the Content-Length of all
	Drip      Kind = "drip"      // the body a byte at a time
	Malformed Kind = "malformed" // JSON that breaks off, under its own right length
	WrongType Kind = "wrongType" // the body under Content-Type text/html
	Empty     Kind = "empty"     // 200 and no body
	HTML502   Kind = "html502"   // a proxy's error page
)

// Kinds lists them all.
func Kinds() []string {
	return []string{
		string(Reset), string(Close), string(Hang), string(Truncate), string(Drip),
		string(Malformed), string(WrongType), string(Empty), string(HTML502),
	}
}

// DefaultPace is the time between two bytes of a drip.
const DefaultPace = 50 * time.Millisecond

// MaxHang bounds a hang or a drip, should the client wait for ever.
const MaxHang = 120 * time.Second

// A Fault is one thing that goes wrong.
type Fault struct {
	Kind Kind
	Pace time.Duration // of a drip; 0 means DefaultPace
	At   int           // of truncate: how many bytes come; 0 means half
}

// Shapes says whether the fault spoils an answer, rather than giving none at all or one
// of its own.
func (f Fault) Shapes() bool {
	switch f.Kind {
	case Truncate, Drip, Malformed, WrongType:
		return true
	}
	return false
}
