package control

import (
	"net/http"
)

// maxSnapshot bounds a snapshot in a body; a world of a hundred thousand orders has less.
const maxSnapshot = 256 << 20

func (h *handler) snapshot(w http.ResponseWriter, _ *http.Request, world World) {
	data, err := world.Snapshot()
	if err != nil {
		h.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(data)
}

func (h *handler) restore(w http.ResponseWriter, r *http.Request, world World) {
	data, ok := readAll(w, r, maxSnapshot)
	if !ok {
		return
	}
	if err := world.Restore(data); err != nil {
		h.fail(w, err)
		return
	}
	answer(w, world.View())
}

func (h *handler) fork(w http.ResponseWriter, r *http.Request, world World) {
	b, ok := readBody(w, r, "name")
	if !ok {
		return
	}
	name, _ := b.required("name")
	if b.failed(w) {
		return
	}
	other, err := world.Fork(name)
	if err != nil {
		Problem{Status: http.StatusConflict, Detail: err.Error()}.write(w)
		return
	}
	answer(w, other.View())
}

func (h *handler) forget(w http.ResponseWriter, r *http.Request) {
	if !h.sim.Forget(variable(r, "world")) {
		Problem{Status: http.StatusNotFound, Detail: "there is no such world"}.write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
