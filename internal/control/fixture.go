package control

import (
	"errors"
	"io"
	"net/http"
)

const maxFixture = 1 << 20 // bytes

// start begins the world anew as the fixture in the body describes.
func (h *handler) start(w http.ResponseWriter, r *http.Request, world World) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFixture))
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		Problem{Status: http.StatusRequestEntityTooLarge, Detail: "a body is at most 1 MiB"}.write(w)
		return
	}
	if err != nil {
		Problem{Status: http.StatusBadRequest, Detail: "the body could not be read"}.write(w)
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
