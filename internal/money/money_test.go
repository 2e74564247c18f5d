package money_test

import (
	"encoding/json"
	"testing"

	"github.com/esimsim/esimsim/internal/money"
)

func TestAmount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money.Amount{"0": 0, "1000": 100000, "2.72": 272, "25.50": 2550, "2.7": 270, "1e3": 100000, "-1.5": -150, "0.005": 1} {
		if got, err := money.Parse(text); err != nil || got != want {
			t.Errorf("Parse(%s) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "x", "NaN", "Inf", "1e13", "0x10", "1_000", "1,5"} {
		if got, err := money.Parse(bad); err == nil {
			t.Errorf("Parse(%s) = %d, want an error", bad, got)
		}
	}
	for a, want := range map[money.Amount]string{100000: "1000", 272: "2.72", 270: "2.7", 4728: "47.28", 0: "0", 5: "0.05"} {
		if got, _ := json.Marshal(a); string(got) != want {
			t.Errorf("%d as JSON is %s, want %s", a, got, want)
		}
		if got, _ := json.Marshal(a.Float()); string(got) != want {
			t.Errorf("%d as a float is %s, want %s", a, got, want)
		}
	}
	if got := money.Amount(272).Times(10); got != 2720 {
		t.Errorf("ten times 2.72 is %v", got)
	}
	if got := money.Amount(272).Share(0.0735); got != 20 {
		t.Errorf("7.35 %% of 2.72 is %v, want 0.20", got)
	}
	if got := money.Amount(2720).String(); got != "27.20" {
		t.Errorf("String %s", got)
	}
}
