package nettest_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"github.com/esimsim/esimsim/internal/lazy"
	"github.com/esimsim/esimsim/internal/network"
)

func TestConn(t *testing.T) {
	t.Parallel()
	nettest.TestConn(t, func() (near, far net.Conn, stop func(), err error) {
		var n network.Network
		l, err := n.Listen("shop")
		if err != nil {
			return nil, nil, nil, err
		}
		accepted := make(chan net.Conn, 1)
		go func() {
			c, _ := l.Accept()
			accepted <- c
		}()
		if near, err = n.Dial(t.Context(), "shop:80"); err != nil {
			return nil, nil, nil, err
		}
		far = <-accepted
		return near, far, func() { _, _, _ = near.Close(), far.Close(), l.Close() }, nil
	})
}

func TestLazy(t *testing.T) {
	t.Parallel()
	nettest.TestConn(t, func() (near, far net.Conn, stop func(), err error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, nil, err
		}
		defer func() { _ = l.Close() }()
		if far, err = net.Dial("tcp", l.Addr().String()); err != nil {
			return nil, nil, nil, err
		}
		if near, err = lazy.Listener(l).Accept(); err != nil {
			return nil, nil, nil, err
		}
		return near, far, func() { _, _ = near.Close(), far.Close() }, nil
	})
}
