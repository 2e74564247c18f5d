package sim

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/journal"
)

// astray lets next answer a request that lies under no API, and keeps it in the server's
// own journal: a client whose base URL is wrong asks nothing else.
func (s *Server) astray(next http.Handler) http.Handler {
	var routes []route
	for _, p := range s.cfg.Providers {
		for _, mount := range p.mounts {
			routes = append(routes, p.routes(mount)...)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ofBrowser(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		asked := s.cfg.Real.Now()
		body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody)) // as much of it as came
		out := held{header: w.Header(), status: http.StatusOK}
		found := oddRoute.at("", "no API is served here; the nearest route is "+nearestRoute(r.Method, r.URL.Path, routes))
		e := &journal.Record{Entry: journal.Entry{
			ID: s.lone.next(), At: asked, Real: asked, Method: r.Method, URL: journal.RedactURL(r.URL), Hint: found.Message,
		}}
		if s.strayMode(r) != ModeOff {
			e.Findings = []Finding{found}
		}
		if !s.cfg.NoHints {
			out.header.Set("X-Esimsim-Request", e.ID)
			out.header.Set("X-Esimsim-Hint", e.Hint)
			if len(e.Findings) > 0 {
				out.header.Set("X-Esimsim-Findings", found.Code)
			}
		}
		next.ServeHTTP(&out, r)
		e.Status, e.Duration = out.status, s.cfg.Real.Now().Sub(asked)
		e.Asked(r.Header, body, s.secrets)
		e.Answered(out.header, out.body.Bytes())
		s.observe(e, nil, &s.journal)
		s.log.LogAttrs(r.Context(), slog.LevelInfo, "exchange", slog.String("method", e.Method), slog.String("path", r.URL.Path),
			slog.Int("status", e.Status), slog.Int("findings", len(e.Findings)), slog.String("hint", e.Hint))
		w.WriteHeader(out.status)
		// The client may have gone; the exchange has happened all the same.
		_, _ = w.Write(out.body.Bytes())
	})
}

// strayMode is what holds for a request that no world can be found for.
func (s *Server) strayMode(r *http.Request) Mode {
	if asked := Mode(r.Header.Get(ValidateHeader)); slices.Contains(Modes, asked) {
		return asked
	}
	return s.cfg.Validate
}

// ofBrowser says whether a browser asks for a path of itself, beside a page of ours.
func ofBrowser(path string) bool {
	return path == "/favicon.ico" || strings.HasPrefix(path, "/.well-known/")
}

// held is an answer that is kept in the journal before the client has it.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header         { return h.header }
func (h *held) WriteHeader(status int)      { h.status = status }
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }
