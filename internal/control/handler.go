package control

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"
)

// Config says what the plane steers and who may use it.
type Config struct {
	Sim Sim
	// Token is asked for as a bearer token; "" asks none.
	Token string
	// AllowHosts are further names under which the plane may be called.
	AllowHosts []string
	// Log is told of bugs of ours; nil discards.
	Log *slog.Logger
	// Heartbeat is how often a silent stream says that it is there; 0 means 15 seconds.
	Heartbeat time.Duration
}

type handler struct {
	Config
	sim   Sim
	large chan struct{} // held while a large snapshot is put back
}

// New is the handler of everything under /_sim/. Images, health and the like are open to
// whoever was handed their address; what steers is guarded.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	h := &handler{Config: c, sim: c.Sim, large: make(chan struct{}, 1)}
	t := table{}
	t.add("GET", "/health", h.health)
	t.add("GET", "/ca.pem", h.ca)
	t.add("GET", "/qr/{world}/{image}", h.qr)
	t.add("GET", "/flags/{image}", Flags("/_sim/flags/").ServeHTTP)

	steer := func(method, path string, f http.HandlerFunc) { t.add(method, path, h.hosts(h.guard(f))) }
	t.add("GET", "", h.pageHosts(h.bare))
	t.add("GET", "/", h.pageHosts(h.front))
	t.add("GET", "/ui/{file}", h.hosts(h.asset))
	t.add("GET", "/openapi/{name}", h.hosts(h.document))
	steer("GET", "/apis", h.apis)
	steer("GET", "/machines", h.machines)
	steer("GET", "/scenarios", h.scenarios)
	steer("GET", "/requests", h.lone)
	steer("GET", "/coverage", h.coverage)
	steer("GET", "/worlds", h.worlds)
	world := func(method, path string, f func(http.ResponseWriter, *http.Request, World)) {
		steer(method, "/worlds/{world}"+path, h.inWorld(f))
	}
	look := func(path string, f func(http.ResponseWriter, *http.Request, World)) {
		steer("GET", "/worlds/{world}"+path, h.looking(f))
	}
	look("", h.view)
	world("PUT", "", h.start)
	world("PATCH", "", h.patch)
	steer("DELETE", "/worlds/{world}", h.forget)
	world("GET", "/snapshot", h.snapshot)
	world("PUT", "/snapshot", h.restore)
	world("POST", "/fork", h.fork)
	world("POST", "/clock", h.clock)
	world("POST", "/edges", h.edge)
	world("POST", "/reset", h.reset)
	look("/requests", h.requests)
	look("/coverage", h.worldCoverage)
	look("/requests/stream", h.stream)
	steer("GET", "/worlds/{world}/requests/{id}", h.request)
	look("/webhooks", h.deliveries)
	world("POST", "/webhooks/trigger", h.trigger)
	world("POST", "/webhooks/{delivery}/resend", h.resend)
	world("POST", "/verify", h.verify)
	world("POST", "/scenarios", h.addScenario)
	world("PUT", "/scenarios/{scenario}", h.switchOn)
	world("DELETE", "/scenarios/{scenario}", h.switchOff)
	for _, a := range []string{"install", "attach", "use", "remove"} {
		world("POST", "/esims/{esim}/"+a, h.device(a))
	}
	return h.recovers(t.router())
}

// recovers answers where a bug of ours broke a call off, and tells of it. An answer that
// had begun by then cannot be mended: its connection ends.
func (h *handler) recovers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := &beginning{ResponseWriter: w}
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			err, _ := v.(error)
			meant := errors.Is(err, http.ErrAbortHandler)
			if !meant {
				h.Log.Error("panic", "method", r.Method, "path", clip(r.URL.Path), "value", v, "stack", string(debug.Stack()))
			}
			if begun.yes || meant {
				panic(http.ErrAbortHandler)
			}
			clear(w.Header())
			Problem{Status: http.StatusInternalServerError, Detail: "a bug of the simulator broke this call off: its log tells more"}.write(w)
		}()
		next.ServeHTTP(begun, r)
	})
}

// A beginning knows whether anything of an answer was written.
type beginning struct {
	http.ResponseWriter
	yes bool
}

func (b *beginning) WriteHeader(status int) {
	b.yes = true
	b.ResponseWriter.WriteHeader(status)
}

func (b *beginning) Write(p []byte) (int, error) {
	b.yes = true
	return b.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (b *beginning) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// A table holds handlers by path and method, in the order of their coming.
type table struct {
	paths   []string
	methods map[string]map[string]http.HandlerFunc
}

func (t *table) add(method, path string, f http.HandlerFunc) {
	if t.methods == nil {
		t.methods = map[string]map[string]http.HandlerFunc{}
	}
	if t.methods[path] == nil {
		t.methods[path] = map[string]http.HandlerFunc{}
		t.paths = append(t.paths, path)
	}
	t.methods[path][method] = f
}

func (t *table) router() http.Handler {
	r := mux.NewRouter().UseEncodedPath()
	for _, path := range t.paths {
		methods := t.methods[path]
		r.Path("/_sim" + path).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			method := r.Method
			if method == http.MethodHead {
				method = http.MethodGet // net/http leaves the body out
			}
			if f := methods[method]; f != nil {
				f(w, r)
				return
			}
			allow := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
			w.Header().Set("Allow", allow)
			Problem{
				Status: http.StatusMethodNotAllowed,
				Detail: fmt.Sprintf("%s does not take %s: use %s", r.URL.Path, r.Method, allow),
			}.write(w)
		})
	}
	r.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Problem{Status: http.StatusNotFound, Detail: "the control plane has no " + r.URL.Path}.write(w)
	})
	return r
}

// hosts refuses a Host under which a page on the internet could have reached us: such a
// page may name any host it owns and let it point at this machine. And it refuses what a
// page of another site asks for, which a browser would send all the same.
func (h *handler) hosts(next http.HandlerFunc) http.HandlerFunc {
	return h.hostsFor(next, func(*http.Request) bool { return false })
}

// pageHosts is hosts for the dashboard's own page, to which a link may lead from anywhere.
func (h *handler) pageHosts(next http.HandlerFunc) http.HandlerFunc {
	return h.hostsFor(next, func(r *http.Request) bool {
		dest := r.Header.Get("Sec-Fetch-Dest")
		return r.Header.Get("Sec-Fetch-Mode") == "navigate" && (dest == "document" || dest == "")
	})
}

func (h *handler) hostsFor(next http.HandlerFunc, linked func(*http.Request) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := foreign(r); err != nil && !linked(r) {
			Problem{
				Status: http.StatusForbidden,
				Detail: "the control plane takes nothing from pages of another site: " + err.Error(),
			}.write(w)
			return
		}
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		host = strings.Trim(host, "[]")
		ip := net.ParseIP(host)
		bound, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		switch {
		case host == "localhost", host == "", !strings.Contains(host, ".") && ip == nil,
			ip != nil && (ip.IsLoopback() || ip.IsUnspecified() || bound != nil && sameIP(ip, bound)),
			slices.Contains(h.AllowHosts, host):
			next(w, r)
		default:
			Problem{
				Status: http.StatusForbidden,
				Detail: fmt.Sprintf("the control plane is not served to Host %q: use the address it listens on, or --allow-host", r.Host),
			}.write(w)
		}
	}
}

var sites http.CrossOriginProtection // its zero value takes nobody else's pages

// foreign says that a page of another site asks. To read can change something as well: the
// first to name a world makes it, for which another may have to leave.
func foreign(r *http.Request) error {
	as := *r
	as.Method = http.MethodPost // reading is not looked at otherwise
	return sites.Check(&as)
}

func sameIP(ip net.IP, a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.Equal(ip)
}

// guard asks for the token, where there is one.
func (h *handler) guard(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		got, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if h.Token != "" && subtle.ConstantTimeCompare([]byte(got), []byte(h.Token)) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="esimsim"`)
			Problem{Status: http.StatusUnauthorized, Detail: "send the control token as a bearer token"}.write(w)
			return
		}
		next(w, r)
	}
}

// inWorld finds the world of the path for f.
func (h *handler) inWorld(f func(http.ResponseWriter, *http.Request, World)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		world, err := h.sim.World(variable(r, "world"))
		if err != nil {
			Problem{Status: http.StatusBadRequest, Detail: err.Error()}.write(w)
			return
		}
		f(w, r, world)
	}
}

// createKey is the key of the query with which who looks on says that a world which is not
// there is not to be made.
const createKey = "create"

// looking is inWorld for those that only look.
func (h *handler) looking(f func(http.ResponseWriter, *http.Request, World)) http.HandlerFunc {
	anyway := h.inWorld(f)
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		switch create := query.Get(createKey); {
		case !query.Has(createKey), create == "true":
			anyway(w, r)
		case create != "false":
			badQuery(w, createKey, "is true or false")
		default:
			h.existing(w, r, f)
		}
	}
}

func (h *handler) existing(w http.ResponseWriter, r *http.Request, f func(http.ResponseWriter, *http.Request, World)) {
	name := variable(r, "world")
	world, err := h.sim.Existing(name)
	switch {
	case err != nil:
		Problem{Status: http.StatusBadRequest, Detail: err.Error()}.write(w)
	case world == nil:
		Problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("there is no world %q", name)}.write(w)
	default:
		f(w, r, world)
	}
}

// fail writes an error of the simulator as a problem.
func (h *handler) fail(w http.ResponseWriter, err error) {
	kind := h.sim.Kind(err)
	Problem{Status: kind.Status, Detail: err.Error(), Pointer: kind.Pointer}.write(w)
}

func variable(r *http.Request, name string) string {
	raw := mux.Vars(r)[name]
	if plain, err := url.PathUnescape(raw); err == nil {
		return plain
	}
	return raw
}
