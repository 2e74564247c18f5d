package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestDebugServer(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	stop, err := debugServer(t.Context(), "127.0.0.1:0", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	url := regexp.MustCompile(`http://[0-9.:]+/debug/`).FindString(log.String())
	for path, want := range map[string]string{"pprof/": "goroutine", "pprof/heap?gc=1&debug=1": "heap profile", "pprof/profile?seconds=1": "", "vars": "memstats"} {
		res, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %v %.200s", path, err, body)
		}
	}
}
