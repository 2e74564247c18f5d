package sim

import (
	"context"
	"fmt"
	"strings"
)

// TB is the part of testing.TB that StartT needs.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// StartT runs a simulator for a test on a free port of the loopback interface and closes
// it when the test ends. Every answer is held against the OpenAPI document; one that
// does not fit fails the test.
func StartT(t TB, cfg Config) *Server {
	t.Helper()
	cfg.CheckReplies = true
	if cfg.OnReply == nil {
		cfg.OnReply = func(operation string, found []Finding) {
			t.Errorf("answer of %s breaks its document: %s", operation, sentences(found))
		}
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatalf("new simulator: %v", err)
	}
	if err := s.Start(context.Background()); err != nil {
		t.Fatalf("start simulator: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close simulator: %v", err)
		}
	})
	return s
}

// WorldT is World for a test: a name that is no name fails it.
func (s *Server) WorldT(t TB, name string) *World {
	t.Helper()
	w, err := s.World(name)
	if err != nil {
		t.Fatalf("world %s: %v", name, err)
	}
	return w
}

func sentences(found []Finding) string {
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("%s at %q: %s", f.Code, f.Pointer, f.Message))
	}
	return strings.Join(out, "; ")
}
