package esimgo

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// An organisation is who holds the account, invented when it is opened.
type organisation struct {
	Name     string
	Site     string // host under .test
	Street   string
	City     string
	Postcode string
	OpenedAt time.Time
	Users    []user
}

type user struct {
	FirstName, LastName string
	Role                string
	Phone               string
}

func newOrganisation(tx *sim.Tx[state]) organisation {
	f := tx.Faker()
	name := f.LastName()
	o := organisation{
		// The vendor has no sandbox: it advises a second account with a name that ends so.
		Name: name + " Travel UAT", Site: hostWord(name) + "-travel.test",
		Street: f.Street(), City: f.City(), Postcode: f.Zip(), OpenedAt: tx.Now,
	}
	for _, role := range []string{"Owner", "Developer"} {
		o.Users = append(o.Users, user{
			FirstName: f.FirstName(), LastName: f.LastName(), Role: role,
			// Of the numbers that are kept for fiction.
			Phone: fmt.Sprintf("+120255501%02d", f.Number(0, 99)),
		})
	}
	return o
}

// hostWord leaves the letters of a name.
func hostWord(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// getOrganisation is GET /organisation. The balance is the one that orders are paid from.
func getOrganisation(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	o := tx.State.Organisation
	w := organisationWire{
		Name: o.Name,
		// Not the key as it came: a key of the user's own must not come to stand in the journal.
		APIKey:      prefix + r.Caller.World,
		CallbackURL: tx.Webhook().URL, TaxLiable: "No", Addr1: o.Street, City: o.City, Country: "US", Postcode: o.Postcode,
		Groups: catalogue().groups, Currency: currency, Balance: tx.State.Balance.Float(),
		TestCreditExpiry: lapse(o.OpenedAt).Truncate(24 * time.Hour).Format(seconds),
		BusinessType:     "Travel", Website: "https://" + o.Site, ProductDescription: "Travel eSIM",
	}
	for _, u := range o.Users {
		w.Users = append(w.Users, userWire{
			FirstName: u.FirstName, LastName: u.LastName, Role: u.Role,
			EmailAddress: hostWord(u.FirstName) + "@" + o.Site, PhoneNumber: u.Phone, TimeZone: "America/New_York",
		})
	}
	return sim.Reply{Status: http.StatusOK, Body: organisationList{Organisations: []organisationWire{w}}}, nil
}

// listGroups is GET /organisation/groups: the groups of bundles that may be ordered.
func listGroups(tx *sim.Tx[state], _ *sim.Request) (sim.Reply, error) {
	documented := tx.Setting("shapes") == "documented"
	groups := make([]groupWire, 0, len(catalogue().groups))
	for _, name := range catalogue().groups {
		g := groupWire{Name: name}
		if !documented {
			g.Description = groupDescriptions[name]
		}
		groups = append(groups, g)
	}
	if documented {
		return sim.Reply{Status: http.StatusOK, Body: groups}, nil
	}
	return sim.Reply{Status: http.StatusOK, Body: groupList{Groups: groups}}, nil
}

// groupDescriptions say what the groups have in common (the speeds: vendor's guide to
// unlimited bundles).
var groupDescriptions = map[string]string{
	"Standard Fixed":               "Fixed data bundles",
	"Standard Long Duration":       "Fixed data bundles with a long validity",
	"Standard Unlimited Lite":      "1GB at full speed every 24 hours, then 512kbps",
	"Standard Unlimited Essential": "1GB at full speed every 24 hours, then 1.25Mbps",
	"Standard Unlimited Plus":      "2GB at full speed every 24 hours, then 2Mbps",
	"Standard eSIM Bundles":        "Earlier fixed data bundles",
}
