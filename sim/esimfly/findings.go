package esimfly

import (
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// noteOddities records what the API takes no notice of.
func noteOddities(tx *sim.Tx[state], r *sim.Request, body sim.Object, p *pack) {
	if name := body.Field("packageName"); name.Type == gjson.String && name.Str != p.item.Name {
		r.Note(sim.Finding{
			Code: "esimfly.package-name", Pointer: "/packageName", Basis: string(sim.Assumed),
			Message: fmt.Sprintf("send the name that the package has in the catalogue, %q", p.item.Name),
		})
	}
	if d := body.Field("duration"); d.Type == gjson.Number && d.Num != float64(p.item.ValidityDays) {
		r.Note(sim.Finding{
			Code: "esimfly.duration", Pointer: "/duration", Basis: string(sim.Assumed),
			Message: fmt.Sprintf("send validity_days of the package, %d, or leave the duration out", p.item.ValidityDays),
		})
	}
	if !newer(tx) {
		noteNewerFields(r, body)
		return
	}
	if body.Field("recurring").Bool() && (p.item.carrierTerms == nil || !p.item.IsRecurring) {
		r.Note(sim.Finding{
			Code: "esimfly.recurring", Pointer: "/recurring", Basis: string(sim.Assumed),
			Message: "leave recurring out: the package's is_recurring is not true",
		})
	}
	if link := body.Field("callbackUrl"); link.Type == gjson.String && !isTarget(link.Str) {
		r.Note(sim.Finding{
			Code: "esimfly.callback-url", Pointer: "/callbackUrl", Basis: string(sim.Assumed),
			Message: "send an absolute HTTPS address as callbackUrl",
		})
	}
}

// noteNewerFields tells of fields that edition 2025-08 does not know.
func noteNewerFields(r *sim.Request, body sim.Object) {
	for _, name := range []string{"callbackUrl", "recurring", "idempotency_key"} {
		if body.Field(name).Exists() {
			r.Note(sim.Finding{
				Code: "body.undeclared", Pointer: "/" + name, Basis: string(sim.Brief),
				Message: fmt.Sprintf("leave out /%s: there is no such field before edition %s", name, edition2026),
			})
		}
	}
}
