package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"gopkg.in/yaml.v3"
)

// json reads JSON into the nodes that the loader walks, so that a body is read by the
// same tables as a file. The YAML reader is not asked: it takes neither tabs nor every
// escape of JSON. A body that is none is reported, and nil.
func (l *loader) json(data []byte) *yaml.Node {
	l.places = map[*yaml.Node]place{}
	r := &jsonReader{l: l, data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	r.dec.UseNumber()
	n, err := r.value(place{}, 0)
	at := r.place()
	if err == nil {
		if _, end := r.dec.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	switch {
	case err == nil:
		return n
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("it ends too early")
	}
	l.at(at, "send a JSON object: %v", err)
	return nil
}

type jsonReader struct {
	l    *loader
	data []byte
	dec  *json.Decoder

	// at and line say how far place has counted; from is where the line begins.
	at, from int
	line     int
}

// place is a node where the next token begins.
func (r *jsonReader) place() *yaml.Node {
	end := int(r.dec.InputOffset())
	for end < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[end]) >= 0 {
		end++
	}
	for ; r.at < end; r.at++ {
		if r.data[r.at] == '\n' {
			r.line++
			r.from = r.at + 1
		}
	}
	return &yaml.Node{Line: r.line, Column: end - r.from + 1}
}

// value reads the next value, which stands at the given place.
func (r *jsonReader) value(at place, deep int) (*yaml.Node, error) {
	if deep > maxDepth {
		return nil, fmt.Errorf("it is nested more than %d deep", maxDepth)
	}
	n := r.place()
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	r.l.places[n] = at
	switch v := token.(type) {
	case json.Delim:
		if v == '[' {
			n.Kind = yaml.SequenceNode
			return n, r.items(n, deep)
		}
		n.Kind = yaml.MappingNode
		return n, r.members(n, deep)
	case string:
		n.Kind, n.Value, n.Style = yaml.ScalarNode, v, yaml.DoubleQuotedStyle
	case json.Number:
		n.Kind, n.Value = yaml.ScalarNode, v.String()
	case bool:
		n.Kind, n.Value = yaml.ScalarNode, strconv.FormatBool(v)
	default:
		return nil, fmt.Errorf("%s is null: leave it out", r.l.pointer(n))
	}
	return n, nil
}

func (r *jsonReader) items(n *yaml.Node, deep int) error {
	for i := 0; r.dec.More(); i++ {
		item, err := r.value(place{in: n, item: i}, deep+1)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, item)
	}
	_, err := r.dec.Token() // the closing bracket
	return err
}

func (r *jsonReader) members(n *yaml.Node, deep int) error {
	for r.dec.More() {
		key := r.place()
		token, err := r.dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		key.Kind, key.Value, key.Style = yaml.ScalarNode, name, yaml.DoubleQuotedStyle
		at := place{in: n, key: name}
		r.l.places[key] = at
		value, err := r.value(at, deep+1)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, key, value)
	}
	_, err := r.dec.Token() // the closing brace
	return err
}
