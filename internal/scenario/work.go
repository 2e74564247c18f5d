package scenario

import (
	"errors"

	"github.com/expr-lang/expr/ast"
)

// Work is what the conditions of all rules together may still cost one request, counted
// and not measured: the same requests end alike on any machine. A condition that is dearer
// than what is left does not hold.
type Work struct {
	left int // nanoseconds, where all is as dear as it can be
	size int // bytes of what conditions look at
	over bool
}

// NewWork is that of a request with so many bytes to look at.
func NewWork(size int) *Work { return &Work{left: mostWork, size: size} }

// Exhausted says whether a condition was not evaluated to its end.
func (w *Work) Exhausted() bool { return w != nil && w.over }

var errDear = errors.New("dearer than what is left")

// take says whether there is so much left. Without bounds there always is.
func (w *Work) take(n int) bool {
	if w == nil {
		return true
	}
	if n > w.left {
		w.over = true // what is less dear may still be taken
		return false
	}
	w.left -= n
	return true
}

// spend is take in the midst of an evaluation, which is dear to leave.
func (w *Work) spend(n int) error {
	if w.take(n) {
		return nil
	}
	w.left = max(0, w.left-perFailure)
	return errDear
}

// What conditions cost, in nanoseconds, at worst.
const (
	mostWork = 30_000_000

	perCondition = 2_000
	perFailure   = 5_000
	perNode      = 40
	perStep      = 40  // a pattern's instruction on a byte
	perByte      = 3   // compared, or looked for
	perByteRead  = 15  // changed or counted
	perByteMade  = 150 // of JSON, made into other values
	perValue     = 10  // of a range
)

// builtin is what one that has no predicate costs for a byte: some look at one value, or go
// through a text once.
func builtin(name string) int {
	switch name {
	case "abs", "ceil", "floor", "round", "type", "get", "first", "last":
		return 0
	case "hasPrefix", "hasSuffix":
		return perByte
	case "len", "lower", "upper", "trim", "trimPrefix", "trimSuffix", "indexOf", "lastIndexOf", "int", "float":
		return perByteRead
	}
	return perByteMade
}

// A cost is what an expression costs but for its patterns and predicates, which tell when
// they are evaluated.
type cost struct{ fixed, perByte, joins int }

// costOf is that of a tree; all the elements of lists in it are no more than the request.
func costOf(tree ast.Node) (c cost) {
	ast.Walk(&tree, &c)
	return c
}

// of is what it costs where there is so much to look at.
func (c cost) of(w *Work) int {
	if w == nil {
		return 0
	}
	return c.fixed + c.perByte*w.size
}

// Visit implements ast.Visitor.
func (c *cost) Visit(node *ast.Node) {
	c.fixed += perNode
	switch n := (*node).(type) {
	case *ast.StringNode:
		c.fixed += len(n.Value) * perByte
	case *ast.CallNode:
		c.perByte += perByteMade
	case *ast.SliceNode:
		c.perByte += perByteRead
	case *ast.BuiltinNode:
		if predicateOf(n) == nil {
			c.perByte += builtin(n.Name)
		}
	case *ast.BinaryNode:
		c.binary(n)
	}
}

func (c *cost) binary(n *ast.BinaryNode) {
	switch n.Operator {
	case "==", "!=", "<", "<=", ">", ">=", "contains", "startsWith", "endsWith":
		if constant(n.Left) || constant(n.Right) {
			c.perByte += perByte
		} else {
			c.perByte += perByteMade // they may be lists of lists
		}
	case "in":
		c.perByte += perByteRead
	case "..":
		c.fixed += perValue * maxMemory
	case "+":
		c.joins++ // what those before have made is copied again
		c.perByte += perByte * c.joins
	}
}

// constant says whether a value is written out.
func constant(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NilNode:
		return true
	}
	return false
}
