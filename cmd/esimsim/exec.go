package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/esimsim/esimsim/internal/coverage"
	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/sim"
)

// An exitError ends the program with a code of its own.
type exitError struct {
	code exit
	err  error // nil says nothing
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// conditions are what --fail-on takes.
//
//	violation    a request had a finding
//	refused-key  a request came with a key that is none
//	unfired      a rule of a scenario never did anything
//	unmet        less was met than --min asks for
//	expectation  an expectation of a scenario was not met
var conditions = []string{"violation", "refused-key", "unfired", "unmet", "expectation"}

func execCommand(e env) *cobra.Command {
	var o serveOptions
	var x execOptions
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARG ...]",
		Short: "Run a command against a simulator of its own: esimsim exec -- go test ./...",
		Args:  cobra.MinimumNArgs(1),
	}
	o.flags(cmd.Flags(), "127.0.0.1:0")
	x.flags(cmd.Flags())
	cmd.Flags().SetInterspersed(false)
	cmd.SetFlagErrorFunc(flagError)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := x.check(); err != nil {
			return err
		}
		if err := o.settle(cmd.Flags(), e); err != nil {
			return err
		}
		return execute(cmd.Context(), e, o, x, args)
	}
	return cmd
}

// execOptions are what exec has beside the flags of serve.
type execOptions struct {
	world   string
	failOn  []string
	min     []string
	reports []string
	gate    coverage.Min
}

func (x *execOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&x.world, "world", demo, "name whose credentials the command is given")
	f.StringSliceVar(&x.failOn, "fail-on", nil, "end with 3 when the command passed but this was met: "+strings.Join(conditions, ", "))
	f.StringSliceVar(&x.min, "min", nil, "least percentage of coverage, such as operations=80; goes with --fail-on unmet")
	f.StringSliceVar(&x.reports, "report", nil, "file to write coverage to; its ending says the format: .txt, .json, .xml for JUnit, .html")
}

// formats are those of reports, by the ending of the file.
var formats = map[string]string{".txt": "text", ".json": "json", ".xml": "junit", ".html": "html"}

func (x *execOptions) check() (err error) {
	for _, c := range x.failOn {
		if !slices.Contains(conditions, c) {
			return fmt.Errorf("--fail-on %q is none of %s%s", c, strings.Join(conditions, ", "), nearest.Hint(c, conditions))
		}
	}
	if slices.Contains(x.failOn, "unmet") != (len(x.min) > 0) {
		return errors.New("--fail-on unmet and --min go together: --fail-on unmet --min operations=80")
	}
	for _, file := range x.reports {
		if formats[filepath.Ext(file)] == "" {
			return fmt.Errorf("--report %s: name the file .txt, .json, .xml or .html", file)
		}
	}
	if len(x.min) > 0 {
		x.gate, err = coverage.ParseMin(strings.Join(x.min, ","))
	}
	return err
}

// report writes the files asked for.
func (x *execOptions) report(r coverage.Report) error {
	for _, file := range x.reports {
		_, data := r.Format(formats[filepath.Ext(file)])
		if err := os.WriteFile(file, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// execute runs the child with the simulator up, and is done when the child is.
func execute(ctx context.Context, e env, o serveOptions, x execOptions, args []string) error {
	s, err := sim.New(o.cfg)
	if err != nil {
		return fail(err)
	}
	if err := s.Start(context.WithoutCancel(ctx)); err != nil {
		return fail(err)
	}
	defer func() { _ = s.Close() }()
	settle(s, e.getenv)

	own, err := s.Env(x.world)
	if err != nil {
		return fail(err)
	}
	child := exec.CommandContext(context.WithoutCancel(ctx), args[0], args[1:]...)
	trust, forget, err := trusted(s)
	if err != nil {
		return fail(err)
	}
	defer forget()
	child.Env = append(os.Environ(), trust...)
	for name, value := range own {
		child.Env = append(child.Env, name+"="+value)
	}
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, e.stdout, e.stderr
	// Signals that come before the child is there wait for it.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			return &exitError{exitNoCommand, fmt.Errorf("there is no command %s", args[0])}
		}
		return &exitError{exitNotStarted, err}
	}
	stop := forward(signals, child.Process)
	err = child.Wait()
	stop()

	met := summarise(e.stderr, s)
	covered := s.Coverage()
	short, gateErr := x.gate.Below(covered)
	if gateErr != nil {
		return gateErr
	}
	for _, s := range short {
		_, _ = fmt.Fprintf(e.stderr, "  coverage: %s\n", s)
	}
	met["unmet"] = len(short)
	if err := x.report(covered); err != nil {
		return fail(err)
	}
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		return &exitError{code: exit(exitCode(ended))}
	case err != nil:
		return fail(err)
	}
	for _, c := range x.failOn {
		if met[c] > 0 {
			return &exitError{exitUnmet, fmt.Errorf("--fail-on %s: met %d times", c, met[c])}
		}
	}
	return nil
}

// exitCode is the child's, or 128 and the signal that ended it, as a shell has it.
func exitCode(e *exec.ExitError) int {
	if status, ok := e.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return e.ExitCode()
}

// forward passes signals on to the child until stopped.
func forward(signals chan os.Signal, child *os.Process) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case s := <-signals:
				// A child that has just ended takes no signal.
				_ = child.Signal(s)
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// trusted is what lets a child trust the HTTPS that was made for it: the CA in a file.
func trusted(s *sim.Server) (env []string, forget func(), err error) {
	if s.CA() == nil {
		return nil, func() {}, nil
	}
	file, err := os.CreateTemp("", "esimsim-ca-*.pem")
	if err != nil {
		return nil, nil, err
	}
	_, err = file.Write(s.CA())
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, nil, err
	}
	name := file.Name()
	return []string{"SSL_CERT_FILE=" + name, "NODE_EXTRA_CA_CERTS=" + name, "ESIMSIM_CA=" + name}, func() { _ = os.Remove(name) }, nil
}

// summarise prints what a client's author should know, and counts the conditions met.
func summarise(w io.Writer, s *sim.Server) map[string]int {
	met := map[string]int{}
	total, codes := 0, map[string]int{}
	examples := map[string]string{}
	var failed []string // expectations
	for _, name := range s.WorldNames() {
		world, err := s.World(name)
		if err != nil {
			continue
		}
		verdict, err := world.Verify()
		if err != nil && !errors.Is(err, sim.ErrNothingExpected) {
			_, _ = fmt.Fprintf(w, "esimsim: world %s: %v\n", name, err)
		}
		for _, r := range verdict.Results {
			if !r.Passed {
				met["expectation"]++
				failed = append(failed, fmt.Sprintf("world %s: %s: %s", name, r.Name, r.Message))
			}
		}
		for _, entry := range world.Journal(sim.Filter{}) {
			total++
			for _, f := range entry.Findings {
				met["violation"]++
				codes[f.Code]++
				if examples[f.Code] == "" {
					examples[f.Code] = fmt.Sprintf("%s: %s", entry.Operation, f.Message)
				}
			}
		}
	}
	met["refused-key"] = len(s.Journal(sim.Filter{}))
	unfired := s.Unfired()
	met["unfired"] = len(unfired)

	_, _ = fmt.Fprintf(w, "esimsim: %d requests, %d findings, %d refused keys\n", total, met["violation"], met["refused-key"])
	for _, code := range sorted(codes) {
		_, _ = fmt.Fprintf(w, "  %s (%d times), such as %s\n", code, codes[code], examples[code])
	}
	for _, rule := range unfired {
		_, _ = fmt.Fprintf(w, "  rule %s never fired\n", rule)
	}
	for _, text := range failed {
		_, _ = fmt.Fprintf(w, "  not met in %s\n", text)
	}
	return met
}

func sorted(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
