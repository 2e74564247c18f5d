package nesting_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/nesting"
)

func deep(open, inner, closed string, n int) string {
	return strings.Repeat(open, n) + inner + strings.Repeat(closed, n)
}

func TestTooDeep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"nothing":            {"", false},
		"objects":            {deep(`{"":`, "1", "}", nesting.Max), false},
		"one object more":    {deep(`{"":`, "1", "}", nesting.Max+1), true},
		"arrays":             {deep("[", "", "]", nesting.Max), false},
		"one array more":     {deep("[", "", "]", nesting.Max+1), true},
		"mixed":              {deep(`[{"a":`, "1", "}]", nesting.Max/2+1), true},
		"many side by side":  {"[" + strings.Repeat("[],{},", 1000) + "1]", false},
		"brackets in a text": {`["` + strings.Repeat("[", 1000) + `"]`, false},
		"quotes in a text":   {`["\"` + strings.Repeat("[", 1000) + `\\"]`, false},
		"deep behind a text": {`["\\",` + deep("[", "", "]", nesting.Max) + "]", true},
		"a hostile megabyte": {deep(`{"":`, "1", "}", 120_000), true},
	} {
		if got := nesting.TooDeep([]byte(c.text)); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

// Of JSON it says what a reader counts.
func FuzzTooDeep(f *testing.F) {
	for _, s := range []string{
		`{"a":[{"b":"}\"{\\"}]}`, deep(`{"":`, "1", "}", nesting.Max+1), deep("[", `"[["`, "]", nesting.Max), `["\\",[]]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		if want := depth(t, text) > nesting.Max; nesting.TooDeep(text) != want {
			t.Errorf("%s: want %t", text, want)
		}
	})
}

func depth(t *testing.T, text []byte) (deepest int) {
	t.Helper()
	open := 0
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return deepest
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			open++
			deepest = max(deepest, open)
		case json.Delim(']'), json.Delim('}'):
			open--
		}
	}
}
