package sim

import "github.com/esimsim/esimsim/internal/esim"

// Install puts an eSIM onto a device, as scanning its QR code does: id is its ICCID, the
// seller's own id, or "last" for the one issued last. One that is installed stays so. An
// error wraps ErrNoESIM, or is an EdgeError where its state does not allow it.
func (w *World) Install(id string) (Acted, error) {
	return w.actAs(id, esim.Install, "", esim.Volume{})
}

// Attach lets the device come into a network of that country, an ISO code, or "" for the
// first in which the eSIM works. It is Install first where that is needed.
func (w *World) Attach(id, country string) (Acted, error) {
	return w.actAs(id, esim.Attach, country, esim.Volume{})
}

// Use lets the device use data, in megabytes as the eSIM's seller counts them, and no more
// than is left. It is Install and Attach first where they are needed.
func (w *World) Use(id string, megabytes float64) (Acted, error) {
	return w.actAs(id, esim.Use, "", esim.Volume{Megabytes: megabytes})
}

// Remove deletes the eSIM from its device.
func (w *World) Remove(id string) (Acted, error) {
	return w.actAs(id, esim.Remove, "", esim.Volume{})
}

func (w *World) actAs(id string, kind esim.ActionKind, country string, v esim.Volume) (Acted, error) {
	action, err := esim.NewAction(kind, country, v)
	if err != nil {
		return Acted{}, err
	}
	return w.actFor(id, action)
}
