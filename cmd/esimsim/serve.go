package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/esimsim/esimsim/internal/config"
	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/internal/webhook"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// defaultListen is where the simulator is found unless told otherwise.
const defaultListen = "127.0.0.1:8484"

// serveCommand gives cmd the flags and the doing of serve.
func serveCommand(e env, cmd *cobra.Command) *cobra.Command {
	var o serveOptions
	o.flags(cmd.Flags(), defaultListen, "info")
	cmd.Flags().StringVar(&o.readyFile, "ready-file", "", "file to write URLs, credentials and process id to, once requests are served")
	cmd.Flags().StringVar(&o.debug, "debug-listen", "", "address to serve profiles of the process on; off without it")
	cmd.Args = noArgs
	cmd.SetFlagErrorFunc(flagError)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.settle(cmd.Flags(), e); err != nil {
			return err
		}
		return fail(serve(cmd.Context(), e, o))
	}
	return cmd
}

// serveOptions are the flags of all commands that run a simulator.
type serveOptions struct {
	cfg                 sim.Config
	freeze, level, file string
	readyFile           string
	debug               string // address for profiles; "" for none
	credentials         string
	tokens, apiKeys     []string
	pairs               []string // CODE:SECRET
	hooks               hookFlags
}

// hookFlags say where events go, and what signs them.
type hookFlags struct {
	roamify, esimgo, esimfly     string
	roamifySecret, esimflySecret string
}

func (o *serveOptions) flags(f *pflag.FlagSet, listen, level string) {
	f.StringVar(&o.cfg.Listen, "listen", listen, "address to listen on; port 0 takes a free one")
	f.StringVar(&o.cfg.TLS.Listen, "tls-listen", "", "address to serve HTTPS on as well")
	f.StringVar(&o.cfg.TLS.CertFile, "tls-cert", "", "certificate of HTTPS, PEM; without one a CA is made and served at /_sim/ca.pem")
	f.StringVar(&o.cfg.TLS.KeyFile, "tls-key", "", "its key, PEM")
	f.StringSliceVar(&o.cfg.TLS.Hosts, "tls-host", nil, "further name for the certificate made at start; may be repeated")
	f.Uint64Var(&o.cfg.Seed, "seed", 1, "root of all chance; the same seed gives the same bytes")
	f.StringSliceVar(&o.cfg.Scenarios, "scenario", nil, "scenario on in every world, by name or file; may be repeated")
	f.StringVar(&o.freeze, "freeze", "", "instant at which every world's clock stands still, such as 2026-07-01T00:00:00Z")
	f.StringVar((*string)(&o.cfg.Validate), "validate", string(sim.ModeProvider), "what becomes of a request that breaks the contract: provider, strict, report or off")
	f.StringVar((*string)(&o.cfg.Auth), "auth", string(sim.AuthNames), "which keys are known: names, or any, each with a world of its own")
	f.StringVar(&o.credentials, "credentials", "", "file with a closed list of keys by world; no other key is known then")
	f.StringSliceVar(&o.tokens, "roamify-token", nil, "Roamify access token of your own, for the world default; may be repeated")
	f.StringSliceVar(&o.apiKeys, "esimgo-api-key", nil, "eSIM Go API key of your own, for the world default; may be repeated")
	f.StringSliceVar(&o.pairs, "esimfly-key", nil, "esimfly CODE:SECRET of your own, for the world default; may be repeated")
	f.StringVar(&o.hooks.roamify, "roamify-webhook", "", "URL to send Roamify's webhooks to, in every world")
	f.StringVar(&o.hooks.esimgo, "esimgo-webhook", "", "URL to send eSIM Go's callbacks to, in every world; the API key signs them")
	f.StringVar(&o.hooks.esimfly, "esimfly-webhook", "", "URL to send esimfly's webhooks to, in every world whose API was told none")
	f.StringVar(&o.hooks.roamifySecret, "roamify-webhook-secret", "", "what signs Roamify's webhooks (default whsec_roamify_ and the name of the world)")
	f.StringVar(&o.hooks.esimflySecret, "esimfly-webhook-secret", "", "what signs esimfly's webhooks (default whsec_ and the name of the world)")
	f.StringSliceVar(&o.cfg.AllowWebhookHosts, "allow-webhook-host", nil, "host on the internet that webhooks may be sent to; may be repeated")
	f.BoolVar(&o.cfg.NoHints, "no-hints", false, "leave the X-Esimsim headers out of the answers")
	f.StringVar(&o.cfg.ControlToken, "control-token", "", "bearer token of the control plane; made and printed where the listener is not loopback")
	f.StringSliceVar(&o.cfg.AllowHosts, "allow-host", nil, "further Host that the control plane accepts; may be repeated")
	f.StringVar(&o.file, "config", config.File, "file whose keys are these flags; the flag wins over the environment, and that over the file")
	f.StringVar(&o.level, "log-level", level, "least level of what is logged on standard error: debug, info, warn or error")
}

// settle takes what the command line left open from the environment, then the file, and
// checks it all.
func (o *serveOptions) settle(flags *pflag.FlagSet, e env) error {
	if err := fromEnvironment(flags, e.getenv); err != nil {
		return err
	}
	if err := fromFile(flags, o.file); err != nil {
		return err
	}
	return o.finish(e)
}

// keys are the credentials given by flag.
func (o *serveOptions) keys() error {
	if !slices.Contains([]sim.Auth{sim.AuthNames, sim.AuthAny}, o.cfg.Auth) {
		return fmt.Errorf("--auth %q is none of names, any", o.cfg.Auth)
	}
	if o.credentials != "" {
		list, err := credentials(o.credentials)
		if err != nil {
			return err
		}
		o.cfg.Keys, o.cfg.Auth = list, sim.AuthClosed
	}
	for _, t := range o.tokens {
		o.cfg.Keys = append(o.cfg.Keys, sim.Key{Provider: "roamify", Value: t})
	}
	for _, k := range o.apiKeys {
		o.cfg.Keys = append(o.cfg.Keys, sim.Key{Provider: "esimgo", Value: k})
	}
	for _, p := range o.pairs {
		code, secret, ok := strings.Cut(p, ":")
		if !ok || code == "" || secret == "" {
			return fmt.Errorf("--esimfly-key is CODE:SECRET")
		}
		o.cfg.Keys = append(o.cfg.Keys, sim.Key{Provider: "esimfly", Value: code, Secret: secret})
	}
	return nil
}

// webhooks are the targets given by flag.
func (o *serveOptions) webhooks() error {
	o.cfg.Webhooks = map[string]sim.Target{}
	for _, h := range []struct{ provider, url, secret string }{
		{"roamify", o.hooks.roamify, o.hooks.roamifySecret},
		{"esimgo", o.hooks.esimgo, ""},
		{"esimfly", o.hooks.esimfly, o.hooks.esimflySecret},
	} {
		if h.url != "" {
			if err := webhook.CheckURL(h.url, o.cfg.AllowWebhookHosts); err != nil {
				return fmt.Errorf("--%s-webhook: %w", h.provider, err)
			}
		}
		if h.url != "" || h.secret != "" {
			o.cfg.Webhooks[h.provider] = sim.Target{URL: h.url, Secret: h.secret}
		}
	}
	return nil
}

func (o *serveOptions) finish(e env) error {
	if o.cfg.Listen == "" {
		return errors.New("--listen is empty: write an address such as 127.0.0.1:0")
	}
	if err := errors.Join(checkAddress("listen", o.cfg.Listen), checkAddress("tls-listen", o.cfg.TLS.Listen), checkAddress("debug-listen", o.debug)); err != nil {
		return err
	}
	if o.freeze != "" {
		t, err := time.Parse(time.RFC3339, o.freeze)
		if err != nil {
			return fmt.Errorf("--freeze %q is no instant: write 2026-07-01T00:00:00Z", o.freeze)
		}
		o.cfg.Freeze = t.UTC()
	}
	if m := o.cfg.Validate; !slices.Contains(sim.Modes, m) {
		return fmt.Errorf("--validate %q is none of provider, strict, report, off", m)
	}
	if err := errors.Join(o.keys(), o.webhooks()); err != nil {
		return err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.level)); err != nil {
		return fmt.Errorf("--log-level %q is none of debug, info, warn, error", o.level)
	}
	o.cfg.Log = slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: level}))
	o.cfg.Providers, o.cfg.Version = all.Providers(), version()
	reachable := !loopback(o.cfg.Listen) || o.cfg.TLS.Listen != "" && !loopback(o.cfg.TLS.Listen)
	if reachable && o.cfg.ControlToken == "" {
		o.cfg.ControlToken = rand.Text()
	}
	return nil
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serve runs until ctx ends.
func serve(ctx context.Context, e env, o serveOptions) error {
	s, err := sim.New(o.cfg)
	if err != nil {
		return err
	}
	// The simulator's own end is Close, which lets answers under way finish.
	if err := s.Start(context.WithoutCancel(ctx)); err != nil {
		return notStarted(err)
	}
	o.warn(s)
	if o.debug != "" {
		stop, err := debugServer(ctx, o.debug, o.cfg.Log)
		if err != nil {
			return errors.Join(err, s.Close())
		}
		defer stop()
	}
	settle(s, o.cfg.Log, e.getenv)
	go giveBack(ctx)
	if err := banner(e.stdout, s, o.cfg); err != nil {
		return err
	}
	if err := writeReady(o, s); err != nil {
		return err
	}
	<-ctx.Done()
	o.cfg.Log.Info("stopping")
	for _, rule := range s.Unfired() {
		o.cfg.Log.Warn("a rule never fired", "rule", rule)
	}
	return s.Close()
}

// warn says loudly which addresses others can reach.
func (o *serveOptions) warn(s *sim.Server) {
	const what = "reachable from other machines; the control plane asks for the token"
	if !loopback(o.cfg.Listen) {
		o.cfg.Log.Warn(what, "listen", s.Addr())
	}
	if o.cfg.TLS.Listen != "" && !loopback(o.cfg.TLS.Listen) {
		o.cfg.Log.Warn(what, "tls-listen", s.TLSURL())
	}
}

// writeReady tells another program what the banner tells people. The file appears whole
// or not at all.
func writeReady(o serveOptions, s *sim.Server) error {
	if o.readyFile == "" {
		return nil
	}
	out, err := s.Env(demo)
	if err != nil {
		return err
	}
	out["PID"], out["ESIMSIM_CONTROL_TOKEN"] = strconv.Itoa(os.Getpid()), o.cfg.ControlToken
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.readyFile+".tmp", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(o.readyFile+".tmp", o.readyFile)
}

// fromFile fills each flag that neither the command line nor the environment gave. One file
// serves serve and exec, so that a key of the other is passed over.
func fromFile(flags *pflag.FlagSet, file string) error {
	var known []string
	for _, cmd := range []*cobra.Command{serveCommand(env{}, &cobra.Command{}), execCommand(env{})} {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "config" && !slices.Contains(known, f.Name) {
				known = append(known, f.Name)
			}
		})
	}
	values, err := config.Read(file, flags.Changed("config"), known)
	if err != nil {
		return err
	}
	for _, v := range values {
		if flags.Changed(v.Key) || flags.Lookup(v.Key) == nil {
			continue
		}
		for _, text := range v.Texts {
			if err := flags.Set(v.Key, text); err != nil {
				return badValue(v.At+": "+v.Key, flags.Lookup(v.Key), text, err)
			}
		}
	}
	return nil
}

// fromEnvironment fills each flag that was not given from ESIMSIM_<NAME>.
func fromEnvironment(flags *pflag.FlagSet, getenv func(string) string) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
		v := getenv(name)
		if v == "" || f.Changed || err != nil || f.Name == "version" || f.Name == "help" {
			return
		}
		if e := flags.Set(f.Name, v); e != nil {
			err = badValue(name, f, v, e)
		}
	})
	return err
}

// variable is the environment's name for a flag.
func variable(flag string) string {
	return "ESIMSIM_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// noArgs refuses a word that is no command, and names the one that was probably meant.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, c := range cmd.Root().Commands() {
		known = append(known, c.Name())
	}
	return fmt.Errorf("unknown command %q%s", args[0], nearest.Hint(args[0], known))
}
