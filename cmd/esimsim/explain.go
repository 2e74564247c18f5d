package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

func explainCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use: "explain OPERATION|EVENT", Short: "Say what is known of an operation or a webhook, and whose word it rests on",
		Example: "  esimsim explain esimfly.createOrder\n  esimsim explain esimgo.webhook.FirstUse", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if strings.Contains(args[0], ".webhook") {
				return fail(explainWebhook(e.stdout, args[0]))
			}
			x, err := sim.Explain(all.Providers(), args[0])
			if err != nil {
				return fail(err)
			}
			return fail(explain(e.stdout, x))
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return append(operations(), events()...), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func operations() (names []string) {
	for _, p := range all.Providers() {
		for _, op := range p.Operations() {
			names = append(names, p.Name()+"."+op.ID)
		}
	}
	return names
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
