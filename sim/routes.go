package sim

import (
	"errors"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/esimsim/esimsim/internal/control"
)

// routes puts the providers, the control plane and the index together. Real paths of the
// APIs do not collide; the longest mount is asked first.
func (s *Server) routes() http.Handler {
	var d direct
	d.router = s.router(&d)
	return s.tellsPanics(tidyPath(&d))
}

// tellsPanics puts a panic that nobody answered on the log, and ends the connection as
// net/http would.
func (s *Server) tellsPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, _ := v.(error); !errors.Is(err, http.ErrAbortHandler) {
				s.log.Error("panic", "method", r.Method, "path", r.URL.Path, "value", v, "stack", string(debug.Stack()))
			}
			panic(http.ErrAbortHandler)
		}()
		next.ServeHTTP(w, r)
	})
}

// router knows all paths; those of providers are told to d as well.
func (s *Server) router(d *direct) http.Handler {
	root := mux.NewRouter().SkipClean(true).UseEncodedPath()
	root.Path("/_sim/pages/{provider}/{world}/{rest:.*}").Methods(http.MethodGet).HandlerFunc(s.page)
	d.mounts = append(d.mounts, split("/_sim"))
	root.PathPrefix("/_sim").Handler(control.New(control.Config{
		Sim: plane{s}, Token: s.cfg.ControlToken, AllowHosts: s.cfg.AllowHosts, Log: s.log,
	}))
	type mount struct {
		prefix string
		p      *Provider
	}
	var mounts []*mount
	for _, p := range s.cfg.Providers {
		for _, prefix := range p.mounts {
			mounts = append(mounts, &mount{prefix, p})
		}
	}
	slices.SortStableFunc(mounts, func(a, b *mount) int { return len(b.prefix) - len(a.prefix) })
	for _, m := range mounts {
		s.mount(root, d, m.p, m.prefix)
	}
	index := control.Index(plane{s})
	root.Path("/").Handler(index)
	root.PathPrefix("/img/flags/").Handler(control.Flags("/img/flags/"))
	root.NotFoundHandler = s.astray(index)
	return root
}

// mount registers each path of a provider once; which method was meant is found behind
// it, so that the refusal can be in the provider's words.
func (s *Server) mount(root *mux.Router, d *direct, p *Provider, prefix string) {
	sub := root.PathPrefix(prefix + "/").Subrouter()
	var paths []string
	methods := map[string]map[string]*operation{}
	for _, op := range p.operations {
		if op.mounts != nil && !slices.Contains(op.mounts, prefix) {
			continue
		}
		if methods[op.path] == nil {
			methods[op.path] = map[string]*operation{}
			paths = append(paths, op.path)
		}
		methods[op.path][op.method] = op
	}
	for _, path := range paths {
		ops := methods[path]
		serve := func(w http.ResponseWriter, r *http.Request, params []param) {
			var miss error
			op := ops[r.Method]
			if r.Method == http.MethodHead {
				op = ops[http.MethodGet] // net/http leaves the body out
			}
			if op == nil {
				miss = &MethodError{Allow: allowed(ops)}
			}
			s.exchange(w, r, p, op, prefix, params, miss)
		}
		sub.Path(path).HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, routed(r)) })
		d.add(prefix+path, serve)
	}
	sub.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.exchange(w, r, p, nil, prefix, nil, ErrNoRoute)
	})
	d.mounts = append(d.mounts, split(prefix))
}

// page serves a provider's pages for people. They are no part of the API: nothing is
// journalled, and a world is not made for them.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	vars := routed(r)
	p, world := s.provider(find(vars, "provider")), s.lookup(find(vars, "world"))
	if p == nil || world == nil {
		http.NotFound(w, r)
		return
	}
	x := newExchange(w, r, s, p, nil, "", nil)
	defer x.end()
	x.req.Caller = world.caller
	var reply Reply
	var err error
	world.turn(p, func(t *Turn) { reply, err = p.page(t, x.req, find(vars, "rest")) })
	if err != nil {
		http.NotFound(w, r)
		return
	}
	x.write(w, x.encode(reply))
}

func allowed(ops map[string]*operation) (methods []string) {
	for m := range ops {
		methods = append(methods, m)
	}
	slices.Sort(methods)
	return methods
}

// tidyPath folds doubled slashes, which clients with a trailing slash in their base URL
// send, and takes a trailing one away: the real services forgive both. That of the
// simulator's own paths means something.
func tidyPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if untidy(r.URL.Path) {
			r2 := r.Clone(r.Context())
			r2.URL.Path, r2.URL.RawPath = fold(r.URL.Path), fold(r.URL.RawPath)
			r = r2
		}
		next.ServeHTTP(w, r)
	})
}

func untidy(path string) bool {
	return strings.Contains(path, "//") || strings.Count(path, "/") > 2 && strings.HasSuffix(path, "/") && !strings.HasPrefix(path, "/_sim/")
}

func fold(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	if untidy(path) {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}
