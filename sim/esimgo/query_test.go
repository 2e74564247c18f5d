package esimgo

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

func FuzzKey(f *testing.F) {
	for _, s := range []string{"esimgo_demo", "esimgo_", "", "demo", " esimgo_a~b "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, key string) {
		name, err := nameOf(key)
		switch {
		case err != nil && !errors.Is(err, sim.ErrUnauthenticated):
			t.Errorf("%q: %v", key, err)
		case err == nil && strings.TrimSpace(key) != prefix+name:
			t.Errorf("%q stands for %q", key, name)
		}
	})
}

func FuzzSpan(f *testing.F) {
	for _, s := range []string{"gte:2026-03-01T00:00:00.000Z", "lt:2026-03-01", "2026-03-01", "eq:", ":", "xx:2026-03-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := readSpan(text)
		if ok && strings.HasPrefix(text, "gte:") && !s.has(s.from) {
			t.Errorf("%q lets nothing through", text)
		}
	})
}

func FuzzLike(f *testing.F) {
	f.Add("eSIM, 1GB, 7 Days, Japan, V2", "japan")
	f.Add("a", "*%")
	f.Add("", "eq:")
	f.Fuzz(func(t *testing.T, text, search string) {
		if whole := "eq:" + text; !like(text, whole) {
			t.Errorf("%q is not like %q", text, whole)
		}
		_ = like(text, search)
	})
}

func FuzzPage(f *testing.F) {
	f.Add("1", "50", 7000)
	f.Add("9223372036854775807", "1000", 1)
	f.Add("0", "", 0)
	f.Fuzz(func(t *testing.T, number, size string, n int) {
		p, err := readPage(url.Values{"page": {number}, "size": {size}}, "size", 50)
		if err != nil || n < 0 || n > 1<<30 {
			return
		}
		if from, to := p.bounds(n); from < 0 || from > to || to > n || to-from > p.size {
			t.Errorf("page %+v of %d rows is %d to %d", p, n, from, to)
		}
	})
}

// A bundle's name says what it is, and what was encoded by hand is JSON.
func TestTable(t *testing.T) {
	t.Parallel()
	for _, b := range catalogue().rows {
		row := appendBundle(nil, b, b.Price, rowStyle{Groups: true, Origin: "http://sim.test"})
		var w struct{ Name, Description string }
		if err := json.Unmarshal(row, &w); err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		if w.Name != b.Name || w.Description != b.Description || !strings.HasPrefix(b.Description, "eSIM, ") {
			t.Errorf("%s reads as %+v", row, w)
		}
		if p := b.Plan; p.volume() <= 0 || p.length() <= 0 || len(b.Area.Countries) == 0 {
			t.Errorf("%s gives %d bytes for %s in %v", b.Name, p.volume(), p.length(), b.Area.Countries)
		}
	}
	if n := len(catalogue().rows); n != len(catalogue().byName) || n < 1000 {
		t.Errorf("%d rows and %d names", n, len(catalogue().byName))
	}
}

// Whatever comes as a body, what is read of it is bounded and whole.
func FuzzBodies(f *testing.F) {
	for _, s := range []string{
		`{"type":"transaction","assign":true,"Order":[{"type":"bundle","quantity":1,"item":"x","iccids":[""]}]}`,
		`{"bundles":["a",{"name":"b","repeat":2}]}`, `{"iccid":"1","bundle":"a","startTime":""}`, `{"order":[null]}`, `[`, `{"repeat":-1}`,
		strings.Repeat(`{"Order":`, 300) + "1" + strings.Repeat("}", 300), `{"bundles":` + strings.Repeat("[", 199) + strings.Repeat("]", 199) + "}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if req, err := decodeOrder(&sim.Request{Body: data}); err == nil {
			for _, l := range req.Lines {
				if slices.Contains(l.ICCIDs, "") {
					t.Errorf("%s keeps a blank ICCID", data)
				}
			}
		}
		req, err := decodeApply(&sim.Request{Body: data})
		if err != nil {
			return
		}
		units := 0
		for _, l := range req.Bundles {
			if l.Name == "" || l.Repeat < 1 {
				t.Errorf("%s is read as %+v", data, req)
			}
			units += l.Repeat
		}
		if units < 1 || units > maxUnits || req.ICCID != "" && units != 1 {
			t.Errorf("%s is read as %+v", data, req)
		}
	})
}

func FuzzAccept(f *testing.F) {
	f.Add("application/json, text/plain, */*")
	f.Add("text/csv;q=0.1,application/zip;q=NaN")
	f.Fuzz(func(t *testing.T, accept string) {
		switch got := format([]string{accept}); got {
		case "text/csv", "application/json", "application/zip":
		default:
			t.Errorf("%q gives %q", accept, got)
		}
	})
}

// Whatever is asked for, countries come once each and in their order.
func FuzzCountries(f *testing.F) {
	f.Add("United Kingdom,United States", "GB,us")
	f.Add(", ,,", "XX")
	f.Add("Åland Islands", "ax")
	f.Fuzz(func(t *testing.T, names, isos string) {
		found, err := wantedCountries(&sim.Request{Query: url.Values{"countries": {names}, "isos": {isos}}})
		if err != nil && found != nil {
			t.Errorf("%q and %q find %v and %v", names, isos, found, err)
		}
		for i := 1; i < len(found); i++ {
			if found[i-1].Slug >= found[i].Slug {
				t.Errorf("%s comes before %s", found[i-1].Name, found[i].Name)
			}
		}
	})
}
