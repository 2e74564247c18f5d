// Esimsim stands in for three eSIM wholesale APIs, so that buying, delivering, topping up
// and expiring eSIMs can be tested without money, waiting or the internet.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(int(run(ctx, os.Args[1:], env{os.Getenv, os.Environ, os.Stdout, os.Stderr})))
}

// An env is what a command has of the world around it.
type env struct {
	getenv         func(string) string
	environ        func() []string // all of it, as NAME=value
	stdout, stderr io.Writer
}

// commands is the command line with all its commands.
func commands(e env) *cobra.Command {
	root := serveCommand(e, &cobra.Command{
		Use:   "esimsim",
		Short: "Stands in for the eSIM wholesale APIs of Roamify, eSIM Go and esimfly",
	})
	root.Version = version()
	root.SetVersionTemplate("{{.Version}}\n")
	root.PersistentPreRun = func(*cobra.Command, []string) { unread(root, e) }
	root.AddCommand(
		serveCommand(e, &cobra.Command{Use: "serve", Short: "Serve the three APIs (what esimsim does by itself)"}),
		execCommand(e), advanceCommand(e), useCommand(e), readyCommand(e), waitCommand(e), triggerCommand(e), webhookCommand(e), explainCommand(e), signCommand(e), configCommand(e), scenarioCommand(e), coverageCommand(e), worldCommand(e), versionCommand(e),
	)
	return root
}

// run is the program as a function of its arguments and surroundings.
func run(ctx context.Context, args []string, e env) exit {
	root := commands(e)
	root.SetArgs(args)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SuggestionsMinimumDistance = 3
	used, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitGood
	}
	var ended *exitError
	if errors.As(err, &ended) {
		if ended.err != nil {
			_, _ = fmt.Fprintf(e.stderr, "esimsim: %v\n", ended.err)
		}
		return ended.code
	}
	_, _ = fmt.Fprintf(e.stderr, "esimsim: %v\n", err)
	var failure *failed
	if errors.As(err, &failure) {
		return exitFailed
	}
	_, _ = fmt.Fprintf(e.stderr, "see '%s --help'\n", used.CommandPath())
	return exitWrongCall
}

// A failed error came from doing what was asked, not from how it was asked.
type failed struct{ err error }

func (f *failed) Error() string { return f.err.Error() }
func (f *failed) Unwrap() error { return f.err }

func fail(err error) error {
	if err == nil {
		return nil
	}
	return &failed{err}
}

// version is that of the build: a tag where there is one, else the revision.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}

func versionCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(e.stdout, version())
			return fail(err)
		},
	}
}
