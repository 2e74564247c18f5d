package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// demo is the name in every example.
const demo = "demo"

// pending is a scenario whose first page of use the banner shows.
const pending = "esimfly-pending-details"

// banner prints where the APIs are, credentials that work, and one call for each that
// can be pasted.
func banner(w io.Writer, s *sim.Server, cfg sim.Config) error {
	var b strings.Builder
	fmt.Fprintf(&b, "esimsim %s, seed %d\n", cfg.Version, s.Seed())
	for _, p := range s.Providers() {
		fmt.Fprintf(&b, "\n%s  %s%s\n", p.Title(), s.URL(), p.ClientBase())
		for _, c := range p.Credentials(demo) {
			fmt.Fprintf(&b, "  %s: %s\n", c.Name, c.Value)
		}
		fmt.Fprintf(&b, "  try: %s\n", p.Example(s.URL(), demo))
	}
	fmt.Fprintf(&b, "\nAny name will do in place of %q, and each has a world of its own; a scenario goes after \"~\".\n", demo)
	for _, p := range s.Providers() {
		if strings.HasPrefix(pending, p.Name()) {
			elsewhere := ""
			if s.URL() != "http://"+defaultListen {
				elsewhere = " --url " + s.URL()
			}
			fmt.Fprintf(&b, "An order that stays pending until the third look, or until 'esimsim advance 2m --world %s%s':\n  %s\n",
				demo+"~"+pending, elsewhere, p.Example(s.URL(), demo+"~"+pending))
		}
	}
	fmt.Fprintf(&b, "\nControl plane  %s/_sim/ (in a browser, the dashboard)\n", s.URL())
	if cfg.ControlToken != "" {
		fmt.Fprintf(&b, "  Authorization: Bearer %s\n", cfg.ControlToken)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
