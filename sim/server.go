package sim

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/internal/coverage"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/lazy"
	"github.com/esimsim/esimsim/internal/network"
	"github.com/esimsim/esimsim/internal/scenario"
	"github.com/esimsim/esimsim/internal/webhook"
)

// A Server is one simulator: its providers, its worlds, and once started a listener.
// Nothing is global, so many can run side by side.
type Server struct {
	cfg     Config
	log     *slog.Logger
	vocab   scenario.Vocabulary
	bundled []string // names of the scenarios in the library
	base    []based  // on in every world; guarded by mu
	keys    map[keyID]Key
	secrets journal.Secrets              // headers that the journal hides, those of all providers
	chosen  map[string]map[string]string // what they choose, by provider and setting
	docs    map[string]func() *contract.Document
	journal journal.Journal // requests no world could be found for
	memory  journal.Budget  // of all worlds' journals together
	met     coverage.Set    // by all worlds, also those that have left
	pages   pages           // of catalogues
	times   times
	most    int // worlds at once
	started time.Time
	handler http.Handler

	mu      sync.RWMutex
	worlds  map[string]*World
	swept   time.Time                     // when idle worlds were last looked for
	library map[string]*scenario.Scenario // bundled scenarios used, by name
	fired   map[string]bool               // rules that did something, by scenario:line
	lone    sequence                      // numbers the entries of journal
	books   sequence                      // and the journals of worlds

	receivers sequence // numbers those of tests

	network     network.Network // within the process
	http        *http.Server
	listener    net.Listener
	tlsListener net.Listener // nil without TLS
	ca          []byte       // PEM
	serving     sync.WaitGroup
	ctx         context.Context // ends with the simulator
	stop        context.CancelFunc
	unused      unusedConns
	trusted     *x509.CertPool // by clients in this process; nil without TLS
	reach       network.Reach  // of those
	sender      *webhook.Sender
	tasks       tasks
	mail        mail // that the outboxes of all worlds hold
}

// times are how long a client may take, and a server that ends.
type times struct{ header, read, write, idle, drain time.Duration }

var usualTimes = times{
	header: 10 * time.Second, read: 30 * time.Second, write: scenario.MaxDelay + 30*time.Second, idle: 2 * time.Minute, drain: drain,
}

// drain is how long a server that ends lets what is under way finish.
const drain = 5 * time.Second

// unusedConns are connections on which no request has come yet. Browsers and HTTP
// clients dial ahead, and a graceful stop would wait five seconds for each.
type unusedConns struct {
	mu    sync.Mutex
	conns map[net.Conn]bool
}

func (u *unusedConns) note(c net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conns == nil {
		u.conns = map[net.Conn]bool{}
	}
	if state == http.StateNew {
		u.conns[c] = true
	} else {
		delete(u.conns, c)
	}
}

func (u *unusedConns) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for c := range u.conns {
		_ = c.Close()
	}
}

// shutdown ends a server whose connections these are, when answers under way are finished
// or had a while for it.
func (u *unusedConns) shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	return u.shutdownWithin(ctx, server)
}

// shutdownWithin is shutdown where that while is what ctx leaves.
func (u *unusedConns) shutdownWithin(ctx context.Context, server *http.Server) error {
	u.close()
	if server.Shutdown(ctx) != nil {
		return server.Close()
	}
	return nil
}

// New makes a simulator that does not listen yet: its Handler can be used as it is.
func New(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	if !cfg.Freeze.IsZero() && !inRange(cfg.Freeze) {
		return nil, ErrTime
	}
	s := &Server{
		cfg: cfg, log: cfg.Log, started: cfg.Real.Now(), times: usualTimes, most: MaxWorlds, tasks: tasks{log: cfg.Log},
		secrets: journal.Secrets{"Authorization", "Proxy-Authorization", "Cookie"},
		chosen:  map[string]map[string]string{}, worlds: map[string]*World{}, docs: map[string]func() *contract.Document{},
	}
	for _, p := range cfg.Providers {
		if s.docs[p.name] != nil {
			return nil, fmt.Errorf("provider %s is given twice", p.name)
		}
		// A key sent to the wrong API is as secret as any.
		s.secrets = append(s.secrets, p.secrets...)
		s.docs[p.name] = sync.OnceValue(func() *contract.Document {
			doc, err := contract.Load(p.document)
			if err != nil {
				panic(p.name + ": " + err.Error())
			}
			return doc
		})
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.sender = webhook.NewSender(cfg.Real, cfg.AllowWebhookHosts, &s.network)
	s.library, s.fired = map[string]*scenario.Scenario{}, map[string]bool{}
	s.vocab = vocabulary(cfg.Providers)
	var err error
	if err = s.checkWebhooks(); err != nil {
		return nil, err
	}
	if s.keys, err = keyring(cfg.Keys, cfg.Providers); err != nil {
		return nil, err
	}
	if s.bundled, err = names(cfg.Library); err != nil {
		return nil, fmt.Errorf("scenario library: %w", err)
	}
	for _, name := range cfg.Scenarios {
		sc, path, err := s.scenario(name)
		if err != nil {
			return nil, err
		}
		s.base = append(s.base, based{sc: sc, path: path})
		s.choose(sc.Settings)
	}
	// What the scenarios ask for is tried on a world that nobody will see, so that a value
	// no account can take is told now and not with each request.
	trial := s.newWorld(Caller{World: "trial"})
	defer trial.cancel()
	if err := trial.begin(time.Time{}); err != nil {
		return nil, err
	}
	s.handler = s.routes()
	return s, nil
}

// choose notes what holds for the whole process, for requests that no world is found for.
func (s *Server) choose(settings Patch) {
	for provider, values := range settings {
		if s.chosen[provider] == nil {
			s.chosen[provider] = map[string]string{}
		}
		for name, v := range values {
			if text, ok := v.(string); ok {
				s.chosen[provider][name] = text
			}
		}
	}
}

// Handler serves the providers and the control plane.
func (s *Server) Handler() http.Handler { return s.handler }

// Start listens and serves until Close, and is called once. The context is the parent of
// every request's; that it ends does not stop the server. It is an error where an address
// cannot be listened on, or a certificate not be read.
func (s *Server) Start(ctx context.Context) error {
	l, err := s.listen(ctx)
	if err != nil {
		return err
	}
	if err := s.listenTLS(); err != nil {
		_ = l.Close()
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	context.AfterFunc(s.ctx, stop)
	s.listener = l
	s.openReach()
	s.http = &http.Server{
		Handler: s.handler, MaxHeaderBytes: MaxHeader,
		ReadHeaderTimeout: s.times.header, ReadTimeout: s.times.read,
		WriteTimeout: s.times.write, IdleTimeout: s.times.idle,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState:   s.unused.note,
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	for _, l := range []net.Listener{lazy.Listener(s.listener), s.tlsListener} {
		if l == nil {
			continue
		}
		s.serving.Go(func() {
			if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				s.log.Error("serve", "err", err)
			}
		})
	}
	s.tasks.start(func() { s.sweep(ctx) })
	if s.changed() { // there are files, whose looks are now known
		s.tasks.start(func() { s.watch(ctx) })
	}
	// A document costs milliseconds to read: not at the first answer, nor before it.
	s.tasks.start(s.Load)
	return nil
}

func (s *Server) listen(ctx context.Context) (net.Listener, error) {
	if s.cfg.InMemory {
		return s.network.Listen("esimsim")
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.Listen)
}

// Load reads the OpenAPI documents, which else is done when one is first needed. Start does
// it in the background.
func (s *Server) Load() {
	for _, p := range s.cfg.Providers {
		s.docs[p.name]()
	}
}

// errNotStarted is what asks for an address too early.
var errNotStarted = errors.New("the simulator was not started: it has no address yet")

// address is the one listened on. To make one up, or to give "", would send code on to the
// real API.
func (s *Server) address() net.Addr {
	if s.listener == nil {
		panic(errNotStarted)
	}
	return s.listener.Addr()
}

// Addr is the address listened on, such as 127.0.0.1:8484. Before Start it panics.
func (s *Server) Addr() string { return s.address().String() }

// URL is an origin at which this machine reaches the simulator, without a path; in memory,
// Client alone does. Before Start it panics.
func (s *Server) URL() string { return "http://" + reachable(s.address()) }

// reachable is an address to call: one that listens everywhere is called by loopback.
func reachable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

// Seed is the root of all chance: that of the Config, or 1.
func (s *Server) Seed() uint64 { return s.cfg.Seed }

// Close stops listening, lets what is under way finish and waits for every goroutine, for
// five seconds in all: what takes longer is cut off, and an error tells of a goroutine that
// cannot be. It may be called twice.
func (s *Server) Close() error {
	// Injected delays and attempts to deliver end at once; the rest has a while.
	s.stop()
	ctx, cancel := context.WithTimeout(context.Background(), s.times.drain)
	defer cancel()
	var err error
	if !s.tasks.end(ctx) {
		err = errStillRuns
	}
	s.sender.Close()
	if s.http != nil {
		err = errors.Join(err, s.unused.shutdownWithin(ctx, s.http))
		s.serving.Wait()
	}
	return err
}

var errStillRuns = errors.New("something in the background has not ended in time")

// Providers are the APIs served.
func (s *Server) Providers() []*Provider { return s.cfg.Providers }

// World is the world of that name, made when it is named for the first time: 1 to 64 of
// letters, digits, '.', '_' and '-', and behind it bundled scenarios, each after a "~". What
// is no such name is an error.
func (s *Server) World(name string) (*World, error) {
	caller, err := s.caller(name)
	if err != nil {
		return nil, err
	}
	return s.worldOf(caller, s.cfg.Real.Now())
}

// WorldNames lists the worlds there are.
func (s *Server) WorldNames() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.worlds))
}

// Journal lists requests that no world could be found for, such as those with an unknown
// key.
func (s *Server) Journal(f Filter) []*Entry { return s.journal.List(f) }

// lookup is the world of that name if there is one.
func (s *Server) lookup(name string) *World {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.worlds[name]
}

func (s *Server) worldOf(c Caller, now time.Time) (*World, error) {
	if w := s.lookup(c.World); w != nil {
		w.touch(now)
		return w, nil
	}
	w := s.newWorld(c)
	if err := w.begin(time.Time{}); err != nil {
		w.cancel()
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.worlds[c.World]; other != nil {
		w.cancel()
		return other, nil
	}
	s.makeRoom()
	s.worlds[c.World] = w
	w.touch(now)
	return w, nil
}

func (s *Server) newWorld(c Caller) *World {
	run := strconv.FormatInt(s.started.UnixNano(), 36) + "." + s.books.next()
	w := &World{name: c.World, caller: c, srv: s, clock: clock.New(s.cfg.Real), journal: journal.Within(&s.memory, run), moves: make(chan struct{}, 1)}
	w.ctx, w.cancel = context.WithCancel(s.ctx)
	w.keep = context.AfterFunc(w.ctx, func() { s.tasks.guard(w.drop) })
	w.outbox, w.moved = newOutbox(w.ctx, &s.mail), sync.NewCond(&w.mu)
	return w
}

// makeRoom lets go of worlds that were idle for a day and, at the bound, of the one
// longest idle. The caller holds the lock.
func (s *Server) makeRoom() {
	now := s.cfg.Real.Now()
	if len(s.worlds) < s.most && now.Sub(s.swept) < sweepEvery {
		return
	}
	s.swept = now
	old := now.Add(-idleWorlds).UnixNano()
	var longest *World
	for _, w := range s.worlds {
		used := w.used.Load()
		if used < old {
			s.forget(w, "idle for 24 hours")
			continue
		}
		if longest == nil || used < longest.used.Load() {
			longest = w
		}
	}
	if len(s.worlds) >= s.most && longest != nil {
		s.forget(longest, "longest idle at the bound of worlds")
	}
}

// forget lets a world go. The caller holds the lock.
func (s *Server) forget(w *World, why string) {
	delete(s.worlds, w.name)
	w.journal.Clear()
	w.cancel()
	s.log.Info("world left", "world", w.name, "why", why)
}

// sweep lets idle worlds go though no new one comes, until ctx ends.
func (s *Server) sweep(ctx context.Context) {
	for s.cfg.Real.Sleep(ctx, sweepEvery) == nil {
		s.tasks.guard(func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.makeRoom()
		})
	}
}
