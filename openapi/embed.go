// Package openapi holds the OpenAPI documents: one for each API, and one for the control
// plane.
package openapi

import _ "embed"

// The documents, as YAML.
var (
	//go:embed roamify.yaml
	Roamify []byte
	//go:embed esimgo.yaml
	Esimgo []byte
	//go:embed esimfly.yaml
	Esimfly []byte
	//go:embed control.yaml
	Control []byte
)
