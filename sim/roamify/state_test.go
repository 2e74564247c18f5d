package roamify

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC)
	for want, e := range map[string]eSIM{
		"NEW":       {CreatedAt: at, AppliedAt: at},
		"READY":     {ReadyAt: at},
		"INSTALLED": {ReadyAt: at, InstalledAt: at, StartedAt: at, DepletedAt: at},
		"EXPIRED":   {ReadyAt: at, InstalledAt: at, ExpiredAt: at},
	} {
		if got := e.status(); got != want {
			t.Errorf("%+v is %s, want %s", e, got, want)
		}
	}
	for want, o := range map[string]order{"PENDING": {CreatedAt: at}, "COMPLETED": {CreatedAt: at, CompletedAt: at}} {
		if got := o.status(); got != want {
			t.Errorf("%+v is %s, want %s", o, got, want)
		}
	}
}

// The account is data that JSON carries whole.
func TestStateIsData(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC)
	s := state{
		OpenedAt: at, Balance: 99_50, OrdersOf: map[string]int{"PENDING": 1}, ESIMsOf: map[string]int{"NEW": 1},
		Orders:    []*order{{ID: "o", Reference: "r", TopUp: true, Total: 500, CreatedAt: at, Items: []item{{ESIM: "e", Package: "p", Price: 500}}}},
		ESIMs:     []*eSIM{{ID: "e", Order: "o", Package: "p", ICCID: "89", CreatedAt: at, Days: 7, Allowed: 1 << 30, Used: 5}},
		OrderByID: map[string]int{"o": 0}, OrderByReference: map[string]int{"r": 0},
		ESIMByID: map[string]int{"e": 0},
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back state
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, back); diff != "" {
		t.Error(diff)
	}
}
