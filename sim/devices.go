package sim

import (
	"errors"
	"strings"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/esim"
)

// maxMegabytes bounds what a device uses at once.
const maxMegabytes = 1e9

var (
	errCountry   = errors.New("a country is its ISO code, such as JP")
	errMegabytes = errors.New("a device uses from 0 to 1e9 megabytes at once")
)

// Install puts an eSIM onto a device, as scanning its QR code does: id is its ICCID, the
// seller's own id, or "last" for the one issued last. One that is installed stays so. An
// error wraps ErrNoESIM, or is an EdgeError where its state does not allow it.
func (w *World) Install(id string) (Acted, error) {
	return w.Act(id, esim.Action{Kind: esim.Install})
}

// Attach lets the device come into a network of that country, an ISO code, or "" for the
// first in which the eSIM works. It is Install first where that is needed.
func (w *World) Attach(id, country string) (Acted, error) {
	country = strings.ToUpper(country)
	if _, known := atlas.ByISO(country); country != "" && !known {
		return Acted{}, errCountry
	}
	return w.Act(id, esim.Action{Kind: esim.Attach, Country: country})
}

// Use lets the device use data, in megabytes as the eSIM's seller counts them, and no more
// than is left. It is Install and Attach first where they are needed.
func (w *World) Use(id string, megabytes float64) (Acted, error) {
	if !(megabytes >= 0 && megabytes <= maxMegabytes) {
		return Acted{}, errMegabytes
	}
	return w.actFor(id, func(megabyte esim.Bytes) esim.Action {
		return esim.Action{Kind: esim.Use, Bytes: esim.Bytes(megabytes * float64(megabyte))}
	})
}

// Remove deletes the eSIM from its device.
func (w *World) Remove(id string) (Acted, error) {
	return w.Act(id, esim.Action{Kind: esim.Remove})
}
