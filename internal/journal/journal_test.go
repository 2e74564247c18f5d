package journal_test

import (
	"net/http"
	"net/url"
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

// What is kept of an exchange is read as it went over the wire, but for what is secret.
func TestKeep(t *testing.T) {
	t.Parallel()
	h := http.Header{"Authorization": {"Bearer secret"}, "x-api-key": {"a", "b"}, "Accept": {"*/*", ""}, "Empty": {}}
	r := &journal.Record{Entry: journal.Entry{ID: "1"}}
	r.Asked(h, []byte(`{"apiKey":"secret"}`), journal.Secrets{"authorization", "X-API-Key"})
	r.Answered(http.Header{"X-Api-Token": {"secret"}, "Location": {"/x?token=secret"}}, []byte(`{"accessToken" : "secret","ok":true}`))
	var j journal.Journal
	j.Keep(r)
	want := []*journal.Entry{{
		ID: "1",
		Request: journal.Message{
			Header: http.Header{"Authorization": {journal.Secret}, "x-api-key": {journal.Secret}, "Accept": {"*/*", ""}, "Empty": {}},
			Body:   `{"apiKey":"[redacted]"}`,
		},
		Response: journal.Message{
			Header: http.Header{"X-Api-Token": {journal.Secret}, "Location": {"/x?token=%5Bredacted%5D"}}, Body: `{"accessToken" : "[redacted]","ok":true}`,
		},
	}}
	if diff := cmp.Diff(want, j.List(journal.Filter{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if entries, _ := j.Follow(journal.Filter{}).Take(0); cmp.Diff(want, entries) != "" {
		t.Errorf("a reader gets %+v", entries)
	}
	h.Set("Accept", "changed")
	if diff := cmp.Diff(want, j.List(journal.Filter{})); diff != "" {
		t.Errorf("after the request's own header was changed (-want +got):\n%s", diff)
	}
}

func TestRedactURL(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"/x?a=1&b=2":             "/x?a=1&b=2",
		"/x?API-Key=s&a=1":       "/x?API-Key=%5Bredacted%5D&a=1",
		"/x?a=1&%74oken=s":       "/x?a=1&%74oken=%5Bredacted%5D",
		"/x?access_token=s":      "/x?access_token=%5Bredacted%5D",
		"/x?tokens=1&a=token&%2": "/x?tokens=1&a=token&%2",
		"/x?b=2&password=s&a=1":  "/x?b=2&password=%5Bredacted%5D&a=1",
		"/x?RT-AccessCode=s":     "/x?RT-AccessCode=%5Bredacted%5D",
		"/x?a=1;token=s":         "/x?a=1;token=%5Bredacted%5D",
		"/x?accessCode=0419":     "/x?accessCode=0419",
	} {
		u, err := url.Parse(sent)
		if err != nil {
			t.Fatal(err)
		}
		if got := journal.RedactURL(u); got != want {
			t.Errorf("%s: got %s, want %s", sent, got, want)
		}
	}
}
