package roamify

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"slices"
	"sync"

	"github.com/esimsim/esimsim/sim"
)

// devicesJSON are phones and the like that take an eSIM; which ones is true of the
// makers' own lists at 2024, and no copy of the vendor's.
//
//go:embed devices.json
var devicesJSON []byte

// devicesAnswer is the whole answer, made when it is first asked for.
var devicesAnswer = sync.OnceValue(func() []byte {
	var plain bytes.Buffer
	if err := json.Compact(&plain, devicesJSON); err != nil {
		panic("roamify devices: " + err.Error())
	}
	return slices.Concat([]byte(`{"status":"success","data":`), plain.Bytes(), []byte("}"))
})

func listDevices(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if _, err := noKeys.query(tx, r); err != nil {
		return sim.Reply{}, err
	}
	return sim.Reply{Body: devicesAnswer()}, nil
}
