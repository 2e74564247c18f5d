package scenario

import (
	"errors"
	"fmt"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// An Env is what a condition can look at.
type Env struct {
	Method  string            `expr:"method"`  // of the request
	Path    string            `expr:"path"`    // of the URL
	Query   map[string]string `expr:"query"`   // the first value of each key
	Header  map[string]string `expr:"header"`  // by name, as sent by HTTP/1 and in lower case
	Body    any               `expr:"body"`    // of JSON; nil for another body
	Call    int               `expr:"call"`    // which of the calls that fit, counted from 1
	Account map[string]any    `expr:"account"` // its settings, the balance among them
	Work    *Work             `expr:" work"`   // what all conditions may cost; nil is without bounds
}

// An Answered is what the condition of an expectation can look at: a request, and what
// became of it.
type Answered struct {
	Env
	Status int    `expr:"status"` // of the answer
	Error  string `expr:"error"`  // name of the error answered; "" for none
}

// A Condition is an expression over Env, or over Answered, that is true or false.
type Condition struct {
	Source  string
	program *vm.Program
	cost    cost
	paths   [][]string // what must be there for it to hold
	parts   []part     // of an expectation's, to explain it by
	account bool       // whether an expectation's reads account
}

// options are those of any expression over env.
func options(env any, more ...expr.Option) []expr.Option {
	out := append([]expr.Option{expr.Env(env), expr.MaxNodes(maxNodes), few, short, expr.Patch(bounder{})}, more...)
	for _, name := range withheld {
		out = append(out, expr.DisableBuiltin(name))
	}
	return out
}

// compile checks the types of a condition over env. The error is a *file.Error, which
// knows the column.
func compile(source string, env any) (*Condition, error) {
	if len(source) > maxSource {
		return nil, fmt.Errorf("a condition is at most %d bytes long", maxSource)
	}
	program, err := expr.Compile(source, options(env, expr.AsBool())...)
	if err != nil {
		return nil, err
	}
	cost, err := checkBounds(source)
	if err != nil {
		return nil, err
	}
	root := program.Node()
	collector := &paths{optional: map[ast.Node]bool{}}
	ast.Walk(&root, collector)
	return &Condition{Source: source, program: program, paths: collector.needed(), cost: cost}, nil
}

// where takes the column and the plain message from an error of compile.
func where(err error) (column int, message string) {
	var fe *file.Error
	if errors.As(err, &fe) {
		return fe.Column, fe.Message
	}
	return 0, err.Error()
}

// Holds evaluates the condition. A field that is missing, or of another kind than it
// asks, makes it false, and so does that no work is left for it.
func (c *Condition) Holds(env Env) bool {
	return env.Work.take(perCondition) && env.hasAll(c.paths) && env.Work.take(c.cost.of(env.Work)) && isTrue(c.program, env)
}

// HoldsFor is Holds for the condition of an expectation.
func (c *Condition) HoldsFor(a Answered) bool { return a.hasAll(c.paths) && isTrue(c.program, a) }

func isTrue(program *vm.Program, env any) bool {
	v, err := run(program, env)
	holds, ok := v.(bool)
	return err == nil && ok && holds
}

func (e Env) hasAll(paths [][]string) bool {
	for _, path := range paths {
		if !e.has(path) {
			return false
		}
	}
	return true
}

func (e Env) has(path []string) bool {
	var v any
	switch path[0] {
	case "body":
		v = e.Body
	case "account":
		v = e.Account
	case "query", "header":
		m := e.Query
		if path[0] == "header" {
			m = e.Header
		}
		_, ok := m[path[1]]
		return ok
	}
	for _, step := range path[1:] {
		m, ok := v.(map[string]any)
		if !ok {
			return false
		}
		if v, ok = m[step]; !ok || v == nil {
			return false
		}
	}
	return true
}

// paths collects the fields that an expression reads, such as body.items, but for those
// it reads with ?. or before ??, which say themselves what to do without.
type paths struct {
	members  []*ast.MemberNode
	optional map[ast.Node]bool
}

// Visit implements ast.Visitor; children come before their parents.
func (p *paths) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.MemberNode:
		p.members = append(p.members, n)
		if n.Optional {
			p.optional[n] = true
		}
	case *ast.BinaryNode:
		if n.Operator == "??" {
			ast.Walk(&n.Left, forgive(p.optional))
		}
	}
}

// forgive marks all nodes it visits.
type forgive map[ast.Node]bool

// Visit implements ast.Visitor.
func (f forgive) Visit(node *ast.Node) { f[*node] = true }

func (p *paths) needed() (out [][]string) {
	for _, m := range p.members {
		if p.optional[m] {
			continue
		}
		if path := pathOf(m); len(path) > 1 {
			out = append(out, path)
		}
	}
	return out
}

// pathOf is the names from the root to a member, or nil where one is not written out.
func pathOf(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		switch n.Value {
		case "body", "query", "header", "account":
			return []string{n.Value}
		}
	case *ast.ChainNode:
		return pathOf(n.Node)
	case *ast.MemberNode:
		name, ok := n.Property.(*ast.StringNode)
		if path := pathOf(n.Node); ok && path != nil {
			return append(path, name.Value)
		}
	}
	return nil
}
