package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// ErrNotOpen is what a client meets before its Reach was opened.
var ErrNotOpen = errors.New("this client reaches nothing before the simulator was started")

// A Dial opens a connection to one host.
type Dial func(context.Context) (net.Conn, error)

// A Reach is a transport that goes to the hosts it was opened to and to no other, so that a
// test whose code has the address of a real service in it is told so. Its zero value goes
// nowhere.
type Reach struct {
	open atomic.Pointer[http.Transport]
}

// Open lets requests through to hosts, by their addresses; port 80 may be left out. roots
// are the authorities trusted for HTTPS; nil means those of the system.
func (r *Reach) Open(hosts map[string]Dial, roots *x509.CertPool) {
	known := strings.Join(slices.Sorted(maps.Keys(hosts)), " and ")
	r.open.Store(&http.Transport{
		// No proxy: it would be another host.
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			dial := hosts[address]
			if dial == nil {
				dial = hosts[strings.TrimSuffix(address, ":"+port)]
			}
			if dial == nil {
				return nil, fmt.Errorf("this client reaches %s and nothing else, not %s", known, address)
			}
			return dial(ctx)
		},
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		MaxIdleConnsPerHost: 100,
		IdleConnTimeout:     30 * time.Second,
	})
}

// RoundTrip is that of an http.RoundTripper.
func (r *Reach) RoundTrip(req *http.Request) (*http.Response, error) {
	if t := r.open.Load(); t != nil {
		return t.RoundTrip(req)
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, ErrNotOpen
}

// CloseIdleConnections is that of an http.Transport.
func (r *Reach) CloseIdleConnections() {
	if t := r.open.Load(); t != nil {
		t.CloseIdleConnections()
	}
}

// Client is a client that goes by this transport.
func (r *Reach) Client() *http.Client { return &http.Client{Transport: r} }

// ClientBy is Client with a transport before this one, which must hand requests to it.
func (r *Reach) ClientBy(before func(http.RoundTripper) http.RoundTripper) *http.Client {
	return &http.Client{Transport: before(r)}
}

// System dials a host by the system's own network.
func System(host string) Dial {
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", host)
	}
}
