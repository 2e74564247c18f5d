package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
)

// debugServer serves profiles and counters of the process on an address of its own, for
// who measures the simulator; what it serves else never has them. The addresses are those
// of net/http/pprof and expvar, which tools know, without the size of these packages.
func debugServer(ctx context.Context, addr string, log *slog.Logger) (stop func(), err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/{$}", func(w http.ResponseWriter, _ *http.Request) {
		for _, p := range pprof.Profiles() {
			_, _ = fmt.Fprintln(w, p.Count(), p.Name())
		}
		_, _ = fmt.Fprintln(w, "- profile?seconds=30")
	})
	mux.HandleFunc("/debug/pprof/{name}", lookUp)
	mux.HandleFunc("/debug/pprof/profile", profileCPU)
	mux.HandleFunc("/debug/vars", counters)
	server := &http.Server{Handler: ownHosts(mux), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // it ends with stop
	}()
	if !loopback(l.Addr().String()) {
		log.Warn("profiles of this process can be read from other machines, and nobody is asked for a token", "debug-listen", l.Addr())
	}
	log.Warn("profiles of this process are served", "url", "http://"+l.Addr().String()+"/debug/pprof/")
	return func() { _ = server.Close(); <-done }, nil
}

// ownHosts refuses a Host that is neither loopback nor the address the connection came to:
// a page on the internet may let a name of its own point here.
func ownHosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		bound, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
		if host != "localhost" && (ip == nil || !ip.IsLoopback() && (bound == nil || !bound.IP.Equal(ip))) {
			http.Error(w, fmt.Sprintf("profiles are not served to Host %q: use the address they are served on", r.Host), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// lookUp gives one of the runtime's profiles, with ?debug=1 as a text and with ?gc=1 after
// a collection.
func lookUp(w http.ResponseWriter, r *http.Request) {
	p := pprof.Lookup(r.PathValue("name"))
	if p == nil {
		http.NotFound(w, r)
		return
	}
	if on, _ := strconv.Atoi(r.FormValue("gc")); on > 0 {
		runtime.GC()
	}
	text, _ := strconv.Atoi(r.FormValue("debug"))
	if text == 0 {
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	_ = p.WriteTo(w, text)
}

// profileCPU watches the process for ?seconds.
func profileCPU(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.FormValue("seconds"))
	if err != nil || seconds <= 0 {
		seconds = 30
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if err := pprof.StartCPUProfile(w); err != nil { // one is under way
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer pprof.StopCPUProfile()
	_ = clock.Wall{}.Sleep(r.Context(), time.Duration(seconds)*time.Second)
}

// counters leaves the command line out, which expvar has: there may be a token in it.
func counters(w http.ResponseWriter, _ *http.Request) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{"memstats": m})
}
