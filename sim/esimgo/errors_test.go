package esimgo

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
)

// Every refusal the API has, by its name, as each of its operations answers it when a rule
// asks for it: one golden file a name. No name, basis or source may be missing.
func TestNamedErrors(t *testing.T) {
	t.Parallel()
	type answer struct {
		Operation  string          `json:"operation"`
		Status     int             `json:"status"`
		RetryAfter string          `json:"retryAfter,omitempty"`
		Body       json.RawMessage `json:"body"`
	}
	all := operations()
	rules := map[string]string{} // by name of the error
	for _, e := range namedErrors {
		if e.Name == "" || e.Basis == "" || e.Source == "" || e.Err == nil {
			t.Errorf("error %+v lacks something", e)
		}
		for _, id := range e.Operations {
			if !slices.ContainsFunc(all, func(o sim.Operation[state]) bool { return o.ID == id }) {
				t.Errorf("%s names %s, which is no operation", e.Name, id)
			}
		}
		for _, op := range all {
			if len(e.Operations) == 0 || slices.Contains(e.Operations, op.ID) {
				rules[e.Name] += "  - {on: esimgo." + op.ID + ", do: {error: " + e.Name + "}}\n"
			}
		}
	}
	library := fstest.MapFS{}
	for name, text := range rules {
		name = "error-" + name
		library[name+".yaml"] = &fstest.MapFile{Data: []byte("version: 1\nname: " + name + "\nsummary: for a test\nrules:\n" + text)}
	}
	srv := sim.StartT(t, sim.Config{
		Providers: []*sim.Provider{Provider()}, Library: library, Freeze: time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC),
	})
	files := map[string][]answer{}
	for name, rule := range rules {
		for _, op := range all {
			if !strings.Contains(rule, "esimgo."+op.ID+",") {
				continue
			}
			status, retry, body := ask(t, srv.URL()+v25+strings.NewReplacer("{", "", "}", "").Replace(op.Path), op.Method, "w~error-"+name)
			files[name] = append(files[name], answer{op.ID, status, retry, body})
		}
	}
	for name, answers := range files {
		out, err := json.Marshal(answers)
		if err != nil {
			t.Fatal(err)
		}
		golden.JSON(t, "testdata/errors/"+name+".json", out)
	}
}

func ask(t *testing.T, url, method, world string) (status int, retry string, body []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-API-Key", prefix+world)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Retry-After"), body
}

// The table says which operations came later, and the document since when.
func TestNewerOperations(t *testing.T) {
	t.Parallel()
	newer := 0
	for _, op := range operations() {
		_, text, _ := strings.Cut(string(openapi.Esimgo), "operationId: "+op.ID+"\n")
		text, _, _ = strings.Cut(text, "operationId: ")
		switch {
		case op.Mounts == nil:
			continue
		case !strings.Contains(text, "x-since: "+strings.TrimPrefix(op.Mounts[0], "/")+"\n"):
			t.Errorf("%s is served from %s on, which the document does not say", op.ID, op.Mounts[0])
		}
		newer++
	}
	if got := strings.Count(string(openapi.Esimgo), "x-since:"); got != newer {
		t.Errorf("the document has %d operations that came later, want %d", got, newer)
	}
}
