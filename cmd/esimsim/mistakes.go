package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/esimsim/esimsim/internal/nearest"
)

// exactly asks for so many words after the command, and says which they are.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return wrongWords(cmd, args)
	}
}

// atLeastOne is exactly, for words that may be repeated.
func atLeastOne(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return wrongWords(cmd, args)
}

func wrongWords(cmd *cobra.Command, args []string) error {
	_, wanted, _ := strings.Cut(cmd.Use, " ")
	return fmt.Errorf("%s takes %s: it was given %s", cmd.CommandPath(), wanted, count(len(args), "word"))
}

// flagError names the flag that was probably meant, or what its value may be.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		f := invalid.GetFlag()
		return badValue("--"+f.Name, f, invalid.GetValue(), err)
	}
	unknown, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return err
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
	return fmt.Errorf("unknown flag --%s%s", unknown, nearest.Hint("--"+unknown, known))
}

// badValue says what a flag takes, under the name by which it was given its value.
func badValue(name string, f *pflag.Flag, value string, err error) error {
	switch f.Value.Type() {
	case "uint64":
		return fmt.Errorf("%s %q is no whole number from 0", name, value)
	case "bool":
		return fmt.Errorf("%s %q is neither true nor false", name, value)
	case "duration":
		return fmt.Errorf("%s %q is no duration: write 700ms, 90s or 5m", name, value)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// checkAddress asks for an address to listen on; "" is none.
func checkAddress(flag, addr string) error {
	if addr == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(addr); err == nil {
		return nil
	}
	example := "127.0.0.1:0"
	if strings.Trim(addr, "0123456789") == "" {
		example = "127.0.0.1:" + addr
	}
	return fmt.Errorf("--%s %q is no address: write %s", flag, addr, example)
}

// notStarted says what to do about an address that is taken.
func notStarted(err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: an esimsim may run there already, which 'esimsim ready' tells; or choose a free port with --listen 127.0.0.1:0", err)
	}
	return err
}

// unread warns of variables that look like ours and are none, since a misspelt one would
// be passed over.
func unread(root *cobra.Command, e env) {
	known := []string{"ESIMSIM_CA", "ESIMSIM_TLS_URL"} // which exec sets
	var add func(*cobra.Command)
	add = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, variable(f.Name)) })
		for _, sub := range c.Commands() {
			add(sub)
		}
	}
	add(root)
	for _, v := range e.environ() {
		name, value, _ := strings.Cut(v, "=")
		short, ours := strings.CutPrefix(name, "ESIMSIM_")
		if !ours || value == "" || ofOthers(short, value) {
			continue
		}
		if hint := nearest.Hint(name, known); !slices.Contains(known, name) {
			_, _ = fmt.Fprintf(e.stderr, "esimsim: warning: no command reads %s%s\n", name, hint)
		}
	}
}

// ofOthers says whether a variable is of our own tests, of builds that name a version or an
// image, or one that an orchestrator sets for a service by the name of esimsim.
func ofOthers(short, value string) bool {
	for _, prefix := range []string{"TEST_", "BENCH_", "LOAD", "SERVICE_"} {
		if strings.HasPrefix(short, prefix) {
			return true
		}
	}
	return slices.Contains([]string{"VERSION", "IMAGE", "BINARY", "SCREENSHOTS"}, short) ||
		strings.HasPrefix(short, "PORT_") || short == "PORT" && strings.Contains(value, "://")
}
