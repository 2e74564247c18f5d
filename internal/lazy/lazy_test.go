package lazy

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A wire is a connection whose deadlines are met when a test says so.
type wire struct {
	net.Conn
	told    []time.Time
	answers []answer // of Read and Write, one after the other
	written []byte
	half    bool
}

type answer struct {
	n   int
	err error
}

func (w *wire) SetReadDeadline(t time.Time) error  { w.told = append(w.told, t); return nil }
func (w *wire) SetWriteDeadline(t time.Time) error { w.told = append(w.told, t); return nil }
func (w *wire) CloseWrite() error                  { w.half = true; return nil }

func (w *wire) next() answer {
	a := w.answers[0]
	w.answers = w.answers[1:]
	return a
}

func (w *wire) Read([]byte) (int, error) { a := w.next(); return a.n, a.err }

func (w *wire) Write(p []byte) (int, error) {
	a := w.next()
	w.written = append(w.written, p[:a.n]...)
	return a.n, a.err
}

var (
	never time.Time
	past  = time.Unix(1, 0)
	soon  = time.Unix(1_000, 0)
	later = time.Unix(2_000, 0)
	met   = answer{0, os.ErrDeadlineExceeded}
)

// Only what comes earlier is told at once.
func TestPutOff(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		set, told []time.Time
	}{
		{"none at all", []time.Time{never, never}, nil},
		{"the first", []time.Time{soon}, []time.Time{soon}},
		{"a later one", []time.Time{soon, later}, []time.Time{soon}},
		{"none any more", []time.Time{soon, never}, []time.Time{soon}},
		{"an earlier one", []time.Time{later, soon}, []time.Time{later, soon}},
		{"an end and a new beginning", []time.Time{soon, past, never, later}, []time.Time{soon, past}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := &wire{}
			c := newConn(w)
			for _, at := range test.set {
				if err := c.SetReadDeadline(at); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(w.told, test.told) {
				t.Errorf("told %v, want %v", w.told, test.told)
			}
		})
	}
}

func TestReadGoesOn(t *testing.T) {
	t.Parallel()
	w := &wire{answers: []answer{met, {3, nil}}}
	c := newConn(w)
	_, _ = c.SetReadDeadline(soon), c.SetReadDeadline(later)
	if n, err := c.Read(make([]byte, 8)); n != 3 || err != nil {
		t.Errorf("got %d, %v after a deadline that was put off", n, err)
	}
	if want := []time.Time{soon, later}; !slices.Equal(w.told, want) {
		t.Errorf("told %v, want %v", w.told, want)
	}
	w.answers = []answer{met}
	if _, err := c.Read(make([]byte, 8)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v at the deadline that holds", err)
	}
	w.answers = []answer{{0, io.EOF}}
	if _, err := c.Read(make([]byte, 8)); !errors.Is(err, io.EOF) {
		t.Errorf("got %v at the end", err)
	}
}

func TestWriteGoesOn(t *testing.T) {
	t.Parallel()
	w := &wire{answers: []answer{{2, os.ErrDeadlineExceeded}, {3, nil}}}
	c := newConn(w)
	_, _ = c.SetWriteDeadline(soon), c.SetWriteDeadline(never)
	if n, err := c.Write([]byte("hello")); n != 5 || err != nil || string(w.written) != "hello" {
		t.Errorf("got %d, %v; %q went out", n, err, w.written)
	}
	_ = c.SetDeadline(past)
	w.answers = []answer{{1, os.ErrDeadlineExceeded}}
	if n, err := c.Write([]byte("hello")); n != 1 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %d, %v at the deadline that holds", n, err)
	}
	if err := c.CloseWrite(); err != nil || !w.half {
		t.Errorf("one direction was not ended: %v", err)
	}
}

// A deadline in the past ends a Read that waits, as net/http asks of its connections, and
// the next one waits again.
func TestOverTCP(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = Listener(l)
	t.Cleanup(func() { _ = l.Close() })
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	_ = server.SetReadDeadline(time.Unix(1<<40, 0))
	ended := make(chan error)
	read := func() {
		_, err := server.Read(make([]byte, 1))
		ended <- err
	}
	go read()
	_ = server.SetReadDeadline(past)
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a Read that waited ended with %v", err)
	}
	_ = server.SetReadDeadline(never)
	go read()
	if _, err := client.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the next Read ended with %v", err)
	}
}

// A Read of one byte that is ended at once never comes to the connection below: the wire has
// no answer to give.
func TestHeldReadEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		c := newConn(w)
		for range 100 {
			_ = c.SetReadDeadline(never)
			ended := make(chan error)
			go func() {
				_, err := c.Read(make([]byte, 1))
				ended <- err
			}()
			synctest.Wait()
			_ = c.SetReadDeadline(past)
			_ = c.SetReadDeadline(never) // before the Read knows
			if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("ended with %v", err)
			}
			time.Sleep(lookEvery / 3) //nolint:forbidigo // a bubble's time
		}
		if w.told != nil {
			t.Errorf("told %v of reads that it never saw", w.told)
		}
		// The deadline may come before the Read does.
		_ = c.SetReadDeadline(past)
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after the deadline: %v", err)
		}
	})
}

// One that nobody ends goes on before long, and what comes then is had.
func TestHeldReadGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now() //nolint:forbidigo // a bubble's time
		c := newConn(&wire{answers: []answer{{1, nil}, {0, io.EOF}}})
		for range 2 {
			if n, err := c.Read(make([]byte, 1)); n != 1 && !errors.Is(err, io.EOF) {
				t.Errorf("got %d, %v", n, err)
			}
		}
		if took := time.Since(began); took < 2*lookEvery || took > 4*lookEvery { //nolint:forbidigo // likewise
			t.Errorf("two took %s", took)
		}
	})
}

// Where it is the year 2000, as in a bubble, a deadline that is still to come ends nothing.
func TestHeldReadInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newConn(&wire{answers: []answer{{1, nil}}})
		_ = c.SetReadDeadline(time.Now().Add(time.Minute)) //nolint:forbidigo // a bubble's time
		if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
	})
}

// A handler hears of a client that leaves, and the next request on a connection is read as
// it was sent, though it came before the answer to the one before.
func TestServed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	began, gone := make(chan bool), make(chan bool)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/hang" {
			began <- true
			<-r.Context().Done()
			gone <- true
			return
		}
		_, _ = w.Write(append(body, r.URL.Path...))
	})}
	go func() { _ = server.Serve(Listener(l)) }()
	t.Cleanup(func() { _ = server.Close() })
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	in := bufio.NewReader(client)
	for range 3 {
		_, _ = io.WriteString(client, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
		for _, want := range []string{"hi/a", "/b"} {
			res, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := io.ReadAll(res.Body); string(got) != want {
				t.Errorf("got %q, want %q", got, want)
			}
			_ = res.Body.Close()
		}
	}
	_, _ = io.WriteString(client, "POST /hang HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
	<-began
	_ = client.Close()
	<-gone
}
