package control

import (
	"net/http"
)

const maxFixture = 1 << 20 // bytes

// start begins the world anew as the fixture in the body describes.
func (h *handler) start(w http.ResponseWriter, r *http.Request, world World) {
	data, ok := readAll(w, r, maxFixture)
	if !ok {
		return
	}
	lift(w)
	started, err := world.Start(data)
	if err != nil {
		h.fail(w, err)
		return
	}
	answer(w, started)
}
