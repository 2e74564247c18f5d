package sim

import (
	"net/http"
	"time"
)

// SetDrain says how long Close waits.
func (s *Server) SetDrain(d time.Duration) { s.times.drain = d }

// SetMaxWorlds says how many worlds there may be.
func (s *Server) SetMaxWorlds(n int) { s.most = n }

// Patience is how long a client may take for the head of a request and for all of it, and
// for its answer, and be silent after that.
type Patience struct{ Header, Read, Write, Idle time.Duration }

// SetPatience is for a simulator that is not started yet.
func (s *Server) SetPatience(p Patience) {
	s.times.header, s.times.read, s.times.write, s.times.idle = p.Header, p.Read, p.Write, p.Idle
}

// Background runs f as a task of the simulator.
func (s *Server) Background(f func()) bool { return s.tasks.start(f) }

// Routed is Handler with nothing before the router.
func (s *Server) Routed() http.Handler { return tidyPath(s.router(&direct{})) }

// Mounts are the paths under which its operations are served.
func (p *Provider) Mounts() []string { return p.mounts }

// WatchDials lets f hear of every address that the server connects to.
func (s *Server) WatchDials(f func(address string)) { s.sender.Watch(f) }
