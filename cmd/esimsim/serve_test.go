package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// Each listener that others can reach is told of loudly, and no other.
func TestReachableIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		listen, tls string
		want        []string
	}{
		"loopback":      {"127.0.0.1:0", "localhost:0", nil},
		"plain":         {"0.0.0.0:0", "", []string{" listen="}},
		"TLS alone":     {"127.0.0.1:0", "0.0.0.0:0", []string{" tls-listen="}},
		"every address": {"0.0.0.0:0", ":0", []string{" listen=", " tls-listen="}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			var o serveOptions
			o.cfg.Providers, o.cfg.Listen, o.cfg.TLS.Listen = all.Providers(), c.listen, c.tls
			o.cfg.Log, o.cfg.ControlToken = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})), "t"
			s := sim.StartT(t, o.cfg)
			o.warn(s)
			for _, want := range c.want {
				if !strings.Contains(log.String(), want) {
					t.Errorf("no %q in %s", want, &log)
				}
			}
			if n := strings.Count(log.String(), "reachable from other machines"); n != len(c.want) {
				t.Errorf("%d loud lines, want %d: %s", n, len(c.want), &log)
			}
		})
	}
}
