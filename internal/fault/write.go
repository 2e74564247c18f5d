package fault

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"
)

// An Answer is what would be sent if nothing went wrong.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// A Sleeper waits in real time.
type Sleeper interface {
	Sleep(ctx context.Context, d time.Duration) error
}

// page502 is what a proxy shows when the server behind it gives no answer.
const page502 = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n" +
	"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

// Spoil is the answer as it would look in a log: what Write will try to send.
func (f Fault) Spoil(a Answer) Answer {
	out := Answer{Status: a.Status, Header: a.Header.Clone(), Body: a.Body}
	if out.Header == nil {
		out.Header = http.Header{}
	}
	switch f.Kind {
	case Reset, Close, Hang:
		return Answer{Header: http.Header{}}
	case Truncate:
		out.Header.Set("Content-Length", strconv.Itoa(len(a.Body)))
		out.Body = a.Body[:f.cut(len(a.Body))]
	case Malformed:
		out.Body = a.Body[:f.cut(len(a.Body))]
	case WrongType:
		out.Header.Set("Content-Type", "text/html; charset=utf-8")
	case Empty:
		out.Status, out.Body = http.StatusOK, nil
		out.Header.Del("Content-Type")
	case HTML502:
		out.Status, out.Body = http.StatusBadGateway, []byte(page502)
		out.Header.Set("Content-Type", "text/html")
		out.Header.Set("Server", "nginx")
	}
	return out
}

func (f Fault) cut(whole int) int {
	if f.At > 0 && f.At < whole {
		return f.At
	}
	return whole / 2
}

// Write sends the spoilt answer. It returns when the client has gone, the context has
// ended or all is sent; the connection is of no use afterwards where the fault broke it.
func (f Fault) Write(w http.ResponseWriter, r *http.Request, a Answer, s Sleeper) {
	switch f.Kind {
	case Reset, Close:
		breakOff(w, f.Kind == Reset)
		return
	case Hang:
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
		_ = s.Sleep(r.Context(), MaxHang)
		breakOff(w, false)
		return
	}
	spoilt := f.Spoil(a)
	header := w.Header()
	for k, v := range spoilt.Header {
		header[k] = v
	}
	if f.Kind != Truncate {
		header.Set("Content-Length", strconv.Itoa(len(spoilt.Body)))
	}
	w.WriteHeader(spoilt.Status)
	switch f.Kind {
	case Drip:
		f.drip(w, r.Context(), spoilt.Body, s)
	case Truncate:
		_, _ = w.Write(spoilt.Body)
		_ = http.NewResponseController(w).Flush()
		breakOff(w, false)
	default:
		_, _ = w.Write(spoilt.Body)
	}
}

func (f Fault) drip(w http.ResponseWriter, ctx context.Context, body []byte, s Sleeper) {
	pace := f.Pace
	if pace == 0 {
		pace = DefaultPace
	}
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Time{})
	_ = c.Flush()
	for i := range body {
		if s.Sleep(ctx, pace) != nil {
			breakOff(w, false)
			return
		}
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		_ = c.Flush()
	}
}

// breakOff ends the connection: with a reset, or in good order but with the answer
// unfinished. Where the connection is not to be had, the server ends it itself.
func breakOff(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if reset {
		raw := conn
		for { // of TLS, and of what stands between
			inner, ok := raw.(interface{ NetConn() net.Conn })
			if !ok {
				break
			}
			raw = inner.NetConn()
		}
		if tcp, ok := raw.(interface{ SetLinger(seconds int) error }); ok {
			_ = tcp.SetLinger(0)
		}
		_ = raw.Close()
		return
	}
	_ = conn.Close()
}
