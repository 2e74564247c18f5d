package main

import (
	"fmt"
	"strings"

	"github.com/esimsim/esimsim/internal/config"
	"github.com/esimsim/esimsim/sim"
)

// credentials reads a closed list of keys: by the name of a world, its keys.
//
//	ci-1:
//	  roamify: my-token
//	  esimgo: my-api-key
//	  esimfly: my-code:my-secret
func credentials(file string) (keys []sim.Key, err error) {
	worlds, err := config.ReadNested(file, []string{"roamify", "esimgo", "esimfly"})
	if err != nil {
		return nil, err
	}
	for _, v := range worlds {
		for _, text := range v.Texts {
			k := sim.Key{Provider: v.Key, Value: text, World: v.Group}
			if v.Key == "esimfly" {
				var ok bool
				if k.Value, k.Secret, ok = strings.Cut(text, ":"); !ok {
					return nil, fmt.Errorf("%s: esimfly is CODE:SECRET", v.At)
				}
			}
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s: there is no key in it", file)
	}
	return keys, nil
}
