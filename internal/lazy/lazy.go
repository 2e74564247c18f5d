// Package lazy makes connections that leave undone what a server of net/http asks of them
// with each request and hardly any request needs: to move deadlines that are put off again,
// and to wait for a client that leaves before it has its answer.
package lazy

import (
	"errors"
	"net"
	"os"
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
	return newConn(c), nil
}

// A conn tells the connection below of a deadline only when it is earlier than the one
// told before. When that one is met though a later one holds by now, the later one is told
// and what was under way goes on.
type conn struct {
	net.Conn
	read, write deadline
	held        hold
}

func newConn(c net.Conn) *conn {
	own := &conn{Conn: c}
	own.held.change.L = &own.held.mu
	return own
}

// NetConn is the connection below, for who means to do something to it.
func (c *conn) NetConn() net.Conn { return c.Conn }

// Read of a single byte is how net/http waits for a client that leaves, in a goroutine of
// its own, while a request is answered: it begins a little later.
func (c *conn) Read(p []byte) (n int, err error) {
	if len(p) == 1 && c.held.wait() {
		return 0, os.ErrDeadlineExceeded
	}
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

func (c *conn) Close() error {
	defer c.held.close()
	return c.Conn.Close()
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

func (c *conn) SetReadDeadline(t time.Time) error {
	if c.held.end(t) {
		return nil // of all that reads, nothing has reached the connection below
	}
	return c.read.set(t, c.Conn.SetReadDeadline)
}

func (c *conn) SetWriteDeadline(t time.Time) error { return c.write.set(t, c.Conn.SetWriteDeadline) }
