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
		if strings.Contains(string(body), "cmdline") {
			t.Errorf("%s tells the command line", path)
		}
	}
	if strings.Contains(log.String(), "other machines") {
		t.Errorf("loopback is said to be reachable: %s", &log)
	}
}

// A name that somebody lets point here gets nothing, and an address that others reach is
// told of loudly.
func TestDebugServerHosts(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	stop, err := debugServer(t.Context(), "0.0.0.0:0", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if !strings.Contains(log.String(), "other machines") {
		t.Errorf("nothing loud: %s", &log)
	}
	port := regexp.MustCompile(`:(\d+)/debug/`).FindStringSubmatch(log.String())[1]
	for host, want := range map[string]int{
		"127.0.0.1": 200, "127.0.0.1:" + port: 200, "localhost": 200, "[::1]:80": 200, "LEAK.example": 403, "evil.example:" + port: 403,
		"192.0.2.1": 403, "localhost.evil.example": 403, "debug": 403,
	} {
		for _, path := range []string{"vars", "pprof/", "pprof/heap"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+port+"/debug/"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = host
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("%s for Host %s: %d, want %d", path, host, res.StatusCode, want)
			}
		}
	}
}
