package lazy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/esimsim/esimsim/internal/network"
)

// A host serves in a bubble's own network.
type host struct {
	testing.TB
	network network.Network
	server  *http.Server
	dial    func() net.Conn
}

// leftWithin is how long a handler may not know that its client has left.
const leftWithin = 2 * lookEvery

// secret are a server's and a client's, made outside of bubbles.
var secret = sync.OnceValues(func() (theirs, ours *tls.Config) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	theirs = &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return theirs, &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}
})

func serve(t testing.TB, secure bool) *host {
	t.Helper()
	h := &host{TB: t}
	l, err := h.network.Listen("host")
	if err != nil {
		t.Fatal(err)
	}
	l = Listener(l)
	h.dial = func() net.Conn {
		c, err := h.network.Dial(context.Background(), "host:80")
		if err != nil {
			t.Fatal(err)
		}
		if secure {
			_, ours := secret()
			c = tls.Client(c, ours)
		}
		return c
	}
	if secure {
		theirs, _ := secret()
		l = tls.NewListener(l, theirs)
	}
	h.server = &http.Server{
		Handler:           http.HandlerFunc(h.handle),
		ReadHeaderTimeout: time.Minute, ReadTimeout: 2 * time.Minute, WriteTimeout: 3 * time.Minute, IdleTimeout: 4 * time.Minute,
	}
	go func() { _ = h.server.Serve(l) }()
	return h
}

// handle answers /echo with the body after a while, waits in /hang until the client has
// left, and in /hijack sends back all that comes, without HTTP.
func (h *host) handle(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.Errorf("%s: %v", r.URL, err)
	}
	switch r.URL.Path {
	case "/hang":
		began := time.Now() //nolint:forbidigo // a bubble's time
		<-r.Context().Done()
		if took := time.Since(began); took > leftWithin { //nolint:forbidigo // likewise
			h.Errorf("a client that leaves at once is missed after %s", took)
		}
	case "/hijack":
		c, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			h.Error(err)
			return
		}
		defer func() { _ = c.Close() }()
		_, _ = io.CopyN(c, buf, int64(buf.Reader.Buffered()))
		_, _ = io.CopyBuffer(struct{ io.Writer }{c}, struct{ io.Reader }{c}, make([]byte, 1+len(body)))
	default:
		wait, _ := time.ParseDuration(r.URL.RawQuery)
		time.Sleep(wait) //nolint:forbidigo // a bubble's time
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	}
}

// Whatever clients do, they have their answers, in order, as from any server; and no
// goroutine stays, which would end the bubble badly.
func TestServedAnything(t *testing.T) {
	t.Parallel()
	_, _ = secret()
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := serve(t, seed%3 == 0)
				var clients sync.WaitGroup
				for n := range uint64(8) {
					clients.Go(func() { h.call(rand.New(rand.NewPCG(seed, n))) })
				}
				clients.Wait()
				_ = h.server.Close()
				time.Sleep(time.Second) //nolint:forbidigo // a bubble's time, for connections that are no more the server's
			})
		})
	}
}

// call sends requests ahead of their answers, in pieces that have nothing to do with where
// a request ends, and then leaves in one of several ways.
func (h *host) call(chance *rand.Rand) {
	c := h.dial()
	defer func() { _ = c.Close() }()
	var text bytes.Buffer
	var bodies [][]byte
	for range 1 + chance.IntN(6) {
		body := bytes.Repeat([]byte{'a' + byte(chance.IntN(26))}, chance.IntN(3)*chance.IntN(3000))
		bodies = append(bodies, body)
		wait := time.Duration(chance.IntN(3)*chance.IntN(50)) * time.Millisecond
		switch chance.IntN(4) {
		case 0:
			fmt.Fprintf(&text, "POST /echo?%s HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n%s", wait, len(body), body)
		case 1:
			fmt.Fprintf(&text, "POST /echo?%s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", wait)
			if len(body) > 0 {
				fmt.Fprintf(&text, "%x\r\n%s\r\n", len(body), body)
			}
			text.WriteString("0\r\n\r\n")
		case 2:
			fmt.Fprintf(&text, "POST /echo?%s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n%s", wait, len(body), body)
		default:
			fmt.Fprintf(&text, "POST /echo?%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", wait, len(body), body)
		}
	}
	dribble := func(data []byte) {
		for len(data) > 0 {
			n := min(len(data), 1+chance.IntN(5000)*chance.IntN(2))
			if _, err := c.Write(data[:n]); err != nil {
				h.Error(err)
				return
			}
			data = data[n:]
			time.Sleep(time.Duration(chance.IntN(3)*chance.IntN(40)) * time.Millisecond / 2) //nolint:forbidigo // a bubble's time
		}
	}
	sent := make(chan bool)
	go func() {
		defer close(sent)
		dribble(text.Bytes())
	}()
	in := bufio.NewReader(c)
	for n, want := range bodies {
		res, err := http.ReadResponse(in, nil)
		for err == nil && res.StatusCode == http.StatusContinue {
			res, err = http.ReadResponse(in, nil)
		}
		if err != nil {
			h.Errorf("answer %d: %v", n, err)
			return
		}
		if got, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(got, want) {
			h.Errorf("answer %d has %d bytes, want %d: %v", n, len(got), len(want), err)
		}
		_ = res.Body.Close()
	}
	<-sent
	switch chance.IntN(3) {
	case 0:
		_, _ = io.WriteString(c, "GET /hang HTTP/1.1\r\nHost: x\r\n\r\n")
	case 1:
		said := bytes.Repeat([]byte("no HTTP "), 1+chance.IntN(8))
		body := chance.IntN(4)
		_, _ = fmt.Fprintf(c, "POST /hijack HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", body)
		go dribble(said)
		back := make([]byte, len(said)-body)
		if _, err := io.ReadFull(in, back); err != nil || !bytes.Equal(back, said[body:]) {
			h.Errorf("%q came back of %q, %d of them the body: %v", back, said, body, err)
		}
	}
}

// A server that ends waits for what is under way, and what hangs learns of it soon.
func TestServerEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, false)
		slow := h.dial()
		_, _ = io.WriteString(slow, "GET /echo?10ms HTTP/1.1\r\nHost: x\r\n\r\n")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(slow), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _ = res.Body.Close(); res.StatusCode != http.StatusOK {
			t.Errorf("status %d", res.StatusCode)
		}
		h = serve(t, false)
		hung := h.dial()
		_, _ = io.WriteString(hung, "GET /hang HTTP/1.1\r\nHost: x\r\n\r\n")
		synctest.Wait()
		_ = h.server.Close()
		if _, err := hung.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	})
}
