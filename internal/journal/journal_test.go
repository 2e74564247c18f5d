package journal_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/internal/journal"
)

func ids(entries []*journal.Entry) (out []string) {
	for _, e := range entries {
		out = append(out, e.ID)
	}
	return out
}

func TestBounds(t *testing.T) {
	t.Parallel()
	var j journal.Journal
	for i := range journal.MaxEntries * 3 {
		j.Add(&journal.Entry{ID: strconv.Itoa(i)})
	}
	got := ids(j.List(journal.Filter{}))
	if len(got) != journal.MaxEntries || got[0] != strconv.Itoa(journal.MaxEntries*2) {
		t.Errorf("%d entries from %s", len(got), got[0])
	}
	big := strings.Repeat("x", 1<<20)
	for range 100 {
		j.Add(&journal.Entry{ID: "big", Request: journal.Message{Body: big}})
	}
	if got := len(j.List(journal.Filter{})); got != 63 {
		t.Errorf("%d entries of a megabyte, want 63", got)
	}
	j.Clear()
	if got := j.List(journal.Filter{}); len(got) != 0 {
		t.Errorf("after Clear: %v", ids(got))
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	var j journal.Journal
	j.Add(&journal.Entry{ID: "1", Provider: "a", Operation: "a.get", Status: 200})
	j.Add(&journal.Entry{ID: "2", Provider: "b", Operation: "b.get", Status: 400, Findings: []contract.Finding{{Code: "x"}}})
	j.Add(&journal.Entry{ID: "3", Provider: "b", Operation: "b.post", Status: 200})
	for name, c := range map[string]struct {
		f    journal.Filter
		want []string
	}{
		"all":       {journal.Filter{}, []string{"1", "2", "3"}},
		"operation": {journal.Filter{Operation: "get"}, []string{"1", "2"}},
		"full name": {journal.Filter{Operation: "b.get"}, []string{"2"}},
		"status":    {journal.Filter{Status: 200}, []string{"1", "3"}},
		"finding":   {journal.Filter{Finding: "x"}, []string{"2"}},
		"any":       {journal.Filter{Finding: "*"}, []string{"2"}},
		"limit":     {journal.Filter{Limit: 1}, []string{"3"}},
	} {
		if diff := cmp.Diff(c.want, ids(j.List(c.f))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	h := http.Header{"Authorization": {"Bearer secret"}, "Accept": {"*/*"}}
	got := journal.Redact(h, "authorization", "X-API-Key")
	want := http.Header{"Authorization": {journal.Secret}, "Accept": {"*/*"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if h.Get("Authorization") != "Bearer secret" {
		t.Error("the request's own header was changed")
	}
}
