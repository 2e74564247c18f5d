package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/openapi"
)

// A call is one operation of the control plane.
type call struct {
	*openapi3.Operation
	method, path string
	shared       openapi3.Parameters // of the path
}

func (c call) name() string { return c.method + " /_sim" + c.path }

// calls are those of the document, in its order.
func calls(doc *openapi3.T) (list []call) {
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			list = append(list, call{op, method, path, item.Parameters})
		}
	}
	at := func(c call) int { return bytes.Index(openapi.Control, []byte("operationId: "+c.OperationID+"\n")) }
	slices.SortFunc(list, func(a, b call) int { return at(a) - at(b) })
	return list
}

// A part is the calls about one thing.
type part struct {
	title, about string
	paths        []string // how theirs begin, below that of a world or not
	calls        []call
}

// partsOf sorts calls by what they are about. Those that fit nowhere else are about worlds.
func partsOf(list []call) []*part {
	worlds := &part{title: "Worlds", about: "settings, fixtures, snapshots and copies"}
	parts := []*part{
		worlds,
		{title: "Clock and edges", about: "what makes time pass", paths: []string{"/clock", "/edges"}},
		{title: "Scenarios", about: "what goes wrong in a world", paths: []string{"/scenarios"}},
		{title: "Devices", about: "what happens to an eSIM once it is sold", paths: []string{"/esims"}},
		{title: "Journal", about: "requests, their answers and findings", paths: []string{"/requests"}},
		{title: "Webhook deliveries", about: "what was sent, and sending more", paths: []string{"/webhooks"}},
		{title: "Evidence", about: "expectations and coverage", paths: []string{"/verify", "/coverage"}},
		{title: "The simulator itself", about: "health, and where to begin", paths: []string{"/health", "//", "/apis", "/machines", "/openapi", "/ui"}},
	}
	for _, c := range list {
		path := strings.TrimPrefix(c.path, "/worlds/{world}")
		if path == "/" {
			path = "//" // the index
		}
		home := worlds
		for _, p := range parts {
			if slices.ContainsFunc(p.paths, func(begin string) bool { return strings.HasPrefix(path, begin) }) {
				home = p
			}
		}
		home.calls = append(home.calls, c)
	}
	return parts
}

// controlPage is the control plane, out of its document.
func controlPage(t *testing.T) *docs.Page {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Control)
	if err != nil {
		t.Fatal(err)
	}
	page := docs.NewPage("Control API")
	page.Text("%s The document is [openapi/control.yaml](../openapi/control.yaml), which a running simulator serves [too](#get-_simopenapiname).", strings.ReplaceAll(docs.Plain(doc.Info.Description), "/_sim", "`/_sim`"))
	page.Text("`{world}` in a path is a world's name with its scenarios, such as `demo` or `demo~esimfly-slow`; a world named for the first time is made. " +
		"What is refused comes as a [Problem](#problem) with a status of 400 or more. Instants are RFC 3339 in UTC, lengths of time `700ms`, `90s`, `5m`, `36h`, `30d`.")
	list := calls(doc)
	var contents []string
	for _, part := range partsOf(list) {
		contents = append(contents, fmt.Sprintf("* [%s](#%s): %s", part.title, docs.Anchor(part.title), part.about))
	}
	page.Text("%s", strings.Join(append(contents, "* [What is sent and answered](#what-is-sent-and-answered): members of all bodies"), "\n"))
	page.Text("Images and pages that the APIs link to are below `/_sim/qr/`, `/_sim/flags/` and `/_sim/pages/`, and `/_sim/ca.pem` is the certificate of the CA that `--tls-listen` made.")
	for _, part := range partsOf(list) {
		page.Heading(2, part.title)
		var rows [][]string
		for _, c := range part.calls {
			rows = append(rows, []string{fmt.Sprintf("[%s](#%s)", docs.Code(c.name()), docs.Anchor(c.name())), docs.Plain(c.Summary)})
		}
		page.Table([]string{"Call", "What it does"}, rows)
		for _, c := range part.calls {
			describe(page, c)
		}
	}
	page.Heading(2, "What is sent and answered")
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		s := doc.Components.Schemas[name].Value
		page.Heading(3, name)
		if s.Description != "" {
			page.Text("%s", docs.Plain(s.Description))
		}
		if s.Type.Is("array") {
			page.Text("A list, each with:")
		}
		page.Table(memberHead, memberRows(s, ""))
	}
	return page
}

func describe(page *docs.Page, c call) {
	page.Heading(3, c.name())
	page.Text("%s.", docs.Plain(strings.TrimSuffix(c.Summary, ".")))
	if c.Description != "" {
		page.Text("%s", docs.Plain(c.Description))
	}
	page.Fence("sh", curls(c))
	var rows [][]string
	for _, p := range slices.Concat(c.shared, c.Parameters) {
		if p.Value.Name == "world" {
			continue // said on top
		}
		rows = append(rows, []string{docs.Code(p.Value.Name), p.Value.In, docs.Plain(words(p.Value.Schema)), docs.Plain(p.Value.Description)})
	}
	page.Table([]string{"Parameter", "In", "Value", "What it is"}, rows)
	if c.RequestBody != nil {
		need := "The body"
		if !c.RequestBody.Value.Required {
			need = "The body, which may be left out"
		}
		content(page, need, c.RequestBody.Value.Content)
		if d := c.RequestBody.Value.Description; d != "" {
			page.Text("%s.", docs.Plain(d))
		}
	}
	for _, status := range slices.Sorted(maps.Keys(c.Responses.Map())) {
		if r := c.Responses.Value(status).Value; status != "default" && status != "4XX" { // both are the Problem of the top
			content(page, fmt.Sprintf("Answers %s, %s", status, lower(*r.Description)), r.Content)
		}
	}
}

// placeholders are what stands in an example's path.
var placeholders = strings.NewReplacer("{world}", "demo", "{esim}", "last", "{scenario}", "esimfly-slow", "{delivery}", "ID", "{id}", "1", "{file}", "FILE", "{name}", "roamify.yaml")

// curls are examples of the call, one a line.
func curls(c call) string {
	line := "curl -s "
	if c.streams() {
		line = "curl -sN " // it would hold back what comes little by little
	}
	if c.method != http.MethodGet {
		line += "-X " + c.method + " "
	}
	address := "http://127.0.0.1:8484/_sim" + placeholders.Replace(c.path)
	line += address
	if c.RequestBody == nil {
		return line
	}
	bodies := examples(c)
	for i, b := range bodies {
		bodies[i] = line + " -d '" + b + "'"
	}
	if text := written(c); text != "" {
		bodies = append(bodies, line+" --data-binary @- <<'END'\n"+text+"END")
	}
	if len(bodies) == 0 {
		return "curl -s " + address + " -o FILE\n" + line + " --data-binary @FILE"
	}
	return strings.Join(bodies, "\n")
}

// streams says whether the answer goes on for as long as somebody listens.
func (c call) streams() bool {
	ok := c.Responses.Status(http.StatusOK)
	return ok != nil && ok.Value.Content.Get("text/event-stream") != nil
}

// written is the body that the document shows of a call that takes YAML.
func written(c call) string {
	if c.RequestBody == nil {
		return ""
	}
	media := c.RequestBody.Value.Content.Get("application/yaml")
	if media == nil {
		return ""
	}
	return media.Example.(string)
}

// examples are the bodies in JSON that the document shows.
func examples(c call) (bodies []string) {
	if c.RequestBody == nil {
		return nil
	}
	media := c.RequestBody.Value.Content.Get("application/json")
	if media == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
		bodies = append(bodies, body(media.Examples[name].Value.Value))
	}
	if media.Example != nil {
		bodies = append(bodies, body(media.Example))
	}
	return bodies
}

func body(example any) string {
	out, err := json.Marshal(example)
	if err != nil {
		panic(err) // it was read from a document
	}
	return string(out)
}

// Each example is carried out, in a world that stands as the example of a fixture says. Those
// about a thing that is not there say so, and nothing else.
func TestControlExamples(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Control)
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]int{"passEdge": 404, "triggerWebhook": 409, "resendWebhook": 404}
	ask := func(h http.Handler, c call, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "http://localhost/_sim"+placeholders.Replace(c.path), strings.NewReader(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	list := calls(doc)
	fixture := list[slices.IndexFunc(list, func(c call) bool { return c.OperationID == "startWorld" })]
	done := 0
	for _, c := range list {
		bodies := examples(c)
		if text := written(c); text != "" {
			bodies = append(bodies, text)
		}
		for _, body := range bodies {
			h := simulator(t).Handler()
			ask(h, fixture, examples(fixture)[0])
			if got := ask(h, c, body); got.Code != 200 && got.Code != missing[c.OperationID] {
				t.Errorf("%s %s: %d %s", c.name(), body, got.Code, got.Body)
			}
			done++
		}
	}
	if done < 10 {
		t.Errorf("there are %d examples", done)
	}
}

// lower begins a text with a small letter, as the middle of a sentence does.
func lower(text string) string { return strings.ToLower(text[:1]) + text[1:] }

// content says what a body is: one of those that have a name, or what has none.
func content(page *docs.Page, what string, all openapi3.Content) {
	var kinds []string
	var inline *openapi3.Schema
	for _, media := range slices.Sorted(maps.Keys(all)) {
		ref := all[media].Schema
		switch {
		case media != "application/json":
			kinds = append(kinds, docs.Code(media))
		case linked(ref) != "":
			kinds = append(kinds, linked(ref))
		default:
			inline = ref.Value
		}
	}
	switch {
	case inline != nil:
		page.Text("%s, JSON:", what)
		page.Table(memberHead, memberRows(inline, ""))
	case len(kinds) == 0:
		page.Text("%s.", what)
	default:
		page.Text("%s: %s.", what, strings.Join(kinds, ", or "))
	}
}

// linked leads to the schemas that have a name, "" where there is none.
func linked(ref *openapi3.SchemaRef) string {
	if ref == nil {
		return ""
	}
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
		return fmt.Sprintf("[%s](#%s)", name, docs.Anchor(name))
	}
	var names []string
	for _, alternative := range ref.Value.OneOf {
		names = append(names, linked(alternative))
	}
	return strings.Join(names, ", or ")
}

var memberHead = []string{"Member", "", "Value", "What it is"}

// memberRows are the members of an object, and of those in it that have no name.
func memberRows(s *openapi3.Schema, path string) (rows [][]string) {
	if s.Type.Is("array") && s.Items != nil {
		return memberRows(s.Items.Value, path+"[]")
	}
	names := slices.SortedFunc(maps.Keys(s.Properties), func(a, b string) int {
		if need := slices.Contains(s.Required, a); need != slices.Contains(s.Required, b) {
			return map[bool]int{true: -1, false: 1}[need]
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		ref := s.Properties[name]
		at := strings.TrimPrefix(path+"."+name, ".")
		at = strings.TrimPrefix(at, "[].")
		need := ""
		if slices.Contains(s.Required, name) {
			need = "required"
		}
		rows = append(rows, []string{docs.Code(at), need, value(ref), docs.Plain(ref.Value.Description)})
		if linked(ref) == "" && (ref.Value.Items == nil || linked(ref.Value.Items) == "") {
			rows = append(rows, memberRows(ref.Value, at)...)
		}
	}
	if more := s.AdditionalProperties.Schema; more != nil && len(more.Value.Properties) > 0 {
		rows = append(rows, memberRows(more.Value, path+".NAME")...)
	}
	return rows
}

// value says what stands there.
func value(ref *openapi3.SchemaRef) string {
	if link := linked(ref); link != "" {
		return link
	}
	if items := ref.Value.Items; items != nil {
		if link := linked(items); link != "" {
			return "list of " + link
		}
	}
	return docs.Plain(words(ref))
}

// words are the type of a value, and what else it must be.
func words(ref *openapi3.SchemaRef) string {
	s := ref.Value
	var out string
	switch {
	case len(s.Enum) > 0:
		var list []string
		for _, v := range s.Enum {
			list = append(list, docs.Code(fmt.Sprint(v)))
		}
		return strings.Join(list, ", ")
	case s.AdditionalProperties.Schema != nil:
		out = "object"
	case s.Type == nil || len(*s.Type) == 0:
		return "any"
	case s.Type.Is("array"):
		return "list of " + strings.TrimSpace(words(s.Items)) + "s"
	case s.Format == "date-time":
		out = "instant"
	default:
		out = map[string]string{"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object"}[(*s.Type)[0]]
	}
	if s.Min != nil && *s.Min > 0 {
		out += fmt.Sprintf(" from %v", *s.Min)
	}
	if s.Max != nil {
		out += fmt.Sprintf(" to %v", *s.Max)
	}
	if s.Nullable {
		out += " or null"
	}
	return out
}
