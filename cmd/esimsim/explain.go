package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

func explainCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use: "explain [PROVIDER|OPERATION|ERROR|EDGE|EVENT|FINDING]", Short: "Say what is known of an operation, an error, an edge, a webhook or a finding, and whose word it rests on",
		Long: `Say what is known of an operation, an error, an edge, a webhook or a finding, and whose word
it rests on. With the name of a provider it lists what there is of it, and without a name the
operations of all.`,
		Example: "  esimsim explain esimfly\n  esimsim explain esimfly.createOrder\n  esimsim explain esimfly.PRICE_MISMATCH\n  esimsim explain esimgo.webhook.FirstUse\n  esimsim explain esimgo.large-order",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wrongWords(cmd, args)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fail(overview(e.stdout, all.Providers()))
			}
			return fail(explainName(e.stdout, args[0]))
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return append(explainable(), events()...), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// explainable lists all names but those of events.
func explainable() (names []string) {
	for _, p := range all.Providers() {
		names = append(names, p.Name())
		for _, op := range p.Operations() {
			names = append(names, p.Name()+"."+op.ID)
		}
	}
	for _, x := range sim.Errors(all.Providers()) {
		if name := x.Provider + "." + x.Name; !slices.Contains(names, name) { // it may have a row for each operation
			names = append(names, name)
		}
	}
	for _, d := range sim.Edges(all.Providers()) {
		names = append(names, d.Name)
	}
	for _, f := range sim.Findings(all.Providers()) {
		if !slices.Contains(names, f.Code) {
			names = append(names, f.Code)
		}
	}
	return names
}

func explainName(w io.Writer, name string) error {
	if strings.Contains(name, ".webhook") {
		return explainWebhook(w, name)
	}
	known := explainable()
	if !slices.Contains(known, name) {
		return fmt.Errorf("there is no operation, error, edge or finding %q%s", name, nearest.Hint(name, append(known, events()...)))
	}
	for _, p := range all.Providers() {
		if p.Name() == name {
			return explainProvider(w, p)
		}
	}
	var rows []sim.ErrorInfo
	for _, x := range sim.Errors(all.Providers()) {
		if x.Provider+"."+x.Name == name {
			rows = append(rows, x)
		}
	}
	if len(rows) > 0 {
		return explainError(w, name, rows)
	}
	for _, d := range sim.Edges(all.Providers()) {
		if d.Name == name {
			_, err := fmt.Fprintf(w, "%s: a transition, which a scenario can put off\nbasis: %s\npolicy by default: %s\n", name, grounds(d.Basis, d.Source), d.Default)
			return err
		}
	}
	found := slices.DeleteFunc(sim.Findings(all.Providers()), func(f sim.FindingInfo) bool { return f.Code != name })
	if len(found) > 0 {
		return explainFindings(w, name, found)
	}
	x, err := sim.Explain(all.Providers(), name)
	if err != nil {
		return err
	}
	return explain(w, x)
}

// overview lists operations, one a line, name first.
func overview(w io.Writer, providers []*sim.Provider) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range providers {
		list, err := sim.Overview(p)
		if err != nil {
			return err
		}
		for _, x := range list {
			_, _ = fmt.Fprintf(t, "%s\t%s\n", x.Name, x.Summary)
		}
	}
	return t.Flush()
}

// explainProvider lists what there is of one, by the names that can be explained.
func explainProvider(w io.Writer, p *sim.Provider) error {
	if err := overview(w, []*sim.Provider{p}); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "\nerrors")
	last := ""
	for _, x := range sim.Errors([]*sim.Provider{p}) {
		if x.Name != last {
			_, _ = fmt.Fprintf(t, "%s.%s\t%d\n", x.Provider, x.Name, x.Status)
		}
		last = x.Name
	}
	_, _ = fmt.Fprintln(t, "\ntransitions, with the policy in force by default")
	for _, d := range sim.Edges([]*sim.Provider{p}) {
		_, _ = fmt.Fprintf(t, "%s\t%s\n", d.Name, d.Default)
	}
	if len(p.Events()) > 0 {
		_, _ = fmt.Fprintln(t, "\nwebhooks")
	}
	for _, e := range p.Events() {
		_, _ = fmt.Fprintln(t, e.Name)
	}
	_, _ = fmt.Fprintln(t, "\nfindings, beside those that all can have")
	for _, f := range sim.Findings([]*sim.Provider{p}) {
		if f.Provider == p.Name() {
			_, _ = fmt.Fprintf(t, "%s\t%s\n", f.Code, f.Says)
		}
	}
	return t.Flush()
}

// explainError is about one name, which may stand for another answer at each operation.
func explainError(w io.Writer, name string, rows []sim.ErrorInfo) error {
	_, _ = fmt.Fprintf(w, "%s: an error that a scenario can ask for by name\n", name)
	for _, x := range rows {
		at := strings.Join(x.Operations, ", ")
		if at == "" {
			at = "every operation"
		}
		_, err := fmt.Fprintf(w, "\nof %s\nbasis: %s\nstatus: %d\n  %s\n", at, grounds(x.Basis, x.Source), x.Status, x.Body)
		if err != nil {
			return err
		}
	}
	return nil
}

// explainFindings is about one code, which a provider may have grounds of its own for.
func explainFindings(w io.Writer, code string, rows []sim.FindingInfo) error {
	_, _ = fmt.Fprintf(w, "%s: a finding, by which the journal can be filtered\n", code)
	for _, f := range rows {
		if f.Basis == "" {
			f.Basis = "that of the operation"
		}
		if _, err := fmt.Fprintf(w, "\n%s\nbasis: %s\n", f.Says, grounds(f.Basis, f.Source)); err != nil {
			return err
		}
	}
	return nil
}

func explain(w io.Writer, x sim.Explanation) error {
	_, _ = fmt.Fprintf(w, "%s: %s %s\n", x.Name, x.Method, x.Path)
	if x.Summary != "" {
		_, _ = fmt.Fprintln(w, x.Summary)
	}
	_, _ = fmt.Fprintf(w, "basis: %s\n", grounds(x.Basis, x.Source))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(x.Fields) > 0 {
		_, _ = fmt.Fprintln(t, "\nrequest")
		for _, f := range x.Fields {
			need := "optional"
			if f.Required {
				need = "required"
			}
			_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\n", f.In, f.Name, f.Type, need, f.Note)
		}
	}
	_, _ = fmt.Fprintf(t, "\nstatuses\n  %s\n", strings.Join(x.Statuses, ", "))
	if len(x.Errors) > 0 {
		_, _ = fmt.Fprintln(t, "\nerrors, by the name that a scenario uses")
		for _, r := range x.Errors {
			_, _ = fmt.Fprintf(t, "  %s\t%d\t%s\n", r.Name, r.Status, grounds(r.Basis, r.Source))
		}
	}
	if len(x.Edges) > 0 {
		_, _ = fmt.Fprintf(t, "\ntransitions of %s, with the policy in force by default\n", x.Title)
		for _, d := range x.Edges {
			_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\n", d.Name, d.Default, grounds(d.Basis, d.Source))
		}
	}
	return t.Flush()
}

// sampleTime is when the samples of payloads are made, which has no meaning of its own.
var sampleTime = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// explainWebhook is about one event, or with NAME.webhook about all of a provider.
func explainWebhook(w io.Writer, name string) error {
	for _, p := range all.Providers() {
		if p.Name()+".webhook" == name && len(p.Events()) > 0 {
			t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
			for _, e := range p.Events() {
				_, _ = fmt.Fprintf(t, "%s\t%s\n", e.Name, grounds(e.Basis, e.Source))
			}
			return t.Flush()
		}
	}
	x, body, err := sim.SampleWebhook(all.Providers(), name, sampleTime)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(w, "%s: an event of %s\nbasis: %s\n\nbody, but for the white space\n", name, x.Title, grounds(x.Basis, x.Source))
	var out bytes.Buffer
	if err := json.Indent(&out, body, "  ", "  "); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "  %s\n", out.String())
	return err
}

func grounds(basis sim.Basis, source string) string {
	if source == "" {
		return string(basis)
	}
	return fmt.Sprintf("%s (%s)", basis, source)
}
