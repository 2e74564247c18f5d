// Package config reads the program's own file, esimsim.yaml: the flags of serve as keys.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/esimsim/esimsim/internal/nearest"
)

// File is where it is looked for, in the folder the program is started in.
const File = "esimsim.yaml"

// A Value is what a key holds, and where it stands.
type Value struct {
	Key   string
	Texts []string // one, or those of a list
	At    string   // file:line:column
}

// Read gives the values of a file in their order; known are the keys there may be. A
// missing file is empty unless it was asked for.
func Read(file string, asked bool, known []string) ([]Value, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d:%d: write keys and values, such as listen: 127.0.0.1:8484", file, root.Line, root.Column)
	}
	var out []Value
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, node := root.Content[i], root.Content[i+1]
		at := fmt.Sprintf("%s:%d:%d", file, key.Line, key.Column)
		if !slices.Contains(known, key.Value) {
			return nil, fmt.Errorf("%s: there is no key %q%s", at, key.Value, nearest.Hint(key.Value, known))
		}
		texts, err := texts(node)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", at, key.Value, err)
		}
		out = append(out, Value{Key: key.Value, Texts: texts, At: at})
	}
	return out, nil
}

func texts(n *yaml.Node) (out []string, err error) {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	for _, n := range nodes {
		if n.Kind != yaml.ScalarNode {
			return nil, errors.New("must be a text or a list of texts")
		}
		out = append(out, n.Value)
	}
	return out, nil
}
