package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/internal/coverage"
	"github.com/esimsim/esimsim/internal/nearest"
)

func coverageCommand(e env) *cobra.Command {
	var p plane
	var o coverageOptions
	cmd := &cobra.Command{
		Use: "coverage", Short: "Tell what of the APIs was met since the start, and what never was",
		Long: `Tell what of the APIs was met since the start, and what never was: operations, the
statuses they answer with, errors by name, edges and webhooks.

With --min it ends with 3 when less was met than that:
  esimsim coverage --min operations=80,esimfly.errors=25`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return fmt.Errorf("there is no coverage command %q%s", args[0], nearest.Hint(args[0], []string{"merge"}))
		},
	}
	p.flags(cmd, e)
	world := cmd.Flags().Lookup("world")
	p.world, world.DefValue, world.Usage = "", "", "name of a world; without it all of them together"
	o.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		gate, err := o.gate(cmd)
		if err != nil {
			return err
		}
		path := "/_sim/coverage"
		if p.world != "" {
			path = "/_sim/worlds/" + url.PathEscape(p.world) + "/coverage"
		}
		req, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, strings.TrimSuffix(p.url, "/")+path, nil)
		if err != nil {
			return err
		}
		var data json.RawMessage
		if err := p.do(req, &data); err != nil {
			return fail(err)
		}
		r, err := coverage.Read(data)
		if err != nil {
			return fail(err)
		}
		return o.print(e, r, gate)
	}
	cmd.AddCommand(mergeCommand(e))
	return cmd
}

func mergeCommand(e env) *cobra.Command {
	var o coverageOptions
	cmd := &cobra.Command{
		Use: "merge FILE ...", Short: "Add up what several runs met: files that --format json made",
		Args: atLeastOne,
	}
	o.flags(cmd)
	cmd.SetFlagErrorFunc(flagError)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return fromEnvironment(cmd.Flags(), e.getenv) }
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		gate, err := o.gate(cmd)
		if err != nil {
			return err
		}
		var runs []coverage.Report
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return fail(err)
			}
			r, err := coverage.Read(data)
			if err != nil {
				return fail(fmt.Errorf("%s: %w", file, err))
			}
			runs = append(runs, r)
		}
		return o.print(e, coverage.Merge(runs...), gate)
	}
	return cmd
}

type coverageOptions struct {
	format string
	min    []string
}

func (o *coverageOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "text", "one of "+strings.Join(coverage.Formats(), ", "))
	f.StringSliceVar(&o.min, "min", nil, "least percentage, such as operations=80 or esimfly.errors=25; may be repeated")
}

// gate reads the options; a wrong one is told before anything is asked or read. An empty
// gate, as an unset variable of a build makes one, is wrong too.
func (o *coverageOptions) gate(cmd *cobra.Command) (m coverage.Min, err error) {
	if err := coverage.CheckFormat(o.format); err != nil {
		return m, err
	}
	if !cmd.Flags().Changed("min") {
		return m, nil
	}
	return coverage.ParseMin(strings.Join(o.min, ","))
}

// print writes the report, whatever the gate says of it.
func (o *coverageOptions) print(e env, r coverage.Report, gate coverage.Min) error {
	_, out := r.Format(o.format)
	if _, err := e.stdout.Write(out); err != nil {
		return fail(err)
	}
	found, err := gate.Below(r)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return nil
	}
	text := "coverage is below what was asked:"
	for _, s := range found {
		text += "\n  " + s.String()
	}
	return &exitError{exitUnmet, errors.New(text)}
}
