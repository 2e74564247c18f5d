package scenario

import (
	"errors"
	"fmt"
	"reflect"
	"regexp/syntax"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// The bounds of conditions. They are evaluated in a world's turn, on what a client sends,
// so that none may take long or grow, whatever is written in it and whatever it meets;
// what all of them cost together is bounded by Work.
const (
	maxSource  = 2_000  // bytes of a condition
	maxNodes   = 200    // of its tree
	maxLooked  = 1_000  // elements of a list that a predicate is asked about
	maxMatched = 10_000 // bytes of a text that a pattern is held against
	maxPattern = 500    // instructions of a pattern
	maxMemory  = 10_000 // values that an evaluation makes
)

// What could read the wall clock, or makes more of what it is given, is not to be had.
var withheld = []string{
	"now", "date", "duration", "timezone", "repeat", "toJSON", "fromJSON", "toBase64", "fromBase64",
	"reduce", "groupBy", "uniq", "replace", "join",
}

var errLong = errors.New("longer than a condition looks at")

// few and short stand before what a predicate or a pattern is asked about. Beside that they
// have the request's Work, and what an element or a byte of it costs.
var few = expr.Function("few", func(params ...any) (any, error) {
	n := 0
	if v := reflect.ValueOf(params[0]); v.Kind() == reflect.Slice {
		n = v.Len()
	}
	if n > maxLooked {
		return nil, errLong
	}
	return params[0], params[1].(*Work).spend(n * params[2].(int))
}, new(func(any, *Work, int) any))

var short = expr.Function("short", func(params ...any) (any, error) {
	text, _ := params[0].(string)
	if len(text) > maxMatched {
		return nil, errLong
	}
	return params[0], params[1].(*Work).spend(len(text) * params[2].(int))
}, new(func(any, *Work, int) any))

// workField is the name of Env.Work, which nobody can write.
const workField = " work"

// bounder puts few and short where they belong.
type bounder struct{}

// Visit implements ast.Visitor.
func (bounder) Visit(node *ast.Node) {
	bound := func(by string, n *ast.Node, each int) {
		args := []ast.Node{*n, &ast.IdentifierNode{Value: workField}, &ast.IntegerNode{Value: each}}
		*n = &ast.CallNode{Callee: &ast.IdentifierNode{Value: by}, Arguments: args}
	}
	switch n := (*node).(type) {
	case *ast.BuiltinNode:
		if predicate := predicateOf(n); predicate != nil {
			bound("few", &n.Arguments[0], costOf(predicate).fixed)
		}
	case *ast.BinaryNode:
		if n.Operator == "matches" {
			text, _ := n.Right.(*ast.StringNode)
			bound("short", &n.Left, perStep*stepsOf(text))
		}
	}
}

// stepsOf is how many instructions a pattern has, as far as it is one.
func stepsOf(pattern *ast.StringNode) int {
	if pattern == nil {
		return 0
	}
	parsed, err := syntax.Parse(pattern.Value, syntax.Perl)
	if err != nil {
		return 0
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0
	}
	return len(prog.Inst)
}

// run evaluates within bounds.
func run(program *vm.Program, env any) (any, error) {
	v := vm.VM{MemoryBudget: maxMemory}
	return v.Run(program, env)
}

// predicateOf is what a builtin asks of each element, or nil.
func predicateOf(b *ast.BuiltinNode) ast.Node {
	for _, arg := range b.Arguments {
		if p, ok := arg.(*ast.PredicateNode); ok {
			return p.Node
		}
	}
	return nil
}

// checkBounds refuses what would take long on much, and tells what the rest costs.
func checkBounds(source string) (cost, error) {
	tree, err := parser.Parse(source)
	if err != nil {
		return cost{}, err
	}
	var fault *file.Error
	refuse := func(n ast.Node, format string, args ...any) {
		if fault == nil {
			fault = &file.Error{Location: n.Location(), Message: fmt.Sprintf(format, args...)}
		}
	}
	ast.Walk(&tree.Node, visit(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.VariableDeclaratorNode:
			if !plainField(n.Value) { // or each could be twice as long as the one before
				refuse(n, "a variable stands for a field and nothing more: write %s out where it is used", n.Name)
			}
		case *ast.BinaryNode:
			if n.Operator == "matches" {
				checkPattern(n.Right, refuse)
			}
		case *ast.BuiltinNode:
			if slices.Contains(withheld, n.Name) { // those with a predicate cannot be disabled
				refuse(n, "unknown name %s", n.Name)
			}
			checkPredicate(n, refuse)
		}
	}))
	if fault != nil {
		return cost{}, fault.Bind(file.NewSource(source))
	}
	return costOf(tree.Node), nil
}

type refusal func(n ast.Node, format string, args ...any)

func checkPattern(n ast.Node, refuse refusal) {
	text, ok := n.(*ast.StringNode)
	if !ok {
		refuse(n, "write the pattern of matches out")
		return
	}
	if stepsOf(text) > maxPattern { // whether it is a pattern was told when it was compiled
		refuse(n, "the pattern is too large: repeat less in it")
	}
}

// checkPredicate lets a predicate look at its element, and compare what it finds there with
// something else: all the work together is then no more than what there is to look at.
func checkPredicate(b *ast.BuiltinNode, refuse refusal) {
	predicate := predicateOf(b)
	if predicate == nil {
		return
	}
	for _, arg := range b.Arguments {
		own := arg
		ast.Walk(&own, visit(func(n ast.Node) {
			if inner, ok := n.(*ast.BuiltinNode); ok && predicateOf(inner) != nil {
				refuse(inner, "%s stands within %s: ask about the elements of one list at a time", inner.Name, b.Name)
			}
		}))
	}
	compared := map[ast.Node]bool{}
	ast.Walk(&predicate, visit(func(n ast.Node) {
		if c, ok := n.(*ast.BinaryNode); ok && flipped[c.Operator] != "" {
			for _, sides := range [][2]ast.Node{{c.Left, c.Right}, {c.Right, c.Left}} {
				if plainField(sides[0]) && len(outer(sides[1])) == 0 {
					ast.Walk(&sides[0], forgive(compared))
				}
			}
		}
	}))
	for _, id := range outer(predicate) {
		if !compared[id] {
			refuse(id, "within %s, %s can only be compared with something of an element: == != < <= > >=", b.Name, id.Value)
		}
	}
}

// outer lists the variables that are none of an element.
func outer(n ast.Node) (ids []*ast.IdentifierNode) {
	ast.Walk(&n, visit(func(n ast.Node) {
		if id, ok := n.(*ast.IdentifierNode); ok {
			ids = append(ids, id)
		}
	}))
	return ids
}

// plainField says whether n does nothing but to take a field.
func plainField(n ast.Node) bool {
	plain := true
	ast.Walk(&n, visit(func(n ast.Node) {
		switch n.(type) {
		case *ast.IdentifierNode, *ast.MemberNode, *ast.ChainNode, *ast.StringNode, *ast.IntegerNode, *ast.PointerNode:
		default:
			plain = false
		}
	}))
	return plain
}
