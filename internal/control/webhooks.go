package control

import (
	"net/http"
	"strconv"
)

func (h *handler) deliveries(w http.ResponseWriter, r *http.Request, world World) {
	query := r.URL.Query()
	if !known(w, query, "key", "limit", createKey) {
		return
	}
	limit := 0
	if query.Has("limit") {
		var err error
		if limit, err = strconv.Atoi(query.Get("limit")); err != nil || limit < 0 {
			badQuery(w, "limit", "is how many of the newest, or 0 for all")
			return
		}
	}
	answer(w, struct {
		Deliveries []Delivery `json:"deliveries"`
	}{world.Newest(limit)})
}

func (h *handler) trigger(w http.ResponseWriter, r *http.Request, world World) {
	b, ok := readBody(w, r, "event")
	if !ok {
		return
	}
	event, _ := b.required("event")
	if b.failed(w) {
		return
	}
	lift(w)
	d, err := world.Trigger(r.Context(), event)
	h.delivered(w, d, err)
}

func (h *handler) resend(w http.ResponseWriter, r *http.Request, world World) {
	if _, ok := readBody(w, r, nothing...); !ok {
		return
	}
	lift(w)
	d, err := world.Resend(r.Context(), variable(r, "delivery"))
	h.delivered(w, d, err)
}

func (h *handler) delivered(w http.ResponseWriter, d Delivery, err error) {
	if err != nil {
		h.fail(w, err)
		return
	}
	answer(w, d)
}
