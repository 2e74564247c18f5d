// Package page makes templates of HTML pages. Each value is escaped as html/template escapes
// texts, at a tenth of the size: text/template is in the program anyway.
package page

import (
	"text/template"
	"text/template/parse"
)

// Template reads a page, which is ours, so that a mistake in it panics. A value may stand
// in a text or within the quotes of an attribute, but in no script or style; the scheme of an
// address must be its maker's.
func Template(name, text string, funcs template.FuncMap) *template.Template {
	t := template.Must(template.New(name).Funcs(funcs).Parse(text))
	for _, part := range t.Templates() {
		escape(part.Root)
	}
	return t
}

// escape lets the last step of whatever is printed be template's own function html.
func escape(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return // there is no else
		}
		for _, each := range n.Nodes {
			escape(each)
		}
	case *parse.IfNode:
		escapeBoth(&n.BranchNode)
	case *parse.RangeNode:
		escapeBoth(&n.BranchNode)
	case *parse.WithNode:
		escapeBoth(&n.BranchNode)
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 { // else it is kept, and printed elsewhere
			last := &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier("html").SetPos(n.Pos)}}
			n.Pipe.Cmds = append(n.Pipe.Cmds, last)
		}
	}
}

func escapeBoth(n *parse.BranchNode) {
	escape(n.List)
	escape(n.ElseList)
}
