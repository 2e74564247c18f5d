package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
)

// A plane is the control plane of a running simulator.
type plane struct{ url, token, world string }

func (p *plane) flags(cmd *cobra.Command, e env) {
	f := cmd.Flags()
	f.StringVar(&p.url, "url", "http://"+defaultListen, "origin of the running simulator")
	f.StringVar(&p.token, "control-token", "", "bearer token of its control plane")
	f.StringVar(&p.world, "world", demo, "name of the world")
	cmd.SetFlagErrorFunc(flagError)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		// In a container the simulator is told where to listen, and its health check where
		// to ask.
		if listen := e.getenv("ESIMSIM_LISTEN"); listen != "" && !cmd.Flags().Changed("url") {
			if _, port, err := net.SplitHostPort(listen); err == nil && port != "0" {
				p.url = "http://" + net.JoinHostPort("127.0.0.1", port)
			}
		}
		return fromEnvironment(cmd.Flags(), e.getenv)
	}
}

// post sends a call about the world and reads the answer into out.
func (p *plane) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return p.send(ctx, http.MethodPost, path, body, out)
}

// send is post for any method and a body that is JSON already.
func (p *plane) send(ctx context.Context, method, path string, body []byte, out any) error {
	target := strings.TrimSuffix(p.url, "/") + "/_sim/worlds/" + url.PathEscape(p.world) + path
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return p.do(req, out)
}

func (p *plane) do(req *http.Request, out any) error {
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	// Only the way there is bounded: an advance lasts as long as receivers make it.
	client := http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext}}
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return fmt.Errorf("no simulator answers at %s (is 'esimsim serve' running?): %w", p.url, err)
	case err != nil:
		return fmt.Errorf("the simulator at %s has not answered: %w", p.url, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode == http.StatusUnauthorized {
		if p.token == "" {
			return fmt.Errorf("the simulator at %s asks for its control token: give it with --control-token or ESIMSIM_CONTROL_TOKEN", p.url)
		}
		return fmt.Errorf("the simulator at %s has another control token than that of --control-token or ESIMSIM_CONTROL_TOKEN", p.url)
	}
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		var refused problem
		if json.Unmarshal(data, &refused) != nil || refused.Detail == "" {
			refused.Detail = res.Status
		}
		return &refused
	}
	return json.Unmarshal(data, out)
}

// tellNew says that a call is about to make the world, in case its name is misspelt.
func (p *plane) tellNew(ctx context.Context, w io.Writer) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(p.url, "/")+"/_sim/worlds", nil)
	if err != nil {
		return
	}
	var out struct{ Worlds []struct{ Name string } }
	if p.do(req, &out) != nil {
		return // the call itself will fail too, and say why
	}
	var names []string
	for _, world := range out.Worlds {
		if world.Name == p.world {
			return
		}
		names = append(names, world.Name)
	}
	others := "there is no other"
	switch n := len(names); {
	case n == 1:
		others = "there is " + names[0]
	case n > mostNames:
		others = fmt.Sprintf("there are %s and %d more", strings.Join(names[:mostNames], ", "), n-mostNames)
	case n > 0:
		others = "there are " + strings.Join(names, ", ")
	}
	_, _ = fmt.Fprintf(w, "esimsim: world %s is new (%s)\n", p.world, others)
}

// mostNames is how many worlds are listed.
const mostNames = 10

// A problem is how the control plane refuses.
type problem struct{ Detail, Pointer string }

func (p *problem) Error() string { return p.Detail }

type happened []sim.Happening

func (h happened) print(w io.Writer) {
	for _, x := range h {
		line := fmt.Sprintf("%s  %s  %s", x.At.Format(time.RFC3339), x.Edge+x.Webhook, x.ID)
		if x.Webhook != "" {
			line += "  " + outcome(x.Status, x.Error)
		}
		_, _ = fmt.Fprintln(w, line)
	}
}

func advanceCommand(e env) *cobra.Command {
	var p plane
	cmd := &cobra.Command{
		Use: "advance DURATION", Short: "Move a world's clock on and run what falls due: esimsim advance 30d",
	}
	p.flags(cmd, e)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		var unknown *pflag.NotExistError
		if errors.As(err, &unknown) && strings.ContainsAny(unknown.GetSpecifiedName(), "0123456789") {
			return errors.New("a clock goes on and never back: write a duration without the minus, such as 5m")
		}
		return flagError(cmd, err)
	})
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return fmt.Errorf("%q is no duration: write it as one word, such as 700ms, 90s, 5m, 36h or 30d", strings.Join(args, " "))
		}
		return exactly(1)(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := clock.ParseDuration(args[0]); err != nil {
			return err
		}
		p.tellNew(cmd.Context(), e.stderr)
		var out struct {
			Now      time.Time
			Happened happened
		}
		if err := p.post(cmd.Context(), "/clock", map[string]string{"advance": args[0]}, &out); err != nil {
			return fail(err)
		}
		out.Happened.print(e.stdout)
		_, err := fmt.Fprintf(e.stdout, "%s  now in world %s\n", out.Now.Format(time.RFC3339), p.world)
		return fail(err)
	}
	return cmd
}

func useCommand(e env) *cobra.Command {
	var p plane
	cmd := &cobra.Command{
		Use: "use ICCID VOLUME", Short: "Use data on an eSIM, or on the last one: esimsim use last 500MB",
		Args: exactly(2),
	}
	p.flags(cmd, e)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		in, err := volume(args[1])
		if err != nil {
			return err
		}
		p.tellNew(cmd.Context(), e.stderr)
		var out struct {
			ICCID, Status string
			UsedBytes     int64
			Happened      happened
		}
		if err := p.post(cmd.Context(), "/esims/"+url.PathEscape(args[0])+"/use", in, &out); err != nil {
			return fail(err)
		}
		out.Happened.print(e.stdout)
		_, err = fmt.Fprintf(e.stdout, "%s used %s and is %s\n", out.ICCID, count(out.UsedBytes, "byte"), out.Status)
		return fail(err)
	}
	return cmd
}

// volume reads 500MB, in the seller's own megabytes, or 1234B.
func volume(s string) (map[string]float64, error) {
	for _, unit := range []struct{ suffix, member string }{{"MB", "mb"}, {"B", "bytes"}} {
		if n, ok := strings.CutSuffix(strings.ToUpper(s), unit.suffix); ok {
			if f, err := strconv.ParseFloat(n, 64); err == nil && f >= 0 {
				return map[string]float64{unit.member: f}, nil
			}
		}
	}
	return nil, fmt.Errorf("%q is no volume: write 500MB, in the seller's own megabytes, or 1234B", s)
}

func readyCommand(e env) *cobra.Command {
	var p plane
	cmd := &cobra.Command{
		Use: "ready", Short: "Say whether a simulator answers, for health checks", Args: cobra.NoArgs,
	}
	p.flags(cmd, e)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		version, err := p.health(cmd.Context())
		if err == nil {
			_, err = fmt.Fprintf(e.stdout, "ready, version %s\n", version)
		}
		return fail(err)
	}
	return cmd
}

// health asks for the version.
func (p *plane) health(ctx context.Context) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(p.url, "/")+"/_sim/health", nil)
	if err != nil {
		return "", err
	}
	var out struct{ Version string }
	err = p.do(req, &out)
	return out.Version, err
}
