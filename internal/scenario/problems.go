package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/esimsim/esimsim/internal/nearest"
)

// What is told of mistakes is bounded, however many there are and however long.
const (
	maxProblems = 20
	maxEchoed   = 100 // bytes of a value that somebody wrote
	maxSaid     = 300 // bytes of a sentence of somebody else's
)

type loader struct {
	file     string
	v        Vocabulary
	found    int // mistakes
	problems []error
	places   map[*yaml.Node]place // where the nodes of a JSON body stand
}

// A place of a node is within another one: a member, or an item where there is no key.
type place struct {
	in   *yaml.Node
	key  string
	item int
}

// pointer is that of a node of a JSON body, "" in a file.
func (l *loader) pointer(n *yaml.Node) string {
	var steps []string
	for at := l.places[n]; at.in != nil; at = l.places[at.in] {
		step := escape(cut(at.key, maxEchoed))
		if at.in.Kind == yaml.SequenceNode {
			step = strconv.Itoa(at.item)
		}
		steps = append(steps, "/"+step)
	}
	slices.Reverse(steps)
	return strings.Join(steps, "")
}

// at reports a mistake. Texts among args are values that somebody wrote, unless they are
// words of ours.
func (l *loader) at(n *yaml.Node, format string, args ...any) {
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			args[i] = cut(v, maxEchoed)
		case error:
			args[i] = cut(v.Error(), maxSaid)
		}
	}
	l.tell(n, 0, fmt.Sprintf(format, args...))
}

func (l *loader) tell(n *yaml.Node, column int, message string) {
	if l.found++; l.found > maxProblems {
		return
	}
	p := Problem{File: l.file, Line: 1, Column: 1, Message: message}
	if n != nil {
		p.Line, p.Column, p.Pointer = n.Line, n.Column+column, l.pointer(n)
	}
	l.problems = append(l.problems, p)
}

// err joins what was found.
func (l *loader) err() error {
	list := l.problems
	if more := l.found - len(list); more > 0 {
		list = append(slices.Clone(list), fmt.Errorf("and %d more", more))
	}
	return errors.Join(list...)
}

// words are a part of a sentence, to be told whole.
type words string

func join(list []string) words { return words(strings.Join(list, ", ")) }

// hint is a clause that names what was meant. It takes time to find, so that it is left
// out where nobody reads it.
func (l *loader) hint(word string, known []string) words {
	if l.found >= maxProblems {
		return ""
	}
	return words(nearest.Hint(word, known))
}

// cut is at most so many bytes of a text.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
