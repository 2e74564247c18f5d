package esimfly

import (
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// noteOddities records what the API takes no notice of.
func noteOddities(tx *sim.Tx[state], r *sim.Request, body sim.Object, p *pack) {
	if name := body.Field("packageName"); name.Type == gjson.String && name.Str != p.item.Name {
		r.Note(&oddPackageName, "/packageName", fmt.Sprintf("send the name that the package has in the catalogue, %q", p.item.Name))
	}
	if d := body.Field("duration"); d.Type == gjson.Number && d.Num != float64(p.item.ValidityDays) {
		r.Note(&oddDuration, "/duration", fmt.Sprintf("send validity_days of the package, %d, or leave the duration out", p.item.ValidityDays))
	}
	if !newer(tx) {
		noteNewerFields(r, body)
		return
	}
	if body.Field("recurring").Bool() && (p.item.carrierTerms == nil || !p.item.IsRecurring) {
		r.Note(&oddRecurring, "/recurring", "leave recurring out: the package's is_recurring is not true")
	}
	if link := body.Field("callbackUrl"); link.Type == gjson.String && !isTarget(link.Str) {
		r.Note(&oddCallbackURL, "/callbackUrl", "send an absolute HTTPS address as callbackUrl")
	}
}

// noteNewerFields tells of fields that edition 2025-08 does not know.
func noteNewerFields(r *sim.Request, body sim.Object) {
	for _, name := range []string{"callbackUrl", "recurring", "idempotency_key"} {
		if body.Field(name).Exists() {
			r.Note(&oddNewerField, "/"+name, fmt.Sprintf("leave out /%s: there is no such field before edition %s", name, edition2026))
		}
	}
}
