package control

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/journal"
)

func (h *handler) health(w http.ResponseWriter, _ *http.Request) { answer(w, h.sim.Health()) }

func (h *handler) qr(w http.ResponseWriter, r *http.Request) {
	iccid, isPNG := strings.CutSuffix(variable(r, "image"), ".png")
	png, err := h.sim.QR(variable(r, "world"), iccid)
	if err != nil || !isPNG {
		Problem{Status: http.StatusNotFound, Detail: "there is no such QR image"}.write(w)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(png)
}

// index says what can be steered, and where it is described.
func (h *handler) index(w http.ResponseWriter, r *http.Request) {
	base := Origin(r) + "/_sim"
	documents := map[string]string{}
	for _, name := range h.documents() {
		documents[strings.TrimSuffix(name, ".yaml")] = base + "/openapi/" + name
	}
	answer(w, struct {
		Health    string            `json:"health"`
		Worlds    []Summary         `json:"worlds"`
		World     string            `json:"world"`
		Document  string            `json:"document"`
		Documents map[string]string `json:"documents"`
	}{base + "/health", h.sim.Worlds(), base + "/worlds/{world}", documents[ownDocument], documents})
}

func (h *handler) ca(w http.ResponseWriter, _ *http.Request) {
	pem := h.sim.CA()
	if pem == nil {
		Problem{Status: http.StatusNotFound, Detail: "no certificate authority was made: HTTPS is off, or its certificate was given"}.write(w)
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(pem)
}

func (h *handler) worlds(w http.ResponseWriter, _ *http.Request) {
	answer(w, struct {
		Worlds []Summary `json:"worlds"`
	}{h.sim.Worlds()})
}

func (h *handler) view(w http.ResponseWriter, r *http.Request, world World) {
	if known(w, r.URL.Query(), "key", createKey) {
		answer(w, world.View())
	}
}

// ownSettings are those of the world itself, beside the providers.
var ownSettings = []string{"validate"}

func (h *handler) patch(w http.ResponseWriter, r *http.Request, world World) {
	b, ok := readBody(w, r)
	if !ok {
		return
	}
	patch := map[string]map[string]any{}
	for key, v := range b.members {
		if isOwn(key) {
			if patch[""] == nil {
				patch[""] = map[string]any{}
			}
			patch[""][key] = v
			continue
		}
		settings, ok := v.(map[string]any)
		if !ok {
			Problem{Status: http.StatusBadRequest, Pointer: "/" + key, Detail: key + " must be an object of settings"}.write(w)
			return
		}
		patch[key] = settings
	}
	if err := world.Patch(patch); err != nil {
		h.fail(w, err)
		return
	}
	answer(w, world.View())
}

func isOwn(key string) bool {
	for _, own := range ownSettings {
		if own == key {
			return true
		}
	}
	return false
}

// nothing is the list of members for bodies that have none.
var nothing = []string{"\x00"}

// A settled answer says what time it is and what happened on the way there.
type settled struct {
	Now      time.Time      `json:"now"`
	Happened []journal.Edge `json:"happened"`
}

func (h *handler) settled(w http.ResponseWriter, now time.Time, happened []journal.Edge, err error) {
	if err != nil {
		h.fail(w, err)
		return
	}
	answer(w, settled{now, listed(happened)})
}

func listed(happened []journal.Edge) []journal.Edge {
	if happened == nil {
		return []journal.Edge{}
	}
	return happened
}

func (h *handler) clock(w http.ResponseWriter, r *http.Request, world World) {
	b, ok := readBody(w, r, "advance", "set", "freeze", "follow", "rate")
	if !ok {
		return
	}
	advance, hasAdvance := b.text("advance")
	set, hasSet := b.text("set")
	freeze, follow := b.truth("freeze"), b.truth("follow")
	rate, hasRate := b.number("rate")
	if b.failed(w) {
		return
	}
	if count(hasAdvance, hasSet, freeze, follow) != 1 || hasRate && !follow {
		Problem{Status: http.StatusBadRequest, Detail: `send one of {"advance":"30d"}, {"set":"2026-07-01T00:00:00Z"}, {"freeze":true} or {"follow":true,"rate":60}`}.write(w)
		return
	}
	switch {
	case hasAdvance:
		d, err := clock.ParseDuration(advance)
		if err != nil {
			Problem{Status: http.StatusBadRequest, Pointer: "/advance", Detail: err.Error()}.write(w)
			return
		}
		lift(w) // receivers may take their time
		now, happened, err := world.Advance(r.Context(), d)
		h.settled(w, now, happened, err)
	case hasSet:
		t, err := time.Parse(time.RFC3339, set)
		if err != nil {
			Problem{Status: http.StatusBadRequest, Pointer: "/set", Detail: "set is an instant such as 2026-07-01T00:00:00Z"}.write(w)
			return
		}
		lift(w)
		now, happened, err := world.Set(r.Context(), t.UTC())
		h.settled(w, now, happened, err)
	case freeze:
		now, happened := world.Freeze()
		h.settled(w, now, happened, nil)
	default:
		if !hasRate {
			rate = 1
		}
		now, happened, err := world.Follow(rate)
		h.settled(w, now, happened, err)
	}
}

func count(conditions ...bool) (n int) {
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

func (h *handler) edge(w http.ResponseWriter, r *http.Request, world World) {
	b, ok := readBody(w, r, "edge", "id")
	if !ok {
		return
	}
	edge, _ := b.required("edge")
	id, _ := b.required("id")
	if b.failed(w) {
		return
	}
	now, happened, err := world.Pass(edge, id)
	h.settled(w, now, happened, err)
}

func (h *handler) reset(w http.ResponseWriter, r *http.Request, world World) {
	if _, ok := readBody(w, r, nothing...); !ok {
		return
	}
	if err := world.Reset(); err != nil {
		h.fail(w, err)
		return
	}
	answer(w, world.View())
}

// device is one of install, attach, use and remove.
func (h *handler) device(kind string) func(http.ResponseWriter, *http.Request, World) {
	allowed := map[string][]string{"install": nothing, "attach": {"country"}, "use": {"mb", "bytes", "country"}, "remove": nothing}[kind]
	return func(w http.ResponseWriter, r *http.Request, world World) {
		b, ok := readBody(w, r, allowed...)
		if !ok {
			return
		}
		country, _ := b.text("country")
		mb, hasMB := b.number("mb")
		bytes, hasBytes := b.number("bytes")
		if b.failed(w) {
			return
		}
		if kind == "use" && hasMB == hasBytes {
			Problem{Status: http.StatusBadRequest, Detail: `send {"mb":500} in the seller's own megabytes, or {"bytes":1}`}.write(w)
			return
		}
		action, err := esim.NewAction(esim.ActionKind(kind), country, esim.Volume{Megabytes: mb, Bytes: bytes})
		if err != nil {
			p := Problem{Status: http.StatusBadRequest, Detail: err.Error()}
			switch {
			case errors.Is(err, esim.ErrCountry):
				p.Pointer = "/country"
			case hasMB:
				p.Pointer = "/mb"
			default:
				p.Pointer = "/bytes"
			}
			p.write(w)
			return
		}
		acted, err := world.Act(variable(r, "esim"), action)
		if err != nil {
			// What came before the refused step has happened all the same.
			kind := h.sim.Kind(err)
			Problem{Status: kind.Status, Detail: err.Error(), Pointer: kind.Pointer, Happened: acted.Happened}.write(w)
			return
		}
		acted.Happened = listed(acted.Happened)
		answer(w, acted)
	}
}
