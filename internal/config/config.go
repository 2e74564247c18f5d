// Package config reads the program's own files: esimsim.yaml, which has the flags of serve
// as keys, and lists of credentials.
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
	Group string // of a nested file, the key above
	Key   string
	Texts []string // one, or those of a list
	At    string   // file:line:column
}

// Read gives the values of a file in their order; known are the keys there may be. A
// missing file is empty unless it was asked for.
func Read(file string, asked bool, known []string) ([]Value, error) {
	root, err := open(file)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		return nil, nil
	}
	if err != nil || root == nil {
		return nil, err
	}
	return values(file, "", root, known)
}

// ReadNested reads a file of groups, each with keys of its own.
func ReadNested(file string, known []string) (out []Value, err error) {
	root, err := open(file)
	if err != nil || root == nil {
		return nil, err
	}
	err = each(file, root, func(key, node *yaml.Node) error {
		group, err := values(file, key.Value, node, known)
		out = append(out, group...)
		return err
	})
	return out, err
}

// open is the top of a file, nil for an empty one.
func open(file string) (*yaml.Node, error) {
	data, err := os.ReadFile(file)
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
	return doc.Content[0], nil
}

func values(file, group string, n *yaml.Node, known []string) (out []Value, err error) {
	err = each(file, n, func(key, node *yaml.Node) error {
		at := fmt.Sprintf("%s:%d:%d", file, key.Line, key.Column)
		if !slices.Contains(known, key.Value) {
			return fmt.Errorf("%s: there is no key %q%s", at, key.Value, nearest.Hint(key.Value, known))
		}
		texts, err := texts(node)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", at, key.Value, err)
		}
		out = append(out, Value{Group: group, Key: key.Value, Texts: texts, At: at})
		return nil
	})
	return out, err
}

func each(file string, n *yaml.Node, f func(key, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d:%d: write keys and values", file, n.Line, n.Column)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if err := f(n.Content[i], n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
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
