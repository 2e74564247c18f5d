package control

import (
	"fmt"
	"net/http"
)

// maxScenario bounds a scenario in a body, as in a file.
const maxScenario = 1 << 20

func (h *handler) scenarios(w http.ResponseWriter, _ *http.Request) {
	list, err := h.sim.Scenarios()
	if err != nil {
		h.fail(w, err)
		return
	}
	answer(w, struct {
		Scenarios []Scenario `json:"scenarios"`
	}{list})
}

func (h *handler) addScenario(w http.ResponseWriter, r *http.Request, world World) {
	text, ok := readAll(w, r, maxScenario)
	if !ok {
		return
	}
	if _, err := world.AddScenario(text); err != nil {
		h.fail(w, err)
		return
	}
	answer(w, world.View())
}

func (h *handler) switchOn(w http.ResponseWriter, r *http.Request, world World) {
	if err := world.SwitchOn(variable(r, "scenario")); err != nil {
		Problem{Status: http.StatusNotFound, Detail: err.Error()}.write(w)
		return
	}
	answer(w, world.View())
}

func (h *handler) switchOff(w http.ResponseWriter, r *http.Request, world World) {
	name := variable(r, "scenario")
	if !world.SwitchOff(name) {
		Problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("scenario %q is not on in this world", name)}.write(w)
		return
	}
	answer(w, world.View())
}
