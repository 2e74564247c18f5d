package contract_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/contract"
)

const document = `
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    post:
      operationId: createOrder
      x-basis: brief
      x-source: the first page
      parameters:
        - {name: X-Request, in: header, required: true, schema: {type: string, pattern: "^[0-9]+$"}}
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
        - {name: all, in: query, schema: {type: boolean}}
        - {name: tag, in: query, schema: {type: array, items: {type: string, maxLength: 3}}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              additionalProperties: false
              required: [items]
              properties:
                items:
                  type: array
                  minItems: 1
                  items: {type: object, required: [id], properties: {id: {type: string}, n: {type: integer, maximum: 10}}}
                kind: {type: string, enum: [a, b]}
      responses:
        "200":
          description: done
          content:
            application/json: {schema: {type: object, additionalProperties: false, required: [total], properties: {total: {type: number}}}}
            text/csv: {schema: {type: string}}
        "204": {description: nothing}
`

func load(t testing.TB) *contract.Operation {
	t.Helper()
	doc, err := contract.Load([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Operation("createOrder")
}

func decoded(query, body string) contract.Request {
	values, _ := url.ParseQuery(query)
	return contract.Request{
		Query: values, Header: http.Header{"X-Request": {"1"}, "Content-Type": {"application/json; charset=utf-8"}}, Empty: body == "",
		Body: func() (gjson.Result, bool) { return gjson.Parse(body), gjson.Valid(body) },
	}
}

func TestCheckRequest(t *testing.T) {
	t.Parallel()
	op := load(t)
	const good = `{"items":[{"id":"x","n":2}],"kind":"a"}`
	for _, c := range []struct{ query, body, code, pointer, message string }{
		{"", good, "", "", ""},
		{"page=2&all=true&tag=a&tag=b&=", good, "", "", ""},
		{"page=x", good, "query.type", "query/page", `the query key "page" must be a whole number`},
		{"page=0", good, "query.range", "query/page", ""},
		{"all=yes", good, "query.type", "query/all", "must be true or false"},
		{"page=1&page=2", good, "query.repeated", "query/page", "once"},
		{"tag=long", good, "query.size", "query/tag", ""},
		{"Page=2", good, "query.undeclared", "query/Page", `leave it out, or write "page"`},
		{"", "", "body.required", "", "createOrder needs one"},
		{"", "{", "body.malformed", "", "send valid JSON"},
		{"", `{}`, "body.required", "/items", "send /items: it is required"},
		{"", `[]`, "body.type", "", "the value must be an object"},
		{"", `{"items":[]}`, "body.size", "/items", ""},
		{"", `{"items":[{}]}`, "body.required", "/items/0/id", "send /items/0/id"},
		{"", `{"items":[{"id":1}]}`, "body.type", "/items/0/id", "/items/0/id must be a string"},
		{"", `{"items":[{"id":null}]}`, "body.nullable", "/items/0/id", "not null"},
		{"", `{"items":[{"id":"x","n":11}]}`, "body.range", "/items/0/n", ""},
		{"", `{"items":[{"id":"x","n":1.5}]}`, "body.type", "/items/0/n", "must be a whole number"},
		{"", `{"items":[{"id":"x"}],"kind":"c"}`, "body.enum", "/kind", "must be one of [a b]"},
		{"", `{"items":[{"id":"x"}],"knd":"a"}`, "body.undeclared", "/knd", "leave out /knd"},
	} {
		found := op.CheckRequest(decoded(c.query, c.body))
		if c.code == "" {
			if len(found) > 0 {
				t.Errorf("?%s %s: %+v", c.query, c.body, found)
			}
			continue
		}
		if len(found) != 1 || found[0].Basis != "brief" || found[0].Code != c.code || found[0].Pointer != c.pointer || !strings.Contains(found[0].Message, c.message) {
			t.Errorf("?%s %s:\n got %+v\nwant %s at %s: %s", c.query, c.body, found, c.code, c.pointer, c.message)
		}
	}
	bare := decoded("", good)
	bare.Header = http.Header{}
	if found := op.CheckRequest(bare); len(found) != 2 || found[0].Code != "header.required" || found[0].Basis != "brief" || found[1].Code != "header.content-type" {
		t.Errorf("missing headers: %+v", found)
	}
}

// All violations are told, not the first alone.
func TestEveryViolation(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, f := range load(t).CheckRequest(decoded("page=x", `{"items":[{"id":1,"n":99}],"kind":"z"}`)) {
		codes = append(codes, f.Code+" "+f.Pointer)
	}
	want := []string{"query.type query/page", "body.type /items/0/id", "body.range /items/0/n", "body.enum /kind"}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckReply(t *testing.T) {
	t.Parallel()
	op := load(t)
	for _, c := range []struct {
		status     int
		kind, body string
		code       string
	}{
		{200, "application/json; charset=utf-8", `{"total":1.5}`, ""},
		{200, "text/csv", "a,b", ""},
		{204, "", "", ""},
		{200, "application/json", `{"total":"1"}`, "reply.type"},
		{200, "application/json", `{}`, "reply.required"},
		{200, "application/json", `{"total":1,"x":1}`, "reply.undeclared"},
		{200, "application/json", `{`, "reply.malformed"},
		{200, "text/html", `x`, "reply.type"},
		{200, "", `x`, "reply.type"},
		{204, "text/plain", "x", "reply.body"},
		{500, "application/json", `{}`, "reply.status"},
	} {
		found := op.CheckReply(c.status, c.kind, []byte(c.body))
		got := ""
		if len(found) > 0 {
			got = found[0].Code
		}
		if got != c.code || len(found) > 1 {
			t.Errorf("%d %s %s: %+v, want %q", c.status, c.kind, c.body, found, c.code)
		}
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	op := load(t)
	if op.Basis != "brief" || op.Source != "the first page" || op.Method != "POST" || op.Path != "/orders" {
		t.Errorf("%+v", op)
	}
	for name, text := range map[string]string{
		"no YAML":   "{",
		"no id":     strings.Replace(document, "operationId: createOrder", "summary: x", 1),
		"no schema": strings.Replace(document, "responses:", "x-responses:", 1),
	} {
		if err := contract.Lint([]byte(text)); err == nil && name != "no id" {
			t.Errorf("%s: lint says nothing", name)
		}
		if _, err := contract.Load([]byte(text)); err == nil && name != "no schema" {
			t.Errorf("%s: was loaded", name)
		}
	}
}
