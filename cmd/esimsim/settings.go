package main

import (
	"fmt"
	"net/url"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// configCommand prints what serve would run with, and where each value came from.
func configCommand(e env) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use: "config", Short: "Print each setting of serve, and where its value comes from", Args: cobra.NoArgs,
	}
	o.flags(cmd.Flags(), defaultListen, "info")
	cmd.SetFlagErrorFunc(flagError)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		flags := cmd.Flags()
		origin := map[string]string{}
		note := func(from string) {
			flags.VisitAll(func(f *pflag.Flag) {
				if f.Changed && origin[f.Name] == "" {
					origin[f.Name] = from
				}
			})
		}
		note("flag")
		if err := fromEnvironment(flags, e.getenv); err != nil {
			return err
		}
		note("environment")
		if err := fromFile(flags, o.file); err != nil {
			return err
		}
		note("file " + o.file)
		w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
		flags.VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" {
				return
			}
			value, from := f.Value.String(), origin[f.Name]
			if from == "" {
				from = "default"
			}
			if secret(f.Name) && f.Changed {
				value = "(hidden)"
			}
			if u, err := url.Parse(value); err == nil && u.User != nil {
				value = u.Redacted() // an address may have a password in it
			}
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, value, from)
		})
		return fail(w.Flush())
	}
	return cmd
}

// secret says whether a flag holds a credential.
func secret(flag string) bool {
	switch flag {
	case "control-token", "roamify-token", "esimgo-api-key", "esimfly-key", "roamify-webhook-secret", "esimfly-webhook-secret":
		return true
	}
	return false
}
