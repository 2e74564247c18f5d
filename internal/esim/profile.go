// Package esim holds the field's own facts: what a profile is, its numbers, its
// activation code, and what a device does with it. It knows no provider: what was sold,
// and what an API calls it, is elsewhere.
package esim

import "time"

// Bytes is a volume of data.
type Bytes int64

// The two megabytes of the field: eSIM Go counts in 10^6 bytes, the others in 2^20.
const (
	MB  Bytes = 1_000_000
	GB  Bytes = 1000 * MB
	MiB Bytes = 1 << 20
	GiB Bytes = 1 << 30
)

// A Profile is one eSIM, whoever sold it: its numbers, where it waits to be downloaded,
// and what has happened to it. Times are the zero time until the thing has happened.
type Profile struct {
	ICCID  ICCID
	Seller string // name of the provider that sold it
	ID     string // what the seller calls it, where that is not the ICCID
	Place  int    `json:"-"` // in the seller's own list, where the seller sets it; -1 for one put back until then

	EID    string // of the device it was downloaded to; "" until then
	IMSI   string
	MSISDN string // "" for a profile without a telephone number
	PIN    string
	PUK    string

	Code      ActivationCode
	Countries []string // ISO codes of where it works; the first is where a device attaches by default

	IssuedAt      time.Time
	InstalledAt   time.Time // first installation; kept when the profile is removed
	RemovedAt     time.Time // last removal; zero, or before a later installation, while on a device
	AttachedAt    time.Time // first registration on a network
	LastSeenAt    time.Time
	LastCountry   string // ISO code of the country of the last registration
	OnDevice      bool
	Registrations int // attachments so far
}
