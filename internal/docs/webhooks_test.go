package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// webhooksPage is the events of all providers, each with a sample.
func webhooksPage(t *testing.T, list []*volume) *docs.Page {
	t.Helper()
	page := docs.NewPage("Webhooks")
	page.Text("Where events go is said for every world by a [flag](flags.md), for one world by the [control plane](control-api.md) or a scenario, and at esimfly by the API " +
		"itself. They leave when the call that caused them is answered. `esimsim trigger EVENT` sends one now, and " +
		"`esimsim explain EVENT` prints its sample, " +
		"`esimsim webhook sign` the headers of any body, and `esimsim webhook verify` says what is wrong with a signature. Samples are indented here; on the wire they are not.")
	s := simulator(t)
	for _, v := range list {
		page.Heading(2, v.Title())
		page.Text("%s", times(t, s, v))
		var rows [][]string
		for _, e := range v.Events() {
			rows = append(rows, append([]string{docs.Link(e.Name)}, grounds(e.Basis, e.Source)...))
		}
		page.Table([]string{"Event", "Basis", "Source"}, rows)
		for i, e := range v.Events() {
			_, body, err := sim.SampleWebhook(all.Providers(), e.Name, instant)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				secret, err := s.WebhookSecret(v.Name(), "demo")
				if err != nil {
					t.Fatal(err)
				}
				page.Text("The headers of the first of them, signed with %s, the secret of the world `demo`:", docs.Code(secret))
				page.Fence("http", signature(v, secret, e, body))
			}
			page.Heading(3, e.Name)
			var sample bytes.Buffer
			if err := json.Indent(&sample, body, "", "  "); err != nil {
				t.Fatal(err)
			}
			page.Fence("json", sample.String())
		}
	}
	return page
}

// times says how long a provider waits for a receiver, and how often it tries.
func times(t *testing.T, s *sim.Server, v *volume) string {
	t.Helper()
	timeout, waits, err := s.WebhookTimes(v.Name())
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("A receiver has %s of real time. ", clock.FormatDuration(timeout))
	if len(waits) == 0 {
		return text + "There is one attempt."
	}
	var each []string
	for _, w := range waits {
		each = append(each, clock.FormatDuration(w))
	}
	return text + fmt.Sprintf("An attempt that fails is followed by %d more, on the world's clock: %s after the one before.", len(waits), strings.Join(each, ", "))
}

// signature is the headers of an event.
func signature(v *volume, secret string, e sim.EventInfo, body []byte) string {
	header := v.SignWebhook(sim.Signing{
		Event: e.Short, ID: "5d0c8a7e-3f41-4b7e-9a52-6c1f0e8b2d19", Secret: secret, Body: body, At: instant,
		Setting: func(string) string { return "" },
	})
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(header)) {
		lines = append(lines, name+": "+header[name][0])
	}
	return strings.Join(lines, "\n")
}
