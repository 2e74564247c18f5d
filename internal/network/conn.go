package network

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// buffer is how many bytes are kept of what was written and not read yet, as a kernel
// does: who answers need not wait for who has asked.
const buffer = 64 << 10

// connect makes the two ends of a connection.
func connect(from, to net.Addr) (near, far *conn) {
	there, back := newPipe(), newPipe()
	return &conn{in: back, out: there, local: from, remote: to}, &conn{in: there, out: back, local: to, remote: from}
}

// A conn is one end of a connection.
type conn struct {
	in, out       *pipe
	local, remote net.Addr
	abrupt        atomic.Bool
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.in.read(b)
	return n, c.say("read", err)
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.out.write(b)
	return n, c.say("write", err)
}

// say puts an error as the net package does; io.EOF stays as it is.
func (c *conn) say(op string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return &net.OpError{Op: op, Net: "memory", Source: c.local, Addr: c.remote, Err: err}
}

// Close lets the other end read what is under way, unless SetLinger was told otherwise.
func (c *conn) Close() error {
	end := io.EOF
	if c.abrupt.Load() {
		end = syscall.ECONNRESET
	}
	c.in.stop()
	c.out.end(end)
	return nil
}

// SetLinger is that of a net.TCPConn: with 0, Close is a reset.
func (c *conn) SetLinger(seconds int) error {
	c.abrupt.Store(seconds == 0)
	return nil
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *conn) SetReadDeadline(t time.Time) error {
	return c.say("set", c.in.until(&c.in.readBy, t))
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	return c.say("set", c.out.until(&c.out.writeBy, t))
}

// A pipe is one direction of a connection. One goroutine at a time reads, one writes.
type pipe struct {
	mu      sync.Mutex
	data    bytes.Buffer
	ended   error         // what the reader meets behind the data; nil while more may come
	stopped bool          // whether the reader has gone
	over    bool          // whether the writer has
	changed chan struct{} // closed at the next change

	readBy, writeBy deadline
}

func newPipe() *pipe {
	return &pipe{changed: make(chan struct{}), readBy: by(time.Time{}), writeBy: by(time.Time{})}
}

// change wakes who waits. The caller holds the lock.
func (p *pipe) change() {
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *pipe) read(b []byte) (int, error) {
	for {
		p.mu.Lock()
		changed, late := p.changed, p.readBy
		n, done, err := p.take(b)
		p.mu.Unlock()
		if done {
			return n, err
		}
		select {
		case <-changed:
		case <-late.Done():
		}
	}
}

// take is read for what is there now; done says that there is no more to wait for. The
// caller holds the lock.
func (p *pipe) take(b []byte) (n int, done bool, err error) {
	switch {
	case p.stopped:
		return 0, true, net.ErrClosed
	case p.readBy.passed():
		return 0, true, os.ErrDeadlineExceeded
	case p.data.Len() > 0:
		n, _ = p.data.Read(b) // there is something
		p.change()
		return n, true, nil
	case p.ended != nil:
		return 0, true, p.ended
	}
	return 0, len(b) == 0, nil
}

func (p *pipe) write(b []byte) (written int, err error) {
	for {
		p.mu.Lock()
		changed, late := p.changed, p.writeBy
		n, err := p.put(b[written:])
		p.mu.Unlock()
		if written += n; err != nil || written == len(b) {
			return written, err
		}
		select {
		case <-changed:
		case <-late.Done():
		}
	}
}

// put is write for what there is room for now. The caller holds the lock.
func (p *pipe) put(b []byte) (n int, err error) {
	switch {
	case p.over:
		return 0, net.ErrClosed
	case p.writeBy.passed():
		return 0, os.ErrDeadlineExceeded
	case p.stopped:
		return 0, syscall.EPIPE
	}
	if n = min(len(b), buffer-p.data.Len()); n > 0 {
		p.data.Write(b[:n])
		p.change()
	}
	return n, nil
}

// stop is the reader's end: nobody reads any more.
func (p *pipe) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.data.Reset()
	p.readBy.cancel()
	p.change()
}

// end is the writer's.
func (p *pipe) end(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.writeBy.cancel()
	if p.ended == nil {
		p.ended = why
	}
	if !errors.Is(p.ended, io.EOF) {
		p.data.Reset() // a reset overtakes what is under way
	}
	p.change()
}

// until sets a deadline, the zero time for none, and wakes who waits for the old one.
func (p *pipe) until(d *deadline, t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d == &p.readBy && p.stopped || d == &p.writeBy && p.over {
		return net.ErrClosed
	}
	d.cancel()
	*d = by(t)
	return nil
}

// A deadline is a context for its timer: it ends at an instant, or when there is another.
type deadline struct {
	context.Context
	cancel context.CancelFunc
}

// by is a deadline at an instant, the zero time for none.
func by(t time.Time) (d deadline) {
	if t.IsZero() {
		d.Context, d.cancel = context.WithCancel(context.Background())
		return d
	}
	d.Context, d.cancel = context.WithDeadline(context.Background(), t)
	return d
}

func (d deadline) passed() bool { return errors.Is(d.Err(), context.DeadlineExceeded) }
