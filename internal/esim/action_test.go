package esim_test

import (
	"errors"
	"math"
	"testing"

	"github.com/esimsim/esimsim/internal/esim"
)

func TestNewAction(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind     esim.ActionKind
		country  string
		volume   esim.Volume
		megabyte esim.Bytes
		want     esim.Action
		err      error
	}{
		"of 10^6 bytes":      {esim.Use, "", esim.Volume{Megabytes: 1.5}, esim.MB, esim.Action{Kind: esim.Use, Bytes: 1_500_000}, nil},
		"of 2^20 bytes":      {esim.Use, "JP", esim.Volume{Megabytes: 2}, esim.MiB, esim.Action{Kind: esim.Use, Country: "JP", Bytes: 2 << 20}, nil},
		"bytes":              {esim.Use, "", esim.Volume{Bytes: 7}, esim.MiB, esim.Action{Kind: esim.Use, Bytes: 7}, nil},
		"all there may be":   {esim.Use, "", esim.Volume{Megabytes: 1e9}, esim.MB, esim.Action{Kind: esim.Use, Bytes: 1e15}, nil},
		"small letters":      {esim.Attach, "gb", esim.Volume{}, esim.MB, esim.Action{Kind: esim.Attach, Country: "GB"}, nil},
		"no country":         {kind: esim.Attach, country: "Japan", err: esim.ErrCountry},
		"no code":            {kind: esim.Attach, country: "XX", err: esim.ErrCountry},
		"too much":           {kind: esim.Use, volume: esim.Volume{Megabytes: 1e9 + 1}, err: esim.ErrVolume},
		"too many bytes":     {kind: esim.Use, volume: esim.Volume{Bytes: 1e15 + 1}, err: esim.ErrVolume},
		"less than nothing":  {kind: esim.Use, volume: esim.Volume{Megabytes: -1}, err: esim.ErrVolume},
		"fewer than nothing": {kind: esim.Use, volume: esim.Volume{Bytes: -1}, err: esim.ErrVolume},
		"no number":          {kind: esim.Use, volume: esim.Volume{Megabytes: math.NaN()}, err: esim.ErrVolume},
		"no end":             {kind: esim.Use, volume: esim.Volume{Bytes: math.Inf(1)}, err: esim.ErrVolume},
	} {
		got, err := esim.NewAction(c.kind, c.country, c.volume)
		if !errors.Is(err, c.err) || (got == nil) != (err != nil) {
			t.Errorf("%s: %v, want %v", name, err, c.err)
		} else if got != nil && got(c.megabyte) != c.want {
			t.Errorf("%s: %+v, want %+v", name, got(c.megabyte), c.want)
		}
	}
}
