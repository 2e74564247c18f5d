package network_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/esimsim/esimsim/internal/network"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair is a connection between a client and a host.
func pair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	var n network.Network
	l, err := n.Listen("shop")
	if err != nil {
		t.Fatal(err)
	}
	dialled := make(chan net.Conn)
	go func() {
		c, err := n.Dial(context.Background(), "shop:80")
		if err != nil {
			t.Error(err)
		}
		dialled <- c
	}()
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	near = <-dialled
	t.Cleanup(func() { _, _, _ = near.Close(), far.Close(), l.Close() })
	return near, far
}

func TestWhatWasWrittenIsReadAfterClose(t *testing.T) {
	t.Parallel()
	near, far := pair(t)
	// Nobody reads yet: a write does not wait for it.
	if _, err := near.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := near.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(far); string(got) != "hello" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := far.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to who has gone: %v", err)
	}
	if _, err := near.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write after Close: %v", err)
	}
	if _, err := near.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read after Close: %v", err)
	}
	if err := near.SetDeadline(time.Time{}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("deadline after Close: %v", err)
	}
}

func TestResetOvertakesData(t *testing.T) {
	t.Parallel()
	near, far := pair(t)
	if _, err := far.Write([]byte("lost")); err != nil {
		t.Fatal(err)
	}
	if err := far.(interface{ SetLinger(int) error }).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = far.Close()
	if n, err := near.Read(make([]byte, 9)); n != 0 || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%d, %v", n, err)
	}
}

// More than is kept waits for who reads, and arrives in order.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	near, far := pair(t)
	sent := bytes.Repeat([]byte("0123456789abcdef_"), 100_000)
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			if _, err := way[0].Write(sent); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			got := make([]byte, len(sent))
			if _, err := io.ReadFull(way[1], got); err != nil || sha256.Sum256(got) != sha256.Sum256(sent) {
				t.Errorf("other bytes came, %v", err)
			}
		})
	}
	both.Wait()
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := pair(t)
		began := time.Now() //nolint:forbidigo // a bubble's time
		late := func(what string, after time.Duration, err error) {
			t.Helper()
			var timeout net.Error
			if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Errorf("%s: %v", what, err)
			}
			if took := time.Since(began); took != after { //nolint:forbidigo // a bubble's time
				t.Errorf("%s: took %s, want %s", what, took, after)
			}
		}
		_ = near.SetReadDeadline(began.Add(time.Minute))
		_, err := near.Read(make([]byte, 1))
		late("read", time.Minute, err)

		// A deadline holds for a call under way, too: net/http ends reads so.
		_ = near.SetReadDeadline(time.Time{})
		read := make(chan error)
		go func() {
			_, err := near.Read(make([]byte, 1))
			read <- err
		}()
		synctest.Wait()
		_ = near.SetReadDeadline(began.Add(-time.Hour))
		late("read that was under way", time.Minute, <-read)
		_ = near.SetReadDeadline(time.Time{})
		_, _ = far.Write([]byte("y"))
		if n, err := near.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("read without a deadline: %d, %v", n, err)
		}

		_ = near.SetWriteDeadline(began.Add(time.Hour))
		n, err := near.Write(make([]byte, 1<<20))
		late("write that nobody reads", time.Hour, err)
		if n <= 0 || n >= 1<<20 {
			t.Errorf("wrote %d", n)
		}
	})
}

func TestHosts(t *testing.T) {
	t.Parallel()
	var n network.Network
	if _, err := n.Dial(t.Context(), "shop:80"); !errors.Is(err, network.ErrNoHost) {
		t.Errorf("nobody: %v", err)
	}
	l, err := n.Listen("shop")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Listen("shop"); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("again: %v", err)
	}
	if _, err := n.Dial(t.Context(), "shop:81"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("another port: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := n.Dial(ended, "shop:80"); !errors.Is(err, context.Canceled) {
		t.Errorf("a host that takes nobody: %v", err)
	}
	_, _ = l.Close(), l.Close()
	if _, err := n.Dial(t.Context(), "shop:80"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("closed: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept after Close: %v", err)
	}
}

// A client goes to its host, and says so where it was to go elsewhere.
func TestReach(t *testing.T) {
	t.Parallel()
	var n network.Network
	l, err := n.Listen("shop")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Host+" "+strings.Split(r.RemoteAddr, ":")[0])
	})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) }) // until it is closed
	var reach network.Reach
	client := reach.Client()
	body := &closing{Reader: strings.NewReader("x")}
	res, err := client.Post("http://shop/", "text/plain", body)
	if err == nil {
		_ = res.Body.Close()
	}
	if !errors.Is(err, network.ErrNotOpen) || !body.closed {
		t.Errorf("before it was opened: %v, body closed %t", err, body.closed)
	}
	reach.Open(map[string]network.Dial{"shop": func(ctx context.Context) (net.Conn, error) { return n.Dial(ctx, "shop:80") }}, nil)
	defer func() {
		reach.CloseIdleConnections()
		_ = server.Close()
		serving.Wait()
	}()
	if res, err = client.Get("http://shop/"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if string(answer) != "shop 127.0.0.1" || err != nil {
		t.Errorf("%s, %v", answer, err)
	}
	for _, elsewhere := range []string{"http://elsewhere.test/", "https://shop/", "http://shop:8080/"} {
		res, err := client.Get(elsewhere)
		if err == nil {
			_ = res.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "this client reaches shop and nothing else, not ") {
			t.Errorf("%s: %v", elsewhere, err)
		}
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}
