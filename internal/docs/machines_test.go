package docs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A diagram is a state machine as the control plane tells it.
type diagram struct {
	Provider, Entity, Title string
	States                  []string
	Initial                 string
	Edges                   []struct {
		Edge, To string
		From     []string
	}
}

// diagrams are those of all providers; none where the control plane tells of none.
func diagrams(t *testing.T) []diagram {
	t.Helper()
	w := httptest.NewRecorder()
	simulator(t).Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/_sim/machines", nil))
	if w.Code == http.StatusNotFound {
		return nil
	}
	var out struct{ Machines []diagram }
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Machines
}

// mermaid draws it, with one arrow for all edges from one state to another. Edges that
// leave the word of the state as it is are not drawn.
func (d diagram) mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for i, s := range d.States {
		if d.id(s) != s {
			fmt.Fprintf(&b, "  state %q as s%d\n", s, i)
		}
	}
	fmt.Fprintf(&b, "  [*] --> %s\n", d.id(d.Initial))
	var order []string
	labels := map[string][]string{}
	for _, e := range d.Edges {
		label := strings.TrimPrefix(strings.TrimPrefix(e.Edge, d.Provider+"."), d.Entity+".")
		for _, from := range e.From {
			if e.To == "" || e.To == from {
				continue
			}
			arrow := d.id(from) + " --> " + d.id(e.To)
			if labels[arrow] == nil {
				order = append(order, arrow)
			}
			if !slices.Contains(labels[arrow], label) {
				labels[arrow] = append(labels[arrow], label)
			}
		}
	}
	for _, arrow := range order {
		fmt.Fprintf(&b, "  %s: %s\n", arrow, strings.Join(labels[arrow], ", "))
	}
	return b.String()
}

var word = regexp.MustCompile(`^[A-Za-z]\w*$`)

// id is the state where its name will do, else a name made for it.
func (d diagram) id(state string) string {
	if word.MatchString(state) {
		return state
	}
	return fmt.Sprint("s", slices.Index(d.States, state))
}
