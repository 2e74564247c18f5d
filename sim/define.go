package sim

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/esimsim/esimsim/internal/esim"
)

// A Provider is a Definition whose state type is put away, so that the engine can hold
// several.
type Provider struct {
	name, title string
	mounts      []string
	document    []byte
	contentType string
	megabyte    esim.Bytes
	secrets     []string // headers that the journal hides, whoever is asked

	clientBase  string
	key         func(*Request) string
	identify    func(*Request) (string, error)
	keyOf       func(string) (key, secret string)
	credentials func(key, secret string) []Credential
	authorize   func(*http.Request, Authorization)
	encodeError func(*Request, error) Reply
	example     func(base, name string) string

	open       func(*Turn)
	decode     func([]byte) (any, error)
	check      func(*Turn, *Spot, []*esim.Profile)
	knows      func(t *Turn, entity, id string) bool
	admit      func(*Turn, *Request) error
	item       func(string) bool
	missed     func(*Turn, *Request)
	page       func(*Turn, *Request, string) (Reply, error)
	device     func(*Turn, *esim.Profile, esim.Action) (esim.Bytes, error)
	status     func(*Turn, *esim.Profile) string
	operations []*operation
	edges      map[string]*edge
	edgeNames  []string
	settings   []*setting
	errors     []NamedError
	findings   []*NamedFinding
	webhooks   webhooks
	machines   machines
	fixtures   *fixtures // nil where there are none
}

type operation struct {
	id, method, path string
	name             string // id with the provider's name
	mounts           []string
	open             bool
	run              func(*Turn, *Request) (Reply, error)
}

type edge struct {
	name   string // with the provider's
	short  string
	basis  Basis
	source string
	def    Policy
	pass   func(*Turn, string) error
}

type setting struct {
	name   string
	values []string
	basis  Basis
	doc    string
	get    func(*Turn) any
	set    func(*Turn, any) error
}

// Name is the provider's word in scenarios and the control plane: "esimfly".
func (p *Provider) Name() string { return p.name }

// Title is its name for people: "eSIM Go".
func (p *Provider) Title() string { return p.title }

// Base is the usual path under which the API is served: the first of its mounts.
func (p *Provider) Base() string { return p.mounts[0] }

// ClientBase is the path that clients' base URLs end in, "" where clients write the whole
// path themselves. World.BaseURL has the origin before it.
func (p *Provider) ClientBase() string { return p.clientBase }

// Credentials are the headers that a caller of that name may use, whatever keys of the
// user's own there are: [Server.Credentials] heeds those.
func (p *Provider) Credentials(name string) []Credential { return p.credentials(p.keyOf(name)) }

// Example is a call that can be pasted into a shell; base has no path.
func (p *Provider) Example(base, name string) string { return p.example(base, name) }

func (p *Provider) edge(short string) *edge {
	e := p.edges[short]
	if e == nil {
		panic(fmt.Sprintf("%s has no edge %q", p.name, short))
	}
	return e
}

func (p *Provider) setting(name string) *setting {
	for _, s := range p.settings {
		if s.name == name {
			return s
		}
	}
	return nil
}

// value is a setting as chosen, or its default.
func (p *Provider) value(chosen map[string]string, name string) string {
	if v, ok := chosen[name]; ok {
		return v
	}
	if s := p.setting(name); s != nil && len(s.values) > 0 {
		return s.values[0]
	}
	return ""
}

// Define turns a definition into a provider. It panics on a table that contradicts
// itself, since that is a bug at start-up.
func Define[S any](d Definition[S]) *Provider {
	tx := func(t *Turn) *Tx[S] {
		state := t.a.state.(*S)
		// A turn may pass many edges, but seldom goes to another account.
		if own, ok := t.tx.(*Tx[S]); ok && own.State == state {
			return own
		}
		own := &Tx[S]{Turn: t, State: state}
		t.tx = own
		return own
	}
	p := &Provider{
		name: d.Name, title: d.Title, mounts: d.Mounts, document: d.Document, contentType: d.ContentType, megabyte: d.Megabyte,
		clientBase: d.ClientBase, key: d.Key, identify: d.Identify, keyOf: d.KeyOf, credentials: d.Credentials, authorize: d.Authorize,
		encodeError: d.EncodeError, example: d.Example, item: d.Item,
		edges: map[string]*edge{}, errors: d.Errors, findings: d.Findings, fixtures: eraseFixtures(d.Fixtures, tx),
		open: func(t *Turn) {
			t.a.state = new(S)
			d.Open(tx(t))
		},
		admit: func(t *Turn, r *Request) error {
			if d.Admit == nil {
				return nil
			}
			return d.Admit(tx(t), r)
		},
		decode: func(data []byte) (any, error) {
			state := new(S)
			return state, strictly(data, state)
		},
		check: func(t *Turn, at *Spot, sold []*esim.Profile) {
			if d.Check != nil {
				d.Check(tx(t), at, sold)
			}
		},
		knows: func(t *Turn, entity, id string) bool { return d.Knows == nil || d.Knows(tx(t), entity, id) },
		missed: func(t *Turn, r *Request) {
			if d.Missed != nil {
				d.Missed(tx(t), r)
			}
		},
		page: func(t *Turn, r *Request, rest string) (Reply, error) {
			if d.Page == nil {
				return Reply{}, ErrNoRoute
			}
			return d.Page(tx(t), r, rest)
		},
		device: func(t *Turn, e *esim.Profile, a esim.Action) (esim.Bytes, error) { return d.Device(tx(t), e, a) },
		status: func(t *Turn, e *esim.Profile) string { return d.Status(tx(t), e) },
	}
	if p.clientBase == "" {
		p.clientBase = d.Mounts[0]
	}
	p.clientBase = strings.TrimSuffix(p.clientBase, "/")
	if p.key == nil {
		p.key = func(*Request) string { return "" }
	}
	if p.contentType == "" {
		p.contentType = "application/json"
	}
	p.secrets = d.Secrets
	for _, c := range p.Credentials("any") {
		p.secrets = append(p.secrets, c.Name)
	}
	if p.megabyte == 0 {
		p.megabyte = esim.MiB
	}
	for _, o := range d.Operations {
		p.operations = append(p.operations, &operation{
			id: o.ID, name: d.Name + "." + o.ID, method: o.Method, path: o.Path, mounts: o.Mounts, open: o.Open,
			run: func(t *Turn, r *Request) (Reply, error) { return o.Run(tx(t), r) },
		})
	}
	for _, e := range d.Edges {
		if p.edges[e.Name] != nil {
			panic("edge twice: " + e.Name)
		}
		p.edges[e.Name] = &edge{
			name: d.Name + "." + e.Name, short: e.Name, basis: e.Basis, source: e.Source, def: e.Default,
			pass: func(t *Turn, id string) error { return e.Pass(tx(t), id) },
		}
		p.edgeNames = append(p.edgeNames, d.Name+"."+e.Name)
	}
	p.machines = eraseMachines(d.Machines, p, tx)
	p.webhooks = eraseWebhooks(d.Webhooks, tx)
	for _, s := range d.Settings {
		if (len(s.Values) == 0) != (s.Set != nil) {
			panic("setting needs values or a setter: " + s.Name)
		}
		p.settings = append(p.settings, erase(s, tx))
	}
	return p
}

func erase[S any](s Setting[S], tx func(*Turn) *Tx[S]) *setting {
	out := &setting{name: s.Name, values: s.Values, basis: s.Basis, doc: s.Doc}
	if s.Set != nil {
		out.set = func(t *Turn, v any) error { return s.Set(tx(t), v) }
	}
	if s.Get != nil {
		out.get = func(t *Turn) any { return s.Get(tx(t)) }
	}
	return out
}

// An OperationInfo is a row of a provider's table.
type OperationInfo struct {
	ID, Method, Path string
	Mounts           []string // under which alone it is served; nil means all
}

// Operations lists what the API offers, in the order of matching.
func (p *Provider) Operations() []OperationInfo {
	out := make([]OperationInfo, len(p.operations))
	for i, o := range p.operations {
		out[i] = OperationInfo{o.id, o.method, o.path, o.mounts}
	}
	return out
}

// A SettingInfo is a choice that a world or a scenario can make.
type SettingInfo struct {
	Name   string   // without the provider's
	Values []string // the default first; nil where it is a part of the account's state
	Basis  Basis
	Doc    string // a sentence on what it changes
}

// Settings lists the provider's settings, as World.Patch takes them.
func (p *Provider) Settings() []SettingInfo {
	out := make([]SettingInfo, len(p.settings))
	for i, s := range p.settings {
		out[i] = SettingInfo{s.name, s.values, s.basis, s.doc}
	}
	return out
}

// Document is the OpenAPI document that the provider keeps to, as YAML.
func (p *Provider) Document() []byte { return p.document }
