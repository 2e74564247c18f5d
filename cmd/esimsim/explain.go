package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

func explainCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use: "explain OPERATION", Short: "Say what is known of an operation, and whose word it rests on",
		Example: "  esimsim explain esimfly.createOrder", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			x, err := sim.Explain(all.Providers(), args[0])
			if err != nil {
				return fail(err)
			}
			return fail(explain(e.stdout, x))
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return operations(), cobra.ShellCompDirectiveNoFileComp
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

func grounds(basis sim.Basis, source string) string {
	if source == "" {
		return string(basis)
	}
	return fmt.Sprintf("%s (%s)", basis, source)
}
