// Package tool is for tests that need a program of the machine's: such as a vendor's sample
// that is run as it is printed.
package tool

import (
	"os"
	"os/exec"
	"testing"
)

// Path is where a program is. Where it is missing, Missing ends the test.
func Path(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name)
	}
	return path
}

// Missing skips a test for want of something; in CI nothing may be missing.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing, and CI has to run everything", what)
	}
	t.Skipf("%s is not on this machine", what)
}
