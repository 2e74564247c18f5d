package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/internal/nearest"
)

// maxFixture is what the control plane takes.
const maxFixture = 1 << 20

func worldCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "world", Short: "Worlds of a running simulator",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return fmt.Errorf("there is no world command %q%s", args[0], nearest.Hint(args[0], []string{"put"}))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(worldPutCommand(e))
	return cmd
}

func worldPutCommand(e env) *cobra.Command {
	var p plane
	cmd := &cobra.Command{
		Use: "put FILE", Short: "Start a world anew with the balances, orders and eSIMs of a fixture",
		Long: `Start a world anew with the balances, orders and eSIMs of a fixture, all or nothing, and
print what was made: kind, provider, id, state. FILE holds JSON as PUT /_sim/worlds/{world}
takes it; - is standard input.`,
		Example: `  echo '{"esims":[{"provider":"esimgo","item":"esim_1GB_7D_GB_V2","state":"Expired"}]}' | esimsim world put - --world shop-1`,
		Args:    exactly(1),
	}
	p.flags(cmd, e)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		data, err := readFixture(args[0])
		if err != nil {
			return fail(err)
		}
		var out started
		err = p.send(cmd.Context(), http.MethodPut, "", data, &out)
		var refused *problem
		if errors.As(err, &refused) {
			at := args[0]
			if refused.Pointer != "" {
				at += ": " + refused.Pointer
			} else if p.send(cmd.Context(), http.MethodGet, "", nil, new(json.RawMessage)) != nil {
				at = fmt.Sprintf("--world %q", p.world) // which is refused whatever is asked of it
			}
			err = fmt.Errorf("%s: %w", at, err)
		}
		if err != nil {
			return fail(err)
		}
		return fail(out.print(e.stdout))
	}
	return cmd
}

func readFixture(name string) ([]byte, error) {
	in := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	// One byte more than is taken, so that the simulator says what is too much.
	return io.ReadAll(io.LimitReader(in, maxFixture+1))
}

// started is what a fixture made.
type started struct {
	World struct {
		Name  string
		Clock struct{ Now time.Time }
	}
	Orders []struct{ Provider, ID, State string }
	ESIMs  []struct{ Provider, ID, ICCID, State string }
}

func (s started) print(w io.Writer) error {
	for _, o := range s.Orders {
		_, _ = fmt.Fprintf(w, "order  %s  %s  %s\n", o.Provider, o.ID, o.State)
	}
	for _, x := range s.ESIMs {
		if x.ICCID == "" {
			x.ICCID = x.ID
		}
		_, _ = fmt.Fprintf(w, "esim  %s  %s  %s\n", x.Provider, x.ICCID, x.State)
	}
	_, err := fmt.Fprintf(w, "%s  now in world %s\n", s.World.Clock.Now.Format(time.RFC3339), s.World.Name)
	return err
}
