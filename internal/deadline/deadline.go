// Package deadline makes connections to which a deadline that is put off costs next to
// nothing. A server puts the deadlines of a connection off several times a request, and
// each time the runtime moves a timer, though hardly any is ever met.
package deadline

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// Listener gives such connections.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// A conn tells the connection below of a deadline only when it is earlier than the one
// told before. When that one is met though a later one holds by now, the later one is told
// and what was under way goes on.
type conn struct {
	net.Conn
	read, write deadline
}

// NetConn is the connection below, for who means to do something to it.
func (c *conn) NetConn() net.Conn { return c.Conn }

func (c *conn) Read(p []byte) (n int, err error) {
	for {
		n, err = c.Conn.Read(p)
		if err == nil || n > 0 || !c.read.early(err, c.Conn.SetReadDeadline) {
			return n, err
		}
	}
}

func (c *conn) Write(p []byte) (n int, err error) {
	for {
		var more int
		more, err = c.Conn.Write(p[n:])
		n += more
		if err == nil || !c.write.early(err, c.Conn.SetWriteDeadline) {
			return n, err
		}
	}
}

// CloseWrite ends one direction, so that a client sees the end of an answer before the
// connection goes.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *conn) SetReadDeadline(t time.Time) error { return c.read.set(t, c.Conn.SetReadDeadline) }

func (c *conn) SetWriteDeadline(t time.Time) error { return c.write.set(t, c.Conn.SetWriteDeadline) }

// A deadline is that of one direction; the zero time is none.
type deadline struct {
	mu     sync.Mutex
	wanted time.Time
	told   time.Time // to the connection below: never later than wanted
}

func (d *deadline) set(t time.Time, tell func(time.Time) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted = t
	if d.told.IsZero() && t.IsZero() || !d.told.IsZero() && (t.IsZero() || !t.Before(d.told)) {
		return nil
	}
	d.told = t
	return tell(t)
}

// early says whether err is of a deadline that was put off meanwhile; the one that holds
// is told then.
func (d *deadline) early(err error, tell func(time.Time) error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told.Equal(d.wanted) {
		return false
	}
	d.told = d.wanted
	return tell(d.told) == nil
}
