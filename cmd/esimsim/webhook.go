package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

func webhookCommand(e env) *cobra.Command {
	known := []string{"list", "resend", "sign", "verify"}
	group := &cobra.Command{
		Use: "webhook", Short: "List and resend webhooks; sign them and check signatures by hand",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("say list, resend, sign or verify")
			}
			return fmt.Errorf("there is no webhook command %q%s", args[0], nearest.Hint(args[0], known))
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	group.AddCommand(deliveriesCommand(e), resendCommand(e), signWebhookCommand(e), verifyWebhookCommand(e))
	return group
}

// A hook is what webhook sign and webhook verify are told of one event.
type hook struct {
	provider, secret, body, encoding string

	p     *sim.Provider
	bytes []byte // of the body
	// Of sign alone:
	event, id, timestamp, curl string
	at                         time.Time
	// Of verify alone:
	headers []string
}

func (h *hook) flags(cmd *cobra.Command, e env) {
	f := cmd.Flags()
	f.StringVar(&h.provider, "provider", "", "who sends it: "+strings.Join(senders(), ", "))
	f.StringVar(&h.secret, "secret", "", "what signs it (default the variable that exec sets, else that of the world "+demo+")")
	f.StringVar(&h.body, "body", "", "the exact bytes of the body: a text, @FILE, or - for standard input")
	f.StringVar(&h.encoding, "encoding", "", "of eSIM Go's signature: base64, or hex (default base64)")
	cmd.SetFlagErrorFunc(flagError)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return fromEnvironment(cmd.Flags(), e.getenv) }
}

func signWebhookCommand(e env) *cobra.Command {
	var h hook
	cmd := &cobra.Command{
		Use: "sign", Short: "Sign an event: print its headers, or the whole call", Args: cobra.NoArgs,
		Long: `Sign an event as its provider would: print the headers, one a line, or with --curl the
whole call. With --curl and --event the body may be left out: it is a good one of that event.`,
		Example: `  esimsim webhook sign --provider roamify --secret whsec_mine --body @event.json
  esimsim webhook sign --provider esimgo --event FirstUse --curl http://127.0.0.1:9000/esimgo | sh`,
	}
	h.flags(cmd, e)
	f := cmd.Flags()
	f.StringVar(&h.event, "event", "", "the event, such as esimfly.webhook.esim.provisioned, or without the provider")
	f.StringVar(&h.id, "id", "", "of the delivery (default a fresh UUID of version 4)")
	f.StringVar(&h.timestamp, "timestamp", "", "instant of the attempt, such as 2026-07-01T00:00:00Z (default now)")
	f.StringVar(&h.curl, "curl", "", "print a call of curl to this URL")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := h.complete(cmd, e.getenv); err != nil {
			return err
		}
		if err := h.completeSigning(cmd); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.stdout, h.text())
		return fail(err)
	}
	return cmd
}

func verifyWebhookCommand(e env) *cobra.Command {
	var h hook
	cmd := &cobra.Command{
		Use: "verify", Short: "Check the signature of an event, and say what is wrong with it", Args: cobra.NoArgs,
		Example: `  esimsim webhook verify --provider esimfly --secret whsec_mine --body @event.json \
    --header 'X-Webhook-Signature: sha256=1200a87c…'`,
	}
	h.flags(cmd, e)
	cmd.Flags().StringArrayVar(&h.headers, "header", nil, "a header that came with it, 'Name: value'; may be repeated")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := h.complete(cmd, e.getenv); err != nil {
			return err
		}
		if !cmd.Flags().Changed("body") {
			return errors.New("say what the body is: --body @event.json")
		}
		given := http.Header{}
		for _, line := range h.headers {
			name, value, ok := strings.Cut(line, ":")
			if !ok {
				return fmt.Errorf("--header %q is no header: write 'Name: value'", line)
			}
			given.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
		if err := h.judge(given); err != nil {
			return fail(err)
		}
		_, err := fmt.Fprintln(e.stdout, "good")
		return fail(err)
	}
	return cmd
}

// complete finds the provider, the secret and the body.
func (h *hook) complete(cmd *cobra.Command, getenv func(string) string) (err error) {
	if h.p, err = sender(h.provider); err != nil {
		return err
	}
	switch {
	case cmd.Flags().Changed("secret") && h.secret == "":
		return errors.New("--secret is empty")
	case h.encoding == "":
	case h.p.Name() != "esimgo":
		return errors.New("--encoding is for esimgo: the others have one only")
	case h.encoding != "base64" && h.encoding != "hex":
		return fmt.Errorf("--encoding %q is none of base64, hex", h.encoding)
	}
	if h.bytes, err = bodyOf(h.body, cmd.InOrStdin()); err != nil || h.secret != "" {
		return err
	}
	s, err := sim.New(sim.Config{Providers: all.Providers()})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	variable, usual, err := webhookSecret(s, h.p, demo)
	h.secret = cmp.Or(getenv(variable), usual)
	return err
}

// completeSigning puts defaults where nothing was given.
func (h *hook) completeSigning(cmd *cobra.Command) (err error) {
	h.at = clock.Wall{}.Now().UTC()
	if h.timestamp != "" {
		if h.at, err = time.Parse(time.RFC3339, h.timestamp); err != nil {
			return fmt.Errorf("--timestamp %q is no instant: write 2026-07-01T00:00:00Z", h.timestamp)
		}
	}
	h.id = cmp.Or(h.id, freshUUID())
	full := ""
	if h.event != "" {
		full = h.p.Name() + ".webhook." + strings.TrimPrefix(h.event, h.p.Name()+".webhook.")
	}
	if !cmd.Flags().Changed("body") && (full == "" || h.curl == "") {
		return errors.New("say what the body is: --body @event.json")
	}
	if full != "" {
		info, sample, err := sim.SampleWebhook(all.Providers(), full, h.at)
		if err != nil {
			return err
		}
		if h.event = info.Short; !cmd.Flags().Changed("body") {
			h.bytes = sample
		}
	}
	for _, text := range []string{h.id, h.curl} {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7F }) {
			return fmt.Errorf("%q has a control character in it", text)
		}
	}
	return nil
}

// header is what the provider would send of a body signed with a secret.
func (h *hook) header(secret string, body []byte) http.Header {
	return h.p.SignWebhook(sim.Signing{
		Event: h.event, ID: h.id, Secret: secret, Body: body, At: h.at,
		Setting: func(name string) string {
			if name == "signature" {
				return h.encoding
			}
			return ""
		},
	})
}

// text is the headers, or the call.
func (h *hook) text() string {
	signed := h.header(h.secret, h.bytes)
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(signed)) {
		lines = append(lines, name+": "+signed[name][0])
	}
	if h.curl == "" {
		return strings.Join(lines, "\n")
	}
	call := "curl -sS -X POST"
	for _, line := range lines {
		call += " -H " + inShell(line)
	}
	return call + " --data-raw " + inShell(string(h.bytes)) + " " + inShell(h.curl)
}

// sender is a provider that sends events.
func sender(name string) (*sim.Provider, error) {
	known := senders()
	if name == "" {
		return nil, fmt.Errorf("say who sends it: --provider %s", strings.Join(known, ", "))
	}
	for _, p := range all.Providers() {
		if p.Name() == name && slices.Contains(known, name) {
			return p, nil
		}
	}
	return nil, fmt.Errorf("--provider %q is none of %s%s", name, strings.Join(known, ", "), nearest.Hint(name, known))
}

func senders() (names []string) {
	for _, p := range all.Providers() {
		if len(p.Events()) > 0 {
			names = append(names, p.Name())
		}
	}
	return names
}

// bodyOf reads what --body says.
func bodyOf(said string, stdin io.Reader) ([]byte, error) {
	if file, ok := strings.CutPrefix(said, "@"); ok {
		return os.ReadFile(file)
	}
	if said == "-" {
		return io.ReadAll(stdin)
	}
	return []byte(said), nil
}

// webhookSecret is what signs a provider's events in a world, and the variable of the
// environment that says so: that of a credential where it is one.
func webhookSecret(s *sim.Server, p *sim.Provider, world string) (variable, secret string, err error) {
	secret, err = s.WebhookSecret(p.Name(), world)
	for _, c := range s.Credentials(p, world) {
		if c.Value == secret {
			return c.Env, secret, err
		}
	}
	return strings.ToUpper(p.Name()) + "_WEBHOOK_SECRET", secret, err
}
