package main

import "testing"

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	for allowed, want := range map[string]int64{
		"": 2 << 30, "max\n": 2 << 30, "536870912\n": 384 << 20, "68719476736\n": 2 << 30,
	} {
		if got := memoryLimit(allowed); got != want {
			t.Errorf("%q: %d, want %d", allowed, got, want)
		}
	}
}
