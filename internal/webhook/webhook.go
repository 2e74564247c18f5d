// Package webhook makes one attempt to hand an event to a receiver: to targets that are
// not the internet unless somebody allowed it, without following redirects, and within
// bounds of time and size.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/network"
)

// The bounds of what is sent and of what is kept of an answer.
const (
	MaxBody   = 256 << 10
	MaxHeader = 16 << 10
	MaxAnswer = 2 << 10
)

// A Sender posts events. It may be used from any goroutine.
type Sender struct {
	allowed []string
	real    clock.Source
	client  *http.Client
}

// NewSender sends to the hosts within the process, to loopback and private addresses and
// what Local names resolve to of those, and to the allowed hosts whatever they resolve to.
func NewSender(real clock.Source, allowed []string, within *network.Network) *Sender {
	s := &Sender{allowed: allowed, real: real}
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	guarded := *dialer
	guarded.Control = func(_, address string, _ syscall.RawConn) error {
		// By now the name is resolved, so that one which lies about itself gains nothing.
		at, err := netip.ParseAddrPort(address)
		if err != nil || !Private(at.Addr()) {
			return &BlockedError{Address: address}
		}
		return nil
	}
	s.client = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			// No proxy: it would be a target that nobody configured.
			DialContext: func(ctx context.Context, transport, address string) (net.Conn, error) {
				if conn, err := within.Dial(ctx, address); !errors.Is(err, network.ErrNoHost) {
					return conn, err
				}
				host, _, _ := net.SplitHostPort(address)
				if isAllowed(host, s.allowed) {
					return dialer.DialContext(ctx, transport, address)
				}
				if err := checkHost(host, nil); err != nil {
					return nil, err
				}
				conn, err := guarded.DialContext(ctx, transport, address)
				var blocked *BlockedError
				if errors.As(err, &blocked) {
					err = &BlockedError{host, blocked.Address}
				}
				return conn, err
			},
			MaxResponseHeaderBytes: MaxHeader,
			MaxIdleConnsPerHost:    2,
			MaxIdleConns:           100,
			IdleConnTimeout:        30 * time.Second,
			DisableCompression:     true,
		},
	}
	return s
}

// Close lets go of idle connections.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// Allowed lists the hosts that were allowed by name.
func (s *Sender) Allowed() []string { return s.allowed }

// A Result is what became of one attempt.
type Result struct {
	Status   int           // 0 when no answer came
	Answer   string        // the beginning of its body
	Err      string        // why no answer came, "" when one did
	TimedOut bool          // whether the receiver took too long
	Latency  time.Duration // of real time
}

// Post makes one attempt; timeout bounds it in real time, from dialling to the end of the
// answer. The header is used as it is, so names that are not in canonical form stay so.
func (s *Sender) Post(ctx context.Context, target string, header http.Header, body []byte, timeout time.Duration) (r Result) {
	began := s.real.Now()
	defer func() { r.Latency = s.real.Now().Sub(began) }()
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errSlow)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return Result{Err: err.Error()}
	}
	req.Header = header
	res, err := s.client.Do(req)
	if err != nil {
		return s.failed(ctx, err, timeout)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer))
	if err != nil {
		return s.failed(ctx, err, timeout)
	}
	// A little more is read, so that the connection can be used again.
	_, _ = io.CopyN(io.Discard, res.Body, MaxAnswer)
	return Result{Status: res.StatusCode, Answer: strings.ToValidUTF8(string(answer), "?")}
}

var errSlow = errors.New("too slow")

// failed says in a few words why there is no answer.
func (s *Sender) failed(ctx context.Context, err error, timeout time.Duration) Result {
	if errors.Is(context.Cause(ctx), errSlow) {
		return Result{Err: fmt.Sprintf("no answer within %s", clock.FormatDuration(timeout)), TimedOut: true}
	}
	var blocked *BlockedError
	if errors.As(err, &blocked) {
		return Result{Err: blocked.Error()}
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return Result{Err: err.Error()}
}
