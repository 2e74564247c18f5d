// Package network is a network within the process, for simulators that no other process
// is to reach: its connections keep to a test's own time in a testing/synctest bubble,
// where those of the system would hold it up. It is also how a test's client reaches a
// simulator, and nothing else, whatever the network.
package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
)

// ErrNoHost is an address at which nobody ever listened.
var ErrNoHost = errors.New("there is no such host in this process")

// A Network knows its hosts by names. Its zero value is empty.
type Network struct {
	mu    sync.Mutex
	hosts map[string]*listener
	dials int
}

// port is the one of every host, so that its name alone is an address of HTTP.
const port = "80"

// Listen takes a name that no host has had.
func (n *Network) Listen(host string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hosts[host] != nil {
		return nil, fmt.Errorf("host %s: %w", host, syscall.EADDRINUSE)
	}
	if n.hosts == nil {
		n.hosts = map[string]*listener{}
	}
	l := &listener{name: name(host), waiting: make(chan net.Conn), closed: make(chan struct{})}
	n.hosts[host] = l
	return l, nil
}

// Dial waits until the host takes the connection.
func (n *Network) Dial(ctx context.Context, address string) (net.Conn, error) {
	host, to, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	l := n.hosts[host]
	n.dials++
	from := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 49152 + n.dials%16384}
	n.mu.Unlock()
	switch {
	case l == nil:
		return nil, fmt.Errorf("dial %s: %w", address, ErrNoHost)
	case to != port:
		return nil, refused(from, name(address))
	}
	near, far := connect(from, l.name)
	select {
	case l.waiting <- far:
		return near, nil
	case <-l.closed:
		return nil, refused(from, l.name)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func refused(from, to net.Addr) error {
	return &net.OpError{Op: "dial", Net: to.Network(), Source: from, Addr: to, Err: syscall.ECONNREFUSED}
}

// A name is the address of a host.
type name string

func (name) Network() string  { return "memory" }
func (n name) String() string { return string(n) }

type listener struct {
	name    name
	waiting chan net.Conn // as far as the host gets them
	closed  chan struct{}
	once    sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.waiting:
		return c, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "accept", Net: l.name.Network(), Addr: l.name, Err: net.ErrClosed}
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return l.name }
