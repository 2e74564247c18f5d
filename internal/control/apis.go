package control

import "net/http"

// demo is the world of every example.
const demo = "demo"

// apis tells callers of a world where the APIs are, and with what to call them.
func (h *handler) apis(w http.ResponseWriter, r *http.Request) {
	world := r.URL.Query().Get("world")
	if world == "" {
		world = demo
	}
	list, err := h.sim.Access(world, origin(r))
	if err != nil {
		Problem{Status: http.StatusBadRequest, Detail: err.Error()}.write(w)
		return
	}
	type api struct {
		API
		Credentials []Credential `json:"credentials"`
	}
	out := struct {
		APIs    []api             `json:"apis"`
		Example map[string]string `json:"example"`
	}{[]api{}, map[string]string{}}
	for _, a := range list {
		a.Base = origin(r) + a.Base
		out.APIs = append(out.APIs, api{a.API, a.Credentials})
		if a.Example != "" {
			out.Example[a.Name] = a.Example
		}
	}
	answer(w, out)
}

func (h *handler) machines(w http.ResponseWriter, _ *http.Request) {
	answer(w, struct {
		Machines []Machine `json:"machines"`
	}{h.sim.Machines()})
}
