package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "atlas:", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	fs := flag.NewFlagSet("atlas", flag.ContinueOnError)
	fs.SetOutput(stderr)
	mccmnc := fs.String("mccmnc", "", "mcc-mnc-list.json of the npm package mcc-mnc-list")
	out := fs.String("out", "", "folder to write countries.json and networks.json to")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *mccmnc == "" || *out == "" || fs.NArg() > 0 {
		return fmt.Errorf("usage: atlas -mccmnc FILE -out DIR")
	}

	list, err := allCountries()
	if err != nil {
		return fmt.Errorf("countries: %w", err)
	}
	rows, err := readRows(*mccmnc)
	if err != nil {
		return fmt.Errorf("reading %s: %w", *mccmnc, err)
	}
	nets, err := networksByCountry(rows, list)
	if err != nil {
		return fmt.Errorf("networks: %w", err)
	}

	countriesJSON, err := encodeCountries(list)
	if err != nil {
		return err
	}
	networksJSON, err := encodeNetworks(list, nets)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*out, "countries.json"), countriesJSON, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(*out, "networks.json"), networksJSON, 0o644)
}

// encodeCountries writes an array with one country a line.
func encodeCountries(list []country) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("[\n")
	if err := writeLines(&b, "  ", list); err != nil {
		return nil, err
	}
	b.WriteString("]\n")
	return b.Bytes(), nil
}

// encodeNetworks writes an object from country code to array, with one network a line.
func encodeNetworks(list []country, nets map[string][]network) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("{")
	sep := "\n"
	for _, iso := range sortedCodes(list) {
		if len(nets[iso]) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s  %q: [\n", sep, iso)
		if err := writeLines(&b, "    ", nets[iso]); err != nil {
			return nil, err
		}
		b.WriteString("  ]")
		sep = ",\n"
	}
	b.WriteString("\n}\n")
	return b.Bytes(), nil
}

func writeLines[T any](b *bytes.Buffer, indent string, records []T) error {
	for i, r := range records {
		line, err := marshal(r)
		if err != nil {
			return err
		}
		b.WriteString(indent)
		b.Write(line)
		if i < len(records)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	return nil
}

// marshal leaves "AT&T" readable, which json.Marshal would escape.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
