package scenario

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// A Difference is one field in which a request is not what a condition asks for.
type Difference struct {
	// Pointer is the JSON pointer into the request's body, or the name of what else
	// differs after its place: "/items/0/id", "query/page", "status".
	Pointer string `json:"pointer"`
	// Wanted is the value asked for; where it is no single one, the operator stands before
	// it, as in "> 3", or the whole condition is here.
	Wanted any `json:"wanted"`
	// Got is what the field holds, cut short when it is long; nil when it is missing.
	Got any `json:"got"`

	rule bool // whether Wanted is more than a value
}

// String is the difference as a clause.
func (d Difference) String() string {
	at, got := d.Pointer, "missing"
	if at == "" {
		at = "the body"
	}
	if d.Got != nil {
		got = quote(d.Got)
	}
	wanted, _ := d.Wanted.(string)
	if !d.rule {
		wanted = quote(d.Wanted)
	}
	return fmt.Sprintf("%s is %s, wanted %s", at, got, wanted)
}

// A part is one of the things that must all hold for a condition to hold.
type part struct {
	program *vm.Program
	paths   [][]string
	text    string
	field   ast.Node // the first that it reads, or nil
	// Of a comparison: the side with the field and the other one. Where the side is the
	// field itself, the other side is what was wanted of it.
	got, want *vm.Program
	operator  string
	plain     bool
}

// compileExpectation is compile over Answered, with what Differences needs.
func compileExpectation(source string) (*Condition, error) {
	c, err := compile(source, Answered{})
	if err != nil {
		return nil, err
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return nil, err
	}
	c.account = reads(tree.Node, "account") || reads(tree.Node, "$env")
	for _, n := range conjuncts(tree.Node) {
		p, err := partOf(n)
		if err != nil {
			// It holds as a whole all the same, and is explained as one.
			c.parts = []part{{program: c.program, paths: c.paths, text: source}}
			break
		}
		c.parts = append(c.parts, p)
	}
	return c, nil
}

// ReadsAccount says whether the condition of an expectation looks at account.
func (c *Condition) ReadsAccount() bool { return c != nil && c.account }

func reads(n ast.Node, variable string) (found bool) {
	ast.Walk(&n, visit(func(n ast.Node) {
		id, ok := n.(*ast.IdentifierNode)
		found = found || ok && id.Value == variable
	}))
	return found
}

type visit func(ast.Node)

// Visit implements ast.Visitor.
func (f visit) Visit(node *ast.Node) { f(*node) }

// conjuncts are the operands of all that is joined by and.
func conjuncts(n ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "and" || b.Operator == "&&") {
		return append(conjuncts(b.Left), conjuncts(b.Right)...)
	}
	return []ast.Node{n}
}

// flipped is each comparison read from its other side.
var flipped = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func partOf(n ast.Node) (part, error) {
	c, err := compile(n.String(), Answered{})
	if err != nil {
		return part{}, err
	}
	p := part{program: c.program, paths: c.paths, text: c.Source, field: fieldOf(n)}
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return p, nil
	}
	got, want := b.Left, b.Right
	p.operator = b.Operator
	if fieldOf(got) == nil {
		if p.operator, ok = flipped[b.Operator]; !ok {
			return p, nil
		}
		got, want = want, got
	}
	switch p.operator {
	case "==", "!=", "<", "<=", ">", ">=", "in", "contains", "startsWith", "endsWith", "matches":
		// A side that cannot stand alone leaves the part unexplained, and no more.
		p.got, _ = expr.Compile(got.String(), options(Answered{})...)
		p.want, _ = expr.Compile(want.String(), options(Answered{})...)
		p.plain = got == p.field
	}
	return p, nil
}

// Differences names for each part of the condition that does not hold the field it is
// about. Of a condition that holds there are none.
func (c *Condition) Differences(a Answered) (out []Difference) {
	for _, p := range c.parts {
		if !a.hasAll(p.paths) || !isTrue(p.program, a) {
			out = append(out, p.difference(a))
		}
	}
	return out
}

func (p part) difference(a Answered) Difference {
	d := Difference{Pointer: p.text, Wanted: p.text, rule: true}
	if p.field == nil {
		return d
	}
	var v any
	d.Pointer, v = a.lookUp(p.field)
	d.Got = clip(v)
	if p.got == nil || p.want == nil {
		return d
	}
	if got, err := run(p.got, a); err == nil && !p.plain {
		d.Got = clip(got)
	}
	if want, err := run(p.want, a); err == nil && p.plain {
		d.Wanted, d.rule = clip(want), false
		if p.operator != "==" || want == nil {
			d.Wanted, d.rule = p.operator+" "+quote(d.Wanted), true
		}
	}
	return d
}

// fieldOf is the first member or variable that an expression reads, or nil.
func fieldOf(n ast.Node) ast.Node {
	f := &finder{}
	ast.Walk(&n, f)
	return f.found
}

type finder struct{ found ast.Node }

// Visit implements ast.Visitor; children come before their parents, so that a field is
// followed by what reads further into it.
func (f *finder) Visit(node *ast.Node) {
	if f.found == nil {
		if id, ok := (*node).(*ast.IdentifierNode); ok && roots[id.Value] {
			f.found = id
		}
		return
	}
	switch n := (*node).(type) {
	case *ast.MemberNode:
		if n.Node == f.found && step(n.Property) != "" {
			f.found = n
		}
	case *ast.ChainNode:
		if n.Node == f.found {
			f.found = n
		}
	}
}

var roots = map[string]bool{
	"body": true, "query": true, "header": true, "account": true,
	"method": true, "path": true, "call": true, "status": true, "error": true,
}

// step is the name or number of a member that is written out, or "".
func step(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.IntegerNode:
		return strconv.Itoa(n.Value)
	}
	return ""
}

// lookUp is where a field stands, and what it holds; nil when it is missing.
func (a Answered) lookUp(n ast.Node) (at string, v any) {
	switch n := n.(type) {
	case *ast.ChainNode:
		return a.lookUp(n.Node)
	case *ast.MemberNode:
		base, from := a.lookUp(n.Node)
		name := step(n.Property)
		switch m := from.(type) {
		case map[string]any:
			v = m[name]
		case map[string]string:
			if text, ok := m[name]; ok {
				v = text
			}
		case []any:
			if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(m) {
				v = m[i]
			}
		}
		if base != "" && !strings.HasPrefix(base, "/") {
			return base + "/" + name, v
		}
		return base + "/" + escape(name), v
	case *ast.IdentifierNode:
		switch n.Value {
		case "body":
			return "", a.Body
		case "query":
			return n.Value, a.Query
		case "header":
			return n.Value, a.Header
		case "account":
			return n.Value, a.Account
		case "method":
			return n.Value, a.Method
		case "path":
			return n.Value, a.Path
		case "call":
			return n.Value, a.Call
		case "status":
			return n.Value, a.Status
		case "error":
			return n.Value, a.Error
		}
	}
	return "", nil
}

// escape writes a name as a step of a JSON pointer.
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// maxShown is how much of a value is shown.
const maxShown = 120

// clip cuts a value short: a difference shows a field, not a body.
func clip(v any) any {
	switch m := v.(type) {
	case string:
		if len(m) > maxShown {
			return strings.ToValidUTF8(m[:maxShown], "") + "…"
		}
	case map[string]any:
		if len(quote(m)) > maxShown {
			return fmt.Sprintf("an object of %d members", len(m))
		}
	case map[string]string:
		if len(quote(m)) > maxShown {
			return fmt.Sprintf("%d values", len(m))
		}
	case []any:
		if len(quote(m)) > maxShown {
			return fmt.Sprintf("a list of %d", len(m))
		}
	}
	return v
}

// quote writes a value as JSON.
func quote(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(out)
}
