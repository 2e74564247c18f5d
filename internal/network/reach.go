package network

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Reach is a transport that goes to one host and to no other, so that a test whose code
// has the address of a real service in it is told so.
func Reach(host string, dial func(context.Context) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		// No proxy: it would be another host.
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			if address != host && address != net.JoinHostPort(host, port) {
				return nil, fmt.Errorf("this client reaches %s and nothing else, not %s", host, address)
			}
			return dial(ctx)
		},
		MaxIdleConnsPerHost: 100,
		IdleConnTimeout:     30 * time.Second,
	}
}

// System dials a host by the system's own network.
func System(host string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", host)
	}
}
