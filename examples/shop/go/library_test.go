package shop

import (
	"context"
	"log"
	"os"
	"testing"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// TestMain starts the simulator as a library where "esimsim exec" has not started one, so
// that plain go test does, too. A test can also have one to itself, by sim.StartT.
func TestMain(m *testing.M) {
	if os.Getenv("ESIMSIM_URL") != "" {
		m.Run()
		return
	}
	s, err := sim.New(sim.Config{Providers: all.Providers()})
	if err == nil {
		err = s.Start(context.Background())
	}
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	_ = os.Setenv("ESIMSIM_URL", s.URL())
	_ = os.Setenv("ESIMFLY_BASE_URL", s.URL()+"/api/v1/business")
	m.Run()
}
