package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gorilla/mux"
)

// direct answers plainly written paths of the providers as the router would, without it:
// to match, the router tries one regular expression after the other, and it copies each
// request twice. Whatever is not found here goes to the router.
type direct struct {
	router http.Handler
	fixed  map[string]handler // by path
	open   map[int][]shape    // those with variables, by slashes, in the router's order
	mounts [][]segment        // that the router asks before the next
}

type handler func(w http.ResponseWriter, r *http.Request, params []param)

// A shape is a path with variables.
type shape struct {
	segments []segment
	serve    handler
}

type segment struct{ text, variable string } // one of which is ""

// A param is a variable of a path, unescaped.
type param struct{ name, value string }

// maxParams is how many variables a shape may have.
const maxParams = 4

func (d *direct) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path := r.URL.Path; r.URL.RawPath == "" && strings.HasPrefix(path, "/") {
		var room [maxParams]param
		if serve, n := d.find(path, &room); serve != nil {
			serve(w, r, append([]param(nil), room[:n]...))
			return
		}
	}
	d.router.ServeHTTP(w, r)
}

// add is told the paths in the order in which the router tries them.
func (d *direct) add(path string, serve handler) {
	s := shape{split(path), serve}
	if slices.ContainsFunc(d.mounts, func(prefix []segment) bool { return s.mayLieUnder(prefix) }) {
		return // the router has asked another provider before
	}
	variables := 0
	for _, seg := range s.segments {
		if strings.ContainsAny(seg.text+seg.variable, "{}:") {
			return // more than is understood here
		}
		if seg.variable != "" {
			variables++
		}
	}
	switch n := strings.Count(path, "/"); {
	case variables > maxParams:
	case variables > 0:
		if d.open == nil {
			d.open = map[int][]shape{}
		}
		d.open[n] = append(d.open[n], s)
	default:
		var room [maxParams]param
		if earlier, _ := d.find(path, &room); earlier != nil {
			return
		}
		if d.fixed == nil {
			d.fixed = map[string]handler{}
		}
		d.fixed[path] = serve
	}
}

// find gives the handler of a path and how many variables it has.
func (d *direct) find(path string, params *[maxParams]param) (serve handler, n int) {
	if serve = d.fixed[path]; serve != nil {
		return serve, 0
	}
	for _, s := range d.open[strings.Count(path, "/")] {
		if n, ok := s.match(path, params); ok {
			return s.serve, n
		}
	}
	return nil, 0
}

// match takes a path with as many slashes as the shape has.
func (s shape) match(path string, params *[maxParams]param) (n int, ok bool) {
	rest := path[1:]
	for _, want := range s.segments {
		var have string
		have, rest, _ = strings.Cut(rest, "/")
		switch {
		case want.variable == "":
			if have != want.text {
				return 0, false
			}
		case have == "":
			return 0, false
		default:
			params[n] = param{want.variable, have}
			n++
		}
	}
	return n, true
}

func (s shape) mayLieUnder(prefix []segment) bool {
	if len(s.segments) <= len(prefix) {
		return false
	}
	for i, p := range prefix {
		if s.segments[i].variable == "" && s.segments[i].text != p.text {
			return false
		}
	}
	return true
}

func split(path string) (out []segment) {
	for text := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if inner, ok := strings.CutPrefix(text, "{"); ok && strings.HasSuffix(inner, "}") {
			out = append(out, segment{variable: strings.TrimSuffix(inner, "}")})
			continue
		}
		out = append(out, segment{text: text})
	}
	return out
}

// routed are the variables that the router has found.
func routed(r *http.Request) (out []param) {
	for name, value := range mux.Vars(r) {
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		out = append(out, param{name, value})
	}
	return out
}

func find(params []param, name string) string {
	for _, p := range params {
		if p.name == name {
			return p.value
		}
	}
	return ""
}
