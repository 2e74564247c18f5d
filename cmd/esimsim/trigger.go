package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

func triggerCommand(e env) *cobra.Command {
	var p plane
	cmd := &cobra.Command{
		Use: "trigger EVENT", Short: "Send a webhook with a good payload now: esimsim trigger esimgo.webhook.FirstUse",
		Args: exactly(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return events(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	p.flags(cmd, e)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var d sim.Delivery
		if err := p.post(cmd.Context(), "/webhooks/trigger", map[string]string{"event": args[0]}, &d); err != nil {
			return fail(err)
		}
		return fail(tried(e.stdout, d, d.Attempts))
	}
	return cmd
}

func resendCommand(e env) *cobra.Command {
	var p plane
	cmd := &cobra.Command{
		Use: "resend ID", Short: "Make one more attempt of a delivery", Args: exactly(1),
	}
	p.flags(cmd, e)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var d sim.Delivery
		if err := p.post(cmd.Context(), "/webhooks/"+url.PathEscape(args[0])+"/resend", struct{}{}, &d); err != nil {
			return fail(err)
		}
		last := max(len(d.Attempts)-1, 0)
		return fail(tried(e.stdout, d, d.Attempts[last:]))
	}
	return cmd
}

func deliveriesCommand(e env) *cobra.Command {
	var p plane
	cmd := &cobra.Command{
		Use: "list", Short: "List what a world sent or has on its way, oldest first", Args: cobra.NoArgs,
	}
	p.flags(cmd, e)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var out struct{ Deliveries []sim.Delivery }
		if err := p.send(cmd.Context(), http.MethodGet, "/webhooks", nil, &out); err != nil {
			return fail(err)
		}
		for _, d := range out.Deliveries {
			_, err := fmt.Fprintf(e.stdout, "%s  %s  %s  %s\n", d.At.Format(time.RFC3339), d.Event, d.ID, fate(d))
			if err != nil {
				return fail(err)
			}
		}
		return nil
	}
	return cmd
}

// tried prints attempts, one a line. It fails when the last of them did.
func tried(w io.Writer, d sim.Delivery, attempts []sim.Attempt) error {
	if len(attempts) == 0 {
		_, err := fmt.Fprintf(w, "%s  %s  %s  %s\n", d.At.Format(time.RFC3339), d.Event, d.ID, fate(d))
		return err
	}
	for _, a := range attempts {
		if _, err := fmt.Fprintf(w, "%s  %s  %s  %s\n", a.At.Format(time.RFC3339), d.Event, d.ID, outcome(a.Status, a.Error)); err != nil {
			return err
		}
	}
	if last := attempts[len(attempts)-1]; !last.Taken {
		return fmt.Errorf("the receiver did not take it: %s", outcome(last.Status, last.Error))
	}
	return nil
}

// outcome is the status of an answer, or why there was none.
func outcome(status int, why string) string {
	if why != "" {
		return why
	}
	return strconv.Itoa(status)
}

// fate is what became of a delivery so far.
func fate(d sim.Delivery) string {
	text := d.State
	if n := len(d.Attempts); n > 0 {
		text += fmt.Sprintf("  attempt %d: %s", n, outcome(d.Attempts[n-1].Status, d.Attempts[n-1].Error))
	}
	if d.Due != nil {
		text += "  due " + d.Due.Format(time.RFC3339)
	}
	if d.Rule != "" {
		text += "  by rule " + d.Rule
	}
	return text
}

// events lists the full names of all that can be sent.
func events() (names []string) {
	for _, p := range all.Providers() {
		for _, e := range p.Events() {
			names = append(names, e.Name)
		}
	}
	return names
}
