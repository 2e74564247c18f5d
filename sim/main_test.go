package sim_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// After all tests every simulator is closed, and none may have left a goroutine.
func TestMain(m *testing.M) {
	if order := os.Getenv(idleEnv); order != "" {
		hold(order)
		return
	}
	if targets := os.Getenv(dialsEnv); targets != "" {
		if err := tellDials(targets == "one"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
