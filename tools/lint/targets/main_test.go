package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A signal that Windows lacks is found there, in the program as in its tests, and nowhere else.
func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":       "module example.test/m\n\ngo 1.26\n",
		"m.go":         "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(code()) }\n",
		"code.go":      "//go:build !windows\n\npackage main\n\nimport \"syscall\"\n\nfunc code() int { return int(syscall.SIGUSR1) }\n",
		"code_test.go": "package main\n\nimport (\n\t\"syscall\"\n\t\"testing\"\n)\n\nfunc TestCode(t *testing.T) { t.Log(syscall.SIGUSR2) }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, target := range []string{"linux/arm64", "darwin/arm64"} {
		if found, err := check(dir, target); err != nil || len(found) > 0 {
			t.Errorf("%s: %v, %v", target, found, err)
		}
	}
	found, err := check(dir, "windows/amd64")
	if err != nil {
		t.Fatal(err)
	}
	text := errors.Join(found...).Error()
	for _, want := range []string{"m.go:5:23: undefined: code", "code_test.go:8:45: undefined: syscall.SIGUSR2"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
	if len(found) != 2 {
		t.Errorf("found %d:\n%s", len(found), text)
	}
	if _, err := check(dir, "plan9000/amd64"); err == nil {
		t.Error("a system that is none passes")
	}
}
