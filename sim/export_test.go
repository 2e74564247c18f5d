package sim

import "net/http"

// Routed is Handler with nothing before the router.
func (s *Server) Routed() http.Handler { return tidyPath(s.router(&direct{})) }

// Mounts are the paths under which its operations are served.
func (p *Provider) Mounts() []string { return p.mounts }
