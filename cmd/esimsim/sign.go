package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim/esimfly"
)

// A signing is what esimsim sign is told.
type signing struct {
	accessCode, secret, timestamp, requestID, body string
	curl, method                                   string
}

func signCommand(e env) *cobra.Command {
	var s signing
	cmd := &cobra.Command{
		Use: "sign", Short: "Sign a request to esimfly: print its headers, or the whole call", Args: cobra.NoArgs,
		Long: `Sign a request to esimfly: print its four headers, or with --curl the whole call.

An access code and a secret key that are not given are those of ESIMFLY_ACCESS_CODE and
ESIMFLY_SECRET_KEY, else esf_demo and the simulator's key for the code. A GET has no body.`,
		Example: `  esimsim sign --body '{"packageCode":"PHAJHEAYP"}'
  esimsim sign --curl http://127.0.0.1:8484/api/v1/business/balance | sh`,
	}
	f := cmd.Flags()
	f.StringVar(&s.accessCode, "access-code", "", "RT-AccessCode (default esf_demo)")
	f.StringVar(&s.secret, "secret", "", "the secret key (default sk_ and the name in the access code)")
	f.StringVar(&s.timestamp, "timestamp", "", "RT-Timestamp in milliseconds (default now)")
	f.StringVar(&s.requestID, "request-id", "", "RT-RequestID (default a fresh UUID of version 4)")
	f.StringVar(&s.body, "body", "", "the exact bytes of the body")
	f.StringVar(&s.curl, "curl", "", "print a call of curl to this URL")
	f.StringVar(&s.method, "method", "", "its method (default POST with a body, else GET)")
	cmd.SetFlagErrorFunc(flagError)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return fromEnvironment(cmd.Flags(), e.getenv) }
	cmd.RunE = func(*cobra.Command, []string) error {
		s.complete(e.getenv)
		if err := s.check(); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.stdout, s.text())
		return fail(err)
	}
	return cmd
}

// complete puts defaults where nothing was given.
func (s *signing) complete(getenv func(string) string) {
	known := getenv("ESIMFLY_ACCESS_CODE")
	if s.accessCode == "" {
		s.accessCode = known
	}
	if s.accessCode == "" {
		s.accessCode = "esf_" + demo
	}
	if s.secret == "" && s.accessCode == known {
		s.secret = getenv("ESIMFLY_SECRET_KEY")
	}
	if s.secret == "" {
		s.secret = "sk_" + strings.TrimPrefix(s.accessCode, "esf_")
	}
	if s.timestamp == "" {
		s.timestamp = strconv.FormatInt(clock.Wall{}.Now().UnixMilli(), 10)
	}
	if s.requestID == "" {
		s.requestID = freshUUID()
	}
	if s.method = strings.ToUpper(s.method); s.method == "" {
		s.method = http.MethodGet
		if s.body != "" {
			s.method = http.MethodPost
		}
	}
}

func (s *signing) check() error {
	if s.method == http.MethodGet && s.body != "" {
		return errors.New("a GET is signed without a body: leave out --body, or name another --method")
	}
	for _, text := range []string{s.accessCode, s.timestamp, s.requestID, s.method, s.curl} {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7F }) {
			return fmt.Errorf("%q has a control character in it", text)
		}
	}
	return nil
}

// text is the headers, or the call.
func (s *signing) text() string {
	headers := []string{
		"RT-AccessCode: " + s.accessCode,
		"RT-RequestID: " + s.requestID,
		"RT-Timestamp: " + s.timestamp,
		"RT-Signature: " + esimfly.Sign(s.secret, s.timestamp, s.requestID, s.accessCode, []byte(s.body)),
	}
	if s.curl == "" {
		return strings.Join(headers, "\n")
	}
	call := "curl -sS -X " + inShell(s.method)
	if strings.ContainsAny(s.curl, "[]{}") {
		call += " --globoff" // else they are ranges to curl
	}
	if strings.Contains(s.curl, "/.") {
		call += " --path-as-is"
	}
	for _, h := range headers {
		call += " -H " + inShell(h)
	}
	if s.body != "" {
		call += " -H 'Content-Type: application/json' --data-raw " + inShell(s.body)
	}
	return call + " " + inShell(s.curl)
}

// inShell quotes a word for sh.
func inShell(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// freshUUID is of version 4.
func freshUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
