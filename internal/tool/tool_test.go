package tool_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/esimsim/esimsim/internal/tool"
)

// noted is a test that tells how it first ended, and goes on.
type noted struct {
	testing.TB
	end string
}

func (n *noted) Helper()                        {}
func (n *noted) Fatalf(format string, a ...any) { n.ended("fails: ", format, a) }
func (n *noted) Skipf(format string, a ...any)  { n.ended("skipped: ", format, a) }

func (n *noted) ended(how, format string, a []any) {
	if n.end == "" {
		n.end = how + fmt.Sprintf(format, a...)
	}
}

// What is missing skips a test at a desk and fails it in CI; what is there does neither.
func TestPath(t *testing.T) {
	dir := t.TempDir()
	there := filepath.Join(dir, "there.exe")
	if err := os.WriteFile(there, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	for ci, want := range map[string]string{
		"":     "skipped: none is not on this machine",
		"true": "fails: none is missing, and CI has to run everything",
	} {
		t.Setenv("CI", ci)
		n := &noted{TB: t}
		if got := tool.Path(n, "there.exe"); got != there || n.end != "" {
			t.Errorf("CI=%s: %q, and the test %s", ci, got, n.end)
		}
		if tool.Path(n, "none"); n.end != want {
			t.Errorf("CI=%s: the test %s, want %s", ci, n.end, want)
		}
	}
}
