package main

import (
	"context"
	"errors"
	"fmt"
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
//	silence      no request came at all
var conditions = []string{"violation", "refused-key", "unfired", "unmet", "expectation", "silence"}

func execCommand(e env) *cobra.Command {
	var o serveOptions
	var x execOptions
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARG ...]",
		Short: "Run a command against a simulator of its own: esimsim exec -- go test ./...",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("say which command to run: esimsim exec -- COMMAND")
			}
			return nil
		},
	}
	o.flags(cmd.Flags(), "127.0.0.1:0", "warn") // a line for each request would drown the command's own
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
		return fail(notStarted(err))
	}
	defer func() { _ = s.Close() }()
	settle(s, o.cfg.Log, e.getenv)

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

	covered := s.Coverage()
	sum := summarise(s, x.world, covered)
	sum.print(e.stderr, s)
	met := sum.met
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
			return &exitError{exitUnmet, fmt.Errorf("--fail-on %s: met %s", c, count(met[c], "time"))}
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
