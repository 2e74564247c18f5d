// Package scenarios holds the bundled scenarios, one a file.
package scenarios

import "embed"

// Files are the scenarios, by their name with the ending .yaml.
//
//go:embed *.yaml
var Files embed.FS
