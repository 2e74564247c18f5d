package sim_test

import (
	"errors"
	"math"
	"testing"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

func TestDevices(t *testing.T) {
	t.Parallel()
	w := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: start}).WorldT(t, "w")
	if _, err := w.Install("last"); !errors.Is(err, sim.ErrNoESIM) {
		t.Errorf("no eSIM: %v", err)
	}
	made, err := w.Start(sim.Fixture{ESIMs: []sim.FixtureESIM{
		{Provider: "esimgo", Item: "esim_1GB_7D_GB_V2"}, {Provider: "esimfly", Item: "merhaba-7days-1gb"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	british, turkish := made.ESIMs[0].ICCID, made.ESIMs[1].ICCID
	for _, step := range []struct {
		what, country string
		do            func() (sim.Acted, error)
		used          int64
		edge          string // the last that was passed, "" for none
	}{
		{"install", "", func() (sim.Acted, error) { return w.Install(turkish) }, 0, "esimfly.esim.installed"},
		{"install again", "", func() (sim.Acted, error) { return w.Install("last") }, 0, ""},
		{"attach", "TR", func() (sim.Acted, error) { return w.Attach(turkish, "") }, 0, ""},
		{"attach elsewhere", "JP", func() (sim.Acted, error) { return w.Attach(turkish, "jp") }, 0, ""},
		{"attach again", "TR", func() (sim.Acted, error) { return w.Attach(turkish, "TR") }, 0, ""},
		{"use", "TR", func() (sim.Acted, error) { return w.Use(turkish, 1.5) }, 3 << 19, "esimfly.esim.active"}, // of 2^20 bytes
		{"use all and more", "TR", func() (sim.Acted, error) { return w.Use(turkish, 5000) }, 1<<30 - 3<<19, "esimfly.esim.depleted"},
		{"use a new one", "GB", func() (sim.Acted, error) { return w.Use(british, 2) }, 2e6, "esimgo.bundle.active"}, // of 10^6
	} {
		got, err := step.do()
		if err != nil || int64(got.Used) != step.used {
			t.Errorf("%s: used %d, %v, want %d", step.what, got.Used, err, step.used)
		}
		last := ""
		for _, h := range got.Passed {
			last = h.Edge
		}
		if last != step.edge {
			t.Errorf("%s: passed %v, want %s", step.what, got.Passed, step.edge)
		}
		for _, e := range w.View().ESIMs {
			if e.ICCID == got.ICCID && (!e.OnDevice || e.Country != step.country) {
				t.Errorf("%s: %+v", step.what, e)
			}
		}
	}
	if _, err := w.Remove(turkish); err != nil {
		t.Error(err)
	}
	var refused *sim.EdgeError
	if _, err := w.Remove(turkish); !errors.As(err, &refused) || refused.State != "not on a device" {
		t.Errorf("removed twice: %v", err)
	}
	for _, megabytes := range []float64{-1, 2e9, math.NaN(), math.Inf(1)} {
		if _, err := w.Use(british, megabytes); err == nil {
			t.Errorf("%g megabytes were used", megabytes)
		}
	}
	if _, err := w.Attach(british, "Japan"); err == nil {
		t.Error("a country without an ISO code was taken")
	}
}
