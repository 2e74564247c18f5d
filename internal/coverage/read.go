package coverage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode"
)

// The marks of a file, so that another JSON document is not taken for one.
const (
	fileFormat  = "esimsim-coverage"
	fileVersion = 1
)

type file struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Report
}

// JSON is the report as a file, which Read takes back.
func (r Report) JSON() []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(file{fileFormat, fileVersion, r}); err != nil {
		panic("coverage: " + err.Error()) // numbers and texts can always be written
	}
	return out.Bytes()
}

// Read reads a file strictly. Totals are counted anew, whatever the file says of them.
func Read(data []byte) (Report, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var f file
	if err := dec.Decode(&f); err != nil {
		return Report{}, fmt.Errorf("read coverage: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Report{}, errors.New("read coverage: something follows the report")
	}
	if f.Format != fileFormat {
		return Report{}, fmt.Errorf("read coverage: format is %q, not %q", f.Format, fileFormat)
	}
	if f.Version != fileVersion {
		return Report{}, fmt.Errorf("read coverage: version is %d, and this program reads %d", f.Version, fileVersion)
	}
	if f.Runs < 1 {
		return Report{}, errors.New("read coverage: runs is less than 1")
	}
	if err := check(f.Report); err != nil {
		return Report{}, fmt.Errorf("read coverage: %w", err)
	}
	return Merge(f.Report), nil
}

// check refuses what would be told twice, or could not be shown on a terminal.
func check(r Report) error {
	seen := map[key]bool{}
	once := func(k key) error {
		if seen[k] {
			return fmt.Errorf("%s: %s %q stands twice", k.provider, k.kind, k.name)
		}
		seen[k] = true
		return name(k.name)
	}
	var found []error
	if r.World != "" {
		found = append(found, name(r.World))
	}
	for _, p := range r.Providers {
		found = append(found, name(p.Name), name(p.Title), once(key{p.Name, "provider", p.Name, 0}))
		for _, o := range p.Operations {
			found = append(found, once(key{p.Name, Operations, o.Name, 0}))
			if o.Method != "" || o.Path != "" { // none has neither but one that no table has
				found = append(found, name(o.Method), name(o.Path))
			}
			for _, s := range o.Statuses {
				found = append(found, once(key{p.Name, Statuses, o.Name, s.Status}))
				if s.Status < 100 || s.Status > 999 {
					found = append(found, fmt.Errorf("%s: %d is no status", o.Name, s.Status))
				}
			}
		}
		for _, kind := range Kinds() {
			for _, i := range p.Items(kind) {
				found = append(found, once(key{p.Name, kind, i.Name, 0}))
			}
		}
	}
	return errors.Join(found...)
}

const maxName = 200

func name(s string) error {
	if s == "" || len(s) > maxName {
		return fmt.Errorf("a name has 1 to %d bytes, not %d", maxName, len(s))
	}
	for _, c := range s {
		if !unicode.IsPrint(c) || c == unicode.ReplacementChar {
			return fmt.Errorf("%q is no name", s)
		}
	}
	return nil
}
