package esimfly

import (
	"slices"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// How far back the network remembers: events of a week, volumes of the longest report.
const (
	eventDays  = 7
	reportDays = 90
	maxEvents  = 1000 // assumed: beyond, the oldest are forgotten
	day        = 24 * time.Hour
)

// An event is what the network saw an eSIM do.
type event struct {
	At      time.Time
	Type    string // attach or data_session
	Request string // UL or ULR of the first; Init, Update or Term of the second
	Country string // ISO code
	Bytes   esim.Bytes
	Allowed bool // false outside the countries of the package
}

const (
	eventAttach  = "attach"
	eventSession = "data_session"
	sessionInit  = "Init"
	sessionMore  = "Update"
	sessionEnd   = "Term"
)

// daily is the volume of one day, in UTC, in one country.
type daily struct {
	Date    time.Time
	Country string // ISO code
	Bytes   esim.Bytes
}

// A handset is the device that an eSIM went to.
type handset struct {
	Model string
	IMEI  string
}

func newHandset(tx *sim.Tx[state]) *handset {
	f := tx.Faker()
	model := f.RandomString([]string{"SM-S911B", "SM-A546B", "iPhone15,2", "iPhone16,1", "Pixel 8", "2211133G"})
	return &handset{Model: model, IMEI: withLuhn("35" + f.Numerify("############"))}
}

// withLuhn adds the check digit that IMEIs end in.
func withLuhn(digits string) string {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}

// watched says whether esimfly sees the network of eSIMs of that class. That enterprises'
// are on its own network is assumed.
func watched(class string) bool { return class == classOwn || class == classEnterprise }

// watches gives no error where the network of an eSIM is seen: elsewhere the operation's
// own, and of one that is still to come what it waits for.
func (s *state) watches(e *soldESIM, elsewhere error) error {
	switch {
	case !watched(s.orderOf(e).class()):
		return elsewhere
	case e.pending():
		return errStillPending
	}
	return nil
}

// meet is the network that an eSIM attaches to in a country: its carrier's, or else the
// first with 4G there. Where the atlas has none, only the country is known.
func meet(iso, carrier string) (n atlas.Network, country string) {
	c, _ := atlas.ByISO(iso)
	list := atlas.Networks(iso)
	if len(list) == 0 {
		return n, c.Name
	}
	for _, n := range list {
		if isOf(n.Brand, carrier) {
			return n, c.Name
		}
	}
	for _, n := range list {
		if slices.Contains(n.Generations, "4G") {
			return n, c.Name
		}
	}
	return list[0], c.Name
}

// isOf says whether a brand is a carrier's, as Vodafone UK is Vodafone's.
func isOf(brand, carrier string) bool {
	rest, ok := strings.CutPrefix(brand, carrier)
	return ok && carrier != "" && (rest == "" || rest[0] == ' ')
}

// connection is the network's best, as the live status writes it.
func connection(n atlas.Network) string {
	if len(n.Generations) == 0 {
		return ""
	}
	if best := n.Generations[len(n.Generations)-1]; best != "4G" {
		return best
	}
	return "4G - LTE"
}

func (e *soldESIM) attach(tx *sim.Tx[state], p *esim.Profile, country string) {
	n, _ := meet(country, "")
	request := "UL"
	if slices.Contains(n.Generations, "4G") || slices.Contains(n.Generations, "5G") {
		request = "ULR" // what is asked of a home network over Diameter, since 4G
	}
	e.hangUp(tx)
	e.note(tx, event{At: tx.Now, Type: eventAttach, Request: request, Country: country, Allowed: covers(p, country)})
}

// session notes that data flowed: the first time opens a session.
func (e *soldESIM) session(tx *sim.Tx[state], country string, bytes esim.Bytes) {
	if !watched(tx.State.orderOf(e).class()) {
		return
	}
	request := sessionMore
	if !e.inSession() {
		request = sessionInit
	}
	e.note(tx, event{At: tx.Now, Type: eventSession, Request: request, Country: country, Bytes: bytes, Allowed: true})
	today := tx.Now.UTC().Truncate(day)
	for i := len(e.Daily) - 1; i >= 0 && e.Daily[i].Date.Equal(today); i-- {
		if e.Daily[i].Country == country {
			e.Daily[i].Bytes += bytes
			return
		}
	}
	e.Daily = append(slices.DeleteFunc(e.Daily, func(d daily) bool { return today.Sub(d.Date) >= reportDays*day }),
		daily{today, country, bytes})
}

func (e *soldESIM) inSession() bool {
	n := len(e.Events)
	return n > 0 && e.Events[n-1].Type == eventSession && e.Events[n-1].Request != sessionEnd
}

// hangUp ends the session that is open.
func (e *soldESIM) hangUp(tx *sim.Tx[state]) {
	if e.inSession() {
		last := e.Events[len(e.Events)-1]
		e.note(tx, event{At: tx.Now, Type: eventSession, Request: sessionEnd, Country: last.Country, Allowed: last.Allowed})
	}
}

func (e *soldESIM) note(tx *sim.Tx[state], v event) {
	if !watched(tx.State.orderOf(e).class()) {
		return
	}
	old := 0
	for old < len(e.Events) && (tx.Now.Sub(e.Events[old].At) > eventDays*day || len(e.Events)-old >= maxEvents) {
		old++
	}
	e.Events = append(slices.Delete(e.Events, 0, old), v)
}
