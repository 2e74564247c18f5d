package journal_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/internal/journal"
)

var at = time.Date(2026, 4, 2, 8, 15, 9, 123456789, time.FixedZone("", 7200))

func exchanges() []*journal.Entry {
	return []*journal.Entry{
		{
			ID: "1", At: at.Add(time.Hour), Real: at, World: "w", Provider: "toy", Operation: "toy.createThing",
			Method: "POST", URL: "/toy/things?page=2&q=a+b%26c&flag&x=%zz", Status: 400, Error: "BROKEN", Duration: 1500 * time.Microsecond,
			Request: journal.Message{
				Header: http.Header{"X-Toy": {journal.Secret}, "Content-Type": {"application/json"}, "Accept": {"a", "b"}}, Body: `{"name":"<é>"}`,
			},
			Response: journal.Message{Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"error":"broken"}`},
			Findings: []contract.Finding{{Code: "query.undeclared", Pointer: "query/flag", Message: "leave it out"}},
			Rules:    []string{"r:4"}, Edges: []journal.Edge{{At: at.UTC(), Edge: "toy.thing.ready", ID: "x"}},
		},
		{ID: "2", Real: at, Method: "GET", URL: "/toy/things/1", Fault: "reset", Response: journal.Message{Header: http.Header{}}},
		{
			ID: "3", Real: at, Method: "GET", URL: "/toy/old", Status: 302, Hint: "no such route",
			Response: journal.Message{Header: http.Header{"Location": {"/new"}, "Content-Type": {"image/png"}}, Body: "[2048 bytes of image/png]"},
		},
		{ID: "4", Real: at, Method: "GET", URL: "/toy/b", Status: 200, Response: journal.Message{Body: "\xff\x00"}},
	}
}

// The fields of HAR 1.2, as http://www.softwareishard.com/blog/har-12-spec/ lists them:
// "*" marks those that must be there.
var har = map[string]string{
	"/":                                "log:object*",
	"/log":                             "version:string* creator:object* browser:object pages:array entries:array* comment:string",
	"/log/creator":                     "name:string* version:string* comment:string",
	"/log/entries":                     "pageref:string startedDateTime:string* time:number* request:object* response:object* cache:object* timings:object* serverIPAddress:string connection:string comment:string",
	"/log/entries/request":             "method:string* url:string* httpVersion:string* cookies:array* headers:array* queryString:array* postData:object headersSize:number* bodySize:number* comment:string",
	"/log/entries/response":            "status:number* statusText:string* httpVersion:string* cookies:array* headers:array* content:object* redirectURL:string* headersSize:number* bodySize:number* comment:string",
	"/log/entries/cache":               "beforeRequest:object afterRequest:object comment:string",
	"/log/entries/timings":             "blocked:number dns:number connect:number send:number* wait:number* receive:number* ssl:number comment:string",
	"/log/entries/request/postData":    "mimeType:string* params:array text:string comment:string",
	"/log/entries/response/content":    "size:number* compression:number mimeType:string* text:string encoding:string comment:string",
	"/log/entries/request/headers":     "name:string* value:string* comment:string",
	"/log/entries/response/headers":    "name:string* value:string* comment:string",
	"/log/entries/request/queryString": "name:string* value:string* comment:string",
}

func conforms(t *testing.T, path string, v any) {
	t.Helper()
	object, ok := v.(map[string]any)
	if !ok {
		t.Errorf("%s is no object", path)
		return
	}
	types := map[string]string{}
	for field := range strings.FieldsSeq(har[path]) {
		name, kind, _ := strings.Cut(field, ":")
		types[name] = strings.TrimSuffix(kind, "*")
		if _, ok := object[name]; !ok && strings.HasSuffix(kind, "*") {
			t.Errorf("%s has no %s", path, name)
		}
	}
	for name, member := range object {
		below := strings.TrimSuffix(path, "/") + "/" + name
		kind, known := types[name]
		switch m := member.(type) {
		case map[string]any:
			if known {
				conforms(t, below, m)
			}
			known = known && kind == "object" || strings.HasPrefix(name, "_")
		case []any:
			for _, item := range m {
				conforms(t, below, item)
			}
			known = known && kind == "array"
		case string:
			known = known && kind == "string" || strings.HasPrefix(name, "_")
		case float64:
			known = known && kind == "number"
		default:
			known = false
		}
		if !known {
			t.Errorf("%s is %T, which the format does not have", below, member)
		}
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(journal.Archive(exchanges(), "http://127.0.0.1:8484", "v9"))
	if err != nil {
		t.Fatal(err)
	}
	golden.JSON(t, "testdata/archive.har", data)
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	conforms(t, "/", v)
	var archive journal.HAR
	if err := json.Unmarshal(data, &archive); err != nil {
		t.Fatal(err)
	}
	for _, e := range archive.Log.Entries {
		started, err := time.Parse(time.RFC3339Nano, e.Started)
		if err != nil || started.Sub(at).Abs() > time.Millisecond {
			t.Errorf("startedDateTime %q, %v", e.Started, err)
		}
		if u, err := url.Parse(e.Request.URL); err != nil || !u.IsAbs() {
			t.Errorf("url %q, %v", e.Request.URL, err)
		}
		sum := 0.0
		for _, ms := range []float64{e.Timings.Blocked, e.Timings.DNS, e.Timings.Connect, e.Timings.Send, e.Timings.Wait, e.Timings.Receive} {
			sum += max(ms, 0)
		}
		if sum != e.Time {
			t.Errorf("timings come to %v and time is %v", sum, e.Time)
		}
	}
	data, err = json.Marshal(journal.Archive(nil, "", ""))
	if err != nil || !strings.Contains(string(data), `"entries":[]`) {
		t.Errorf("an empty journal: %s, %v", data, err)
	}
}
