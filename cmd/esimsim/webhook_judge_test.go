package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// Every event that is signed is found good, and one whose body was parsed and written anew
// in a usual way is told so.
func TestEventsWrittenAnew(t *testing.T) {
	t.Parallel()
	for _, p := range all.Providers() {
		for _, e := range p.Events() {
			_, sample, err := sim.SampleWebhook(all.Providers(), e.Name, sampleTime)
			if err != nil {
				t.Fatal(err)
			}
			h := hook{p: p, event: e.Short, id: "1", secret: "whsec_x", at: sampleTime}
			given := http.Header{}
			for name, v := range h.header(h.secret, sample) {
				given.Set(name, v[0])
			}
			for form, body := range rewritings(t, sample) {
				h.bytes = body
				err := h.judge(given)
				switch {
				case bytes.Equal(body, sample) && err != nil:
					t.Errorf("%s: %v", e.Name, err)
				case !bytes.Equal(body, sample) && (err == nil || !strings.Contains(err.Error(), "the body ")):
					t.Errorf("%s %s: %v\n%s", e.Name, form, err, body)
				}
			}
		}
	}
}

// rewritings are what programs make of a body that they have parsed.
func rewritings(t *testing.T, sample []byte) map[string][]byte {
	t.Helper()
	var members map[string]any
	var indented bytes.Buffer
	if err := json.Unmarshal(sample, &members); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Indent(&indented, sample, "", "\t"); err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"as it was": sample, "sorted": sorted, "indented": indented.Bytes(),
		"with a newline":       append(bytes.Clone(sample), '\n'),
		"with escaped slashes": bytes.ReplaceAll(sample, []byte("/"), []byte(`\/`)),
	}
}

func TestUnescaped(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`"C\u00f4te \u003c1\u003E"`: `"Côte <1>"`,
		`"\ud83d\ude00"`:            `"😀"`,
		`"\ud83d alone"`:            `"\ud83d alone"`,
		`"a\/b"`:                    `"a/b"`,
		`"\\u00f4 \" \u0022"`:       `"\\u00f4 \" \u0022"`,
		`"\n\u000a"`:                `"\n\u000a"`,
		`"\u005c"`:                  `"\u005c"`,
		`{"a":"\u00e9\u00e8"}`:      `{"a":"éè"}`,
	} {
		if got := unescaped(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
