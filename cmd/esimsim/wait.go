package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/internal/clock"
)

// waitEvery is the time between two looks.
const waitEvery = 50 * time.Millisecond

func waitCommand(e env) *cobra.Command {
	var p plane
	var timeout time.Duration
	cmd := &cobra.Command{
		Use: "wait", Short: "Wait until a simulator answers", Args: cobra.NoArgs,
	}
	p.flags(cmd, e)
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "how long to wait at most")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
		defer cancel()
		for {
			version, err := p.health(ctx)
			if err == nil {
				_, err = fmt.Fprintf(e.stdout, "ready, version %s\n", version)
				return fail(err)
			}
			if (clock.Wall{}).Sleep(ctx, waitEvery) != nil {
				return fail(fmt.Errorf("after %s: %w", timeout, err))
			}
		}
	}
	return cmd
}
