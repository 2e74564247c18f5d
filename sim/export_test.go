package sim

import "net/http"

// Routed is Handler with nothing before the router.
func (s *Server) Routed() http.Handler { return tidyPath(s.router(&direct{})) }

// Mounts are the paths under which its operations are served.
func (p *Provider) Mounts() []string { return p.mounts }

// WatchDials lets f hear of every address that the server connects to.
func (s *Server) WatchDials(f func(address string)) { s.sender.Watch(f) }
