// Package contract checks requests and answers against an OpenAPI document and says in
// plain sentences what does not fit. It is the only importer of kin-openapi.
package contract

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/tidwall/gjson"
)

// A Document is one API's OpenAPI document, its operations ready to check with.
type Document struct {
	operations map[string]*Operation
}

// An Operation is one method and path of a document.
type Operation struct {
	ID     string
	Method string
	Path   string
	// Basis says whose word the operation rests on, from x-basis.
	Basis string
	// Source names the page, from x-source.
	Source  string
	Summary string

	query, header, path []*parameter
	body                *openapi3.Schema
	accept              acceptor
	bodyRequired        bool
	replies             map[string]map[string]*openapi3.Schema // by status, then media type
	examples            map[int]any                            // of JSON answers, by status
}

type parameter struct {
	name     string // of a header, in the form that net/http keeps
	declared string // the same as the document writes it
	required bool
	multiple bool // an array written as a repeated key
	schema   *openapi3.Schema
	accept   acceptor
	basis    string // its operation's
}

// Load reads a document and checks the document itself.
func Load(data []byte) (*Document, error) {
	loader := openapi3.NewLoader()
	t, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("read OpenAPI document: %w", err)
	}
	doc := &Document{operations: map[string]*Operation{}}
	for path, item := range t.Paths.Map() {
		for method, o := range item.Operations() {
			op, err := compile(method, path, o, item.Parameters)
			if err != nil {
				return nil, err
			}
			if doc.operations[op.ID] != nil {
				return nil, fmt.Errorf("operation %q stands twice", op.ID)
			}
			doc.operations[op.ID] = op
		}
	}
	return doc, nil
}

// Lint is Load with the full check of the document against the OpenAPI specification,
// examples included.
func Lint(data []byte) error {
	loader := openapi3.NewLoader()
	t, err := loader.LoadFromData(data)
	if err != nil {
		return err
	}
	return t.Validate(loader.Context)
}

func compile(method, path string, o *openapi3.Operation, shared openapi3.Parameters) (*Operation, error) {
	op := &Operation{
		ID: o.OperationID, Method: method, Path: path, Summary: o.Summary,
		Basis: text(o.Extensions["x-basis"]), Source: text(o.Extensions["x-source"]),
		replies: map[string]map[string]*openapi3.Schema{}, examples: map[int]any{},
	}
	if op.ID == "" {
		return nil, fmt.Errorf("%s %s has no operationId", method, path)
	}
	for _, ref := range append(slices.Clone(shared), o.Parameters...) {
		p := ref.Value
		c := &parameter{name: p.Name, declared: p.Name, required: p.Required, basis: op.Basis}
		if p.Schema != nil {
			c.schema = p.Schema.Value
		}
		if c.schema != nil && c.schema.Type.Is("array") && c.schema.Items != nil {
			c.multiple, c.schema = true, c.schema.Items.Value
		}
		c.accept = compileAcceptor(c.schema, 0)
		switch p.In {
		case "query":
			op.query = append(op.query, c)
		case "header":
			c.name = http.CanonicalHeaderKey(c.name)
			op.header = append(op.header, c)
		case "path":
			op.path = append(op.path, c)
		}
	}
	if o.RequestBody != nil {
		op.bodyRequired = o.RequestBody.Value.Required
		if m := o.RequestBody.Value.Content.Get("application/json"); m != nil && m.Schema != nil {
			op.body = m.Schema.Value
			op.accept = compileAcceptor(op.body, 0)
		}
	}
	for status, ref := range o.Responses.Map() {
		types := map[string]*openapi3.Schema{}
		for mediaType, m := range ref.Value.Content {
			types[mediaType] = nil
			if n, err := strconv.Atoi(status); err == nil && mediaType == "application/json" {
				op.examples[n] = exampleOf(m)
			}
			if m.Schema != nil {
				types[mediaType] = m.Schema.Value
			}
		}
		op.replies[status] = types
	}
	return op, nil
}

// exampleOf is the one example of a media type, or the first by name.
func exampleOf(m *openapi3.MediaType) any {
	if m.Example != nil {
		return m.Example
	}
	for _, name := range slices.Sorted(maps.Keys(m.Examples)) {
		if ref := m.Examples[name]; ref.Value != nil {
			return ref.Value.Value
		}
	}
	return nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// Operation is the operation by that id, or nil.
func (d *Document) Operation(id string) *Operation { return d.operations[id] }

// Operations are all of them, by id.
func (d *Document) Operations() []*Operation {
	out := make([]*Operation, 0, len(d.operations))
	for _, op := range d.operations {
		out = append(out, op)
	}
	slices.SortFunc(out, func(a, b *Operation) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// A Request is what CheckRequest looks at.
type Request struct {
	Query  url.Values
	Header http.Header
	// Body is the JSON body, read in place; ok is false when it is none. It is called only
	// where the document describes a body.
	Body func() (v gjson.Result, ok bool)
	// Empty says that no body came.
	Empty bool
}

// The options of each check are made once.
var (
	asRequest = []openapi3.SchemaValidationOption{openapi3.VisitAsRequest(), openapi3.MultiErrors()}
	asReply   = []openapi3.SchemaValidationOption{openapi3.VisitAsResponse(), openapi3.MultiErrors()}
)

// CheckRequest lists what the document does not allow.
func (op *Operation) CheckRequest(r Request) (found []Finding) {
	for _, p := range op.header {
		if v := r.Header[p.name]; len(v) > 0 || p.required {
			found = append(found, p.check(inHeader, v)...)
		}
	}
	for _, p := range op.query {
		if v := r.Query[p.name]; len(v) > 0 || p.required {
			found = append(found, p.check(inQuery, v)...)
		}
	}
	for _, key := range unknownKeys(r.Query, op.query) {
		found = append(found, Finding{
			Code: undeclared.in(inQuery), Pointer: "query/" + key, Basis: op.Basis,
			Message: fmt.Sprintf("%s has no query key %q: leave it out%s", op.ID, key, meant(key, op.query)),
		})
	}
	found = append(found, op.checkType(r)...)
	return append(found, op.checkBody(r)...)
}

func unknownKeys(query url.Values, declared []*parameter) (keys []string) {
	for key := range query {
		// An empty key, as in "?=", is a slip of some vendors' own samples.
		if key != "" && !slices.ContainsFunc(declared, func(p *parameter) bool { return p.name == key }) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func meant(key string, declared []*parameter) string {
	for _, p := range declared {
		if strings.EqualFold(p.name, key) {
			return fmt.Sprintf(", or write %q", p.name)
		}
	}
	return ""
}

// checkType looks at what a body is said to be. The services seen read it as JSON all the
// same, or ignore it.
func (op *Operation) checkType(r Request) []Finding {
	if op.body == nil || r.Empty {
		return nil
	}
	if sent := r.Header["Content-Type"]; len(sent) > 0 && sent[0] == "application/json" {
		return nil // without a look at each letter
	}
	given := r.Header.Get("Content-Type")
	if mediaType, _, err := mime.ParseMediaType(given); err == nil && mediaType == "application/json" {
		return nil
	}
	return []Finding{{
		Code: oddContentType.Code, Pointer: "header/Content-Type", Basis: op.Basis,
		Message: fmt.Sprintf("send the header Content-Type: application/json, not %q", given),
	}}
}

func (op *Operation) checkBody(r Request) []Finding {
	if op.body == nil {
		return nil
	}
	if r.Empty {
		if !op.bodyRequired {
			return nil
		}
		return []Finding{{Code: required.in(inBody), Basis: op.Basis, Message: "send a JSON body: " + op.ID + " needs one"}}
	}
	v, ok := r.Body()
	if !ok {
		return []Finding{{Code: oddMalformed.Code, Basis: op.Basis, Message: "send valid JSON: the body could not be read"}}
	}
	if op.accept != nil && op.accept(v) {
		return nil
	}
	return findings(op.body.VisitJSON(v.Value(), asRequest...), inBody, op.Basis)
}

// check reads a parameter's values as its schema types them.
func (p *parameter) check(place string, values []string) (found []Finding) {
	if len(values) == 1 && p.accept != nil && p.accept(inPlace(values[0], p.schema)) {
		return nil
	}
	at := place + "/" + p.name
	if len(values) == 0 {
		return []Finding{{Code: required.in(place), Pointer: at, Basis: p.basis, Message: fmt.Sprintf("send the %s %q: it is required", noun(place), p.name)}}
	}
	if len(values) > 1 && !p.multiple {
		found = append(found, Finding{Code: repeated.in(place), Pointer: at, Basis: p.basis, Message: fmt.Sprintf("send the %s %q once", noun(place), p.name)})
	}
	if p.schema == nil {
		return found
	}
	for _, raw := range values {
		if p.accept != nil && p.accept(inPlace(raw, p.schema)) {
			continue
		}
		v, ok := coerce(raw, p.schema)
		if !ok {
			found = append(found, Finding{
				Code: wrongType.in(place), Pointer: at, Basis: p.basis,
				Message: fmt.Sprintf("the %s %q must be %s", noun(place), p.name, kind(p.schema)),
			})
			continue
		}
		err := p.schema.VisitJSON(v, asRequest...)
		for _, f := range findings(err, place, p.basis) {
			f.Pointer = at
			found = append(found, f)
		}
	}
	return found
}

func noun(place string) string {
	if place == inQuery {
		return "query key"
	}
	return place
}

func coerce(raw string, s *openapi3.Schema) (any, bool) {
	switch {
	case s.Type.Is("integer"):
		n, err := strconv.ParseInt(raw, 10, 64)
		return float64(n), err == nil
	case s.Type.Is("number"):
		n, err := strconv.ParseFloat(raw, 64)
		return n, err == nil
	case s.Type.Is("boolean"):
		return raw == "true", raw == "true" || raw == "false"
	}
	return raw, true
}

// inPlace is coerce for an acceptor; what cannot be read is null, which none accepts.
func inPlace(raw string, s *openapi3.Schema) gjson.Result {
	if s.Type.Is("string") {
		return gjson.Result{Type: gjson.String, Str: raw}
	}
	switch v, ok := coerce(raw, s); v := v.(type) {
	case float64:
		if ok {
			return gjson.Result{Type: gjson.Number, Num: v}
		}
	case bool:
		if ok && v {
			return gjson.Result{Type: gjson.True}
		} else if ok {
			return gjson.Result{Type: gjson.False}
		}
	}
	return gjson.Result{}
}

func kind(s *openapi3.Schema) string {
	switch {
	case s.Type.Is("integer"):
		return "a whole number"
	case s.Type.Is("number"):
		return "a number"
	case s.Type.Is("boolean"):
		return "true or false"
	case s.Type.Is("array"):
		return "an array"
	case s.Type.Is("object"):
		return "an object"
	case s.Type.Is("string"):
		return "a string"
	}
	return "of another type"
}
