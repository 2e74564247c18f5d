package roamify_test

import (
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	a.get("/health").golden("getHealth")
	a.advance(90 * time.Second)
	a.get("/health").want(200, `{"status":"success","data":{"status":"ok","environment":"development","uptime":90}}`)
	a.do("GET", "/api/health", "", nil).want(200, `{"status":"success","data":{"status":"ok","environment":"development","uptime":0}}`)
	a.get("/health?deep=1").want(400, invalid(`"deep" is not allowed`))

	ill := open(t, "ci~own", library("rules: [{on: roamify.getHealth, do: {error: UNAVAILABLE}}]"))
	ill.get("/health").want(503, failed("Service unavailable"))
}
