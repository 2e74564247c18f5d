package nearest_test

import (
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/nearest"
)

func TestHint(t *testing.T) {
	t.Parallel()
	scenarios := []string{"fly-slow", "fly-pending-details", "fly-pending-stuck", "fly-pending-x", "go-pending"}
	for _, c := range []struct {
		word string
		of   []string
		want string
	}{
		{"fly-slwo", scenarios, ", did you mean fly-slow?"},
		{"fly-pending", scenarios, ", did you mean fly-pending-x, fly-pending-stuck or fly-pending-details?"},
		{"fly", scenarios, ", did you mean fly-slow, fly-pending-x or fly-pending-stuck?"},
		{"fl", scenarios, ""},
		{"createOrder", []string{"fly.createOrder", "go.createOrder", "go.create"}, ", did you mean fly.createOrder or go.createOrder?"},
		{"createOder", []string{"fly.createOrder", "go.createOrder", "go.create"}, ", did you mean fly.createOrder or go.createOrder?"},
		{"go.createOder", []string{"fly.createOrder", "go.createOrder", "go.create"}, ", did you mean go.createOrder?"},
		{"cut", []string{"cat", "cup", "rut", "but"}, ", did you mean cat, cup or rut?"},
		{"nothing-of-it", scenarios, ""},
		{strings.Repeat("fly-", 100), scenarios, ""},
		{"", scenarios, ""},
	} {
		if got := nearest.Hint(c.word, c.of); got != c.want {
			t.Errorf("%s: %q, want %q", c.word, got, c.want)
		}
	}
}
