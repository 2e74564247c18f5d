package bench

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

const (
	orderPath = "/api/v1/business/esims/order"
	pagePath  = "/v2.4/catalogue?page=2&perPage=50"
)

var orderBody = []byte(`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72,"quantity":1,"duration":7,"flagUrl":"/img/flags/tr.png"}`)

// signed makes the n-th order, each with a request id of its own.
func signed(origin string, n int) *http.Request {
	req, err := http.NewRequest(http.MethodPost, origin+orderPath, bytes.NewReader(orderBody))
	if err != nil {
		panic(err)
	}
	id := fmt.Sprintf("%08x-0000-4000-8000-000000000000", n)
	stamp := strconv.FormatInt(clock.Wall{}.Now().UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte("sk_bench"))
	_, _ = io.WriteString(mac, stamp+id+"esf_bench"+string(orderBody))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("RT-AccessCode", "esf_bench")
	req.Header.Set("RT-RequestID", id)
	req.Header.Set("RT-Timestamp", stamp)
	req.Header.Set("RT-Signature", strings.ToUpper(hex.EncodeToString(mac.Sum(nil))))
	return req
}

func page(origin string, _ int) *http.Request {
	req, err := http.NewRequest(http.MethodGet, origin+pagePath, nil)
	if err != nil {
		panic(err)
	}
	req.Header.Set("X-API-Key", "esimgo_bench")
	return req
}

// subject is the simulator with a purse that does not end and no limit on the rate.
func subject(b *testing.B) http.Handler {
	b.Helper()
	s, err := sim.New(sim.Config{Providers: all.Providers()})
	if err != nil {
		b.Fatal(err)
	}
	w, err := s.World("bench")
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Patch(sim.Patch{"esimfly": {"balance": 1e9, "rateLimit": "off"}}); err != nil {
		b.Fatal(err)
	}
	return s.Handler()
}

// twin answers with the same bytes as the simulator.
func twin(b *testing.B) http.Handler {
	b.Helper()
	s := subject(b)
	t := &base{secret: []byte("sk_bench")}
	if err := json.Unmarshal(call(b, s, signed("http://127.0.0.1", 0)).Body.Bytes(), &t.answer); err != nil {
		b.Fatal(err)
	}
	t.page = call(b, s, page("http://127.0.0.1", 0)).Body.Bytes()
	return t.handler()
}

func call(b *testing.B, h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	b.Helper()
	w := httptest.NewRecorder()
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%d %s", w.Code, w.Body)
	}
	return w
}

// wire drives a handler over loopback.
func wire(b *testing.B, h http.Handler, request func(string, int) *http.Request) {
	srv := httptest.NewServer(h)
	defer srv.Close()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		res, err := srv.Client().Do(request(srv.URL, n))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
			b.Fatalf("%d, %v", res.StatusCode, err)
		}
		_ = res.Body.Close()
	}
}

// discard is a ResponseWriter that costs nothing.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(s int)           { d.status = s }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

// handler calls a handler alone; making the request is not counted.
func handler(b *testing.B, h http.Handler, request func(string, int) *http.Request) {
	const batch = 512
	b.ReportAllocs()
	var ready []*http.Request
	n := 0
	for b.Loop() {
		if len(ready) == 0 {
			b.StopTimer()
			for range batch {
				n++
				r := request("http://127.0.0.1", n)
				r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
				ready = append(ready, r)
			}
			b.StartTimer()
		}
		d := &discard{header: http.Header{}, status: http.StatusOK}
		h.ServeHTTP(d, ready[0])
		ready = ready[1:]
		if d.status != http.StatusOK {
			b.Fatalf("status %d", d.status)
		}
	}
}

func BenchmarkOrderWire(b *testing.B)            { wire(b, subject(b), signed) }
func BenchmarkOrderWireBase(b *testing.B)        { wire(b, twin(b), signed) }
func BenchmarkOrderHandler(b *testing.B)         { handler(b, subject(b), signed) }
func BenchmarkOrderHandlerBase(b *testing.B)     { handler(b, twin(b), signed) }
func BenchmarkCatalogueWire(b *testing.B)        { wire(b, subject(b), page) }
func BenchmarkCatalogueWireBase(b *testing.B)    { wire(b, twin(b), page) }
func BenchmarkCatalogueHandler(b *testing.B)     { handler(b, subject(b), page) }
func BenchmarkCatalogueHandlerBase(b *testing.B) { handler(b, twin(b), page) }
