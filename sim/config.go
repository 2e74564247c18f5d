package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/scenarios"
)

// Config says how a simulator runs. All but Providers may stay zero.
type Config struct {
	// Providers are the APIs to stand in for, at least one: all.Providers gives all three.
	Providers []*Provider
	// Listen is the address of Start; "" takes a free port of the loopback interface.
	Listen string
	// InMemory listens within the process instead, where only the clients that a Server
	// gives come. It is for a testing/synctest bubble, and for tests that may open no port;
	// Listen and TLS, which would open one, must be zero with it.
	InMemory bool
	// TLS adds HTTPS on a second listener.
	TLS TLS
	// Auth says which keys are known; "" means AuthNames.
	Auth Auth
	// Keys are credentials of the user's own.
	Keys []Key
	// Seed is the root of all chance; 0 means 1. It is never random.
	Seed uint64
	// Scenarios are on in every world, named or given as files; later ones win.
	Scenarios []string
	// Freeze starts every world's clock standing still at that instant; the zero time
	// lets worlds follow the real time.
	Freeze time.Time
	// Validate is the mode of new worlds; "" means ModeProvider.
	Validate Mode
	// NoHints leaves every X-Esimsim header out of the answers.
	NoHints bool
	// ControlToken is asked of callers of the control plane; "" asks none.
	ControlToken string
	// AllowHosts are further values of Host that the control plane accepts.
	AllowHosts []string
	// Webhooks are where events go in every world, by provider, until something else is said.
	// A secret without a URL signs what goes to targets that are told later.
	Webhooks map[string]Target
	// AllowWebhookHosts are hosts that events may be sent to, though they are neither
	// loopback nor private. Names with a dot are taken for neither, unless they are below one
	// that the internet has not, such as .internal, .local or .test.
	AllowWebhookHosts []string
	// Log gets one line an exchange; nil discards.
	Log *slog.Logger
	// Real is the machine's clock, unless a test brings its own; nil means the machine's.
	Real clock.Source
	// Library holds the bundled scenarios, as name.yaml without folders; nil means the ones
	// that come with the program.
	Library fs.FS
	// CheckReplies compares every answer with the OpenAPI document, and every finding with
	// what the provider has named, and tells OnReply what does not fit. Tests do; a running
	// program need not.
	CheckReplies bool
	// OnReply hears of an answer of ours that breaks its document, or has a finding of no
	// name. It must be there with
	// CheckReplies; StartT has one that fails the test.
	OnReply func(operation string, found []Finding)
	// Version is what the control plane says of itself; "" means "devel".
	Version string
}

// The bounds of a simulator.
const (
	MaxBody    = 1 << 20  // bytes of a request's body; a longer one is ErrTooLarge
	MaxHeader  = 16 << 10 // bytes of its headers
	MaxWorlds  = 10_000   // at once; the one longest idle makes room for another
	idleWorlds = 24 * time.Hour
	sweepEvery = time.Hour
)

// check refuses what contradicts itself.
func (c Config) check() error {
	switch {
	case len(c.Providers) == 0:
		return errors.New("there is no API to stand in for: give Providers, such as all.Providers() of sim/all")
	case c.CheckReplies && c.OnReply == nil:
		return errors.New("replies are to be checked: somebody must hear of it, by OnReply")
	case c.InMemory && c.Listen != "":
		return fmt.Errorf("in memory there is no port: leave out either InMemory or Listen %q", c.Listen)
	case c.InMemory && c.TLS.Listen != "":
		return fmt.Errorf("in memory there is no port: leave out either InMemory or TLS.Listen %q", c.TLS.Listen)
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.Seed == 0 {
		c.Seed = 1
	}
	if c.Auth == "" {
		c.Auth = AuthNames
	}
	if c.Validate == "" {
		c.Validate = ModeProvider
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Real == nil {
		c.Real = clock.Wall{}
	}
	if c.Library == nil {
		c.Library = scenarios.Files
	}
	if c.Version == "" {
		c.Version = "devel"
	}
	return c
}
