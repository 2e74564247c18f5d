package esimgo

import "github.com/esimsim/esimsim/sim"

// edges are the transitions of orders, assignments, profiles, stock and the balance.
var edges = []sim.Edge[state]{
	{
		Name: "order.dispatched", Basis: sim.Documented,
		Source: "vendor's release notes of v2.2: orders and applies of more than five bundles are processed asynchronously; smaller ones do not come here",
		Pass:   dispatchOrder,
	},
	{
		Name: "order.completed", Basis: sim.Brief,
		Source: "POST /orders: bundles are usually there at once, in some cases after up to 5 minutes",
		Pass:   completeOrder,
	},
	{
		Name: "order.failed", Basis: sim.Assumed, Default: sim.Policy{Never: true},
		Source: "a client knows the status failed; that the payment comes back is assumed",
		Pass:   failOrder,
	},
	{
		Name: "bundle.queued", Basis: sim.Brief,
		Source: "GET /esims/{iccid}/bundles: Processing is usually instant but can take up to 10 minutes",
		Pass:   queueBundle,
	},
	{
		Name: "bundle.active", Basis: sim.Brief,
		Source: "GET /esims/{iccid}/bundles: Active, the bundle has been used; which of several is first is assumed",
		Pass:   activateBundle,
	},
	{
		Name: "bundle.depleted", Basis: sim.Brief,
		Source: "GET /esims/{iccid}/bundles: Depleted, no data remaining but within the duration",
		Pass:   depleteBundle,
	},
	{
		Name: "bundle.expired", Basis: sim.Brief,
		Source: "GET /esims/{iccid}/bundles: Expired, the duration has been exceeded",
		Pass:   expireBundle,
	},
	{
		Name: "bundle.lapsed", Basis: sim.Documented,
		Source: "vendor's history page of v2.4: Bundle Lapsed, no activity for 12 months",
		Pass:   lapseBundle,
	},
	{
		Name: "bundle.revoked", Basis: sim.Brief,
		Source: "GET /esims/{iccid}/bundles: Revoked, the bundle is no longer on the eSIM",
		Pass:   revokePassed,
	},
	{
		Name: "esim.downloaded", Basis: sim.Documented,
		Source: "vendor's eSIM details page of v2.2: profileStatus Downloaded, on the way to Installed",
		Pass:   downloadESIM,
	},
	{
		Name: "esim.installed", Basis: sim.Documented,
		Source: "vendor's eSIM details page of v2.2: profileStatus Installed",
		Pass:   installESIM,
	},
	{
		Name: "esim.released", Basis: sim.Documented,
		Source: "vendor's eSIM details page of v2.2: Released with an installation date was installed and removed",
		Pass:   releaseESIM,
	},
	{
		Name: "esim.attached", Basis: sim.Documented,
		Source: "vendor's history page of v2.4: eSIM First Attachment, once",
		Pass:   attachESIM,
	},
	{
		Name: "esim.located", Basis: sim.Documented,
		Source: "vendor's LocationUpdate page: in a country not visited in the last 24 hours, and every 24 hours of a stay; only while callbacks are sent",
		Pass:   locateESIM,
	},
	{
		Name: "esim.unavailable", Basis: sim.Documented,
		Source: "vendor's eSIM details page of v2.2: profileStatus Unavailable; only the control plane leads here",
		Pass:   withdrawESIM,
	},
	{
		Name: "esim.returned", Basis: sim.Brief,
		Source: "DELETE /esims/{iccid}/bundles/{name}: without a bundle and not installed it leaves the account at once",
		Pass:   returnESIM,
	},
	{
		Name: "esim.restored", Basis: sim.Brief,
		Source: "DELETE /esims/{iccid}/bundles/{name}: installed meanwhile, it comes back after a minimum of 4 days",
		Pass:   restoreESIM,
	},
	{
		Name: "esim.suspended", Basis: sim.Documented,
		Source: "vendor's suspend page of v2.5",
		Pass:   suspendPassed,
	},
	{
		Name: "esim.resumed", Basis: sim.Documented,
		Source: "vendor's suspend page of v2.5: suspensions of the partner can be lifted",
		Pass:   resumePassed,
	},
	{
		Name: "esim.barred", Basis: sim.Documented,
		Source: "vendor's guide to suspending: by policy, and not to be lifted by the API; only the control plane leads here",
		Pass:   barESIM,
	},
	{
		Name: "esim.scheduled", Basis: sim.Documented,
		Source: "vendor's notification pages of 2026: esim.deletion_scheduled",
		Pass:   scheduleESIM,
	},
	{
		Name: "esim.deactivated", Basis: sim.Documented,
		Source: "vendor's notification pages of 2026: esim.deleted, 7 days after it was scheduled",
		Pass:   deactivateESIM,
	},
	{
		Name: "inventory.expired", Basis: sim.Brief,
		Source: "GET /inventory: expiry; that it is 12 months after the purchase is assumed",
		Pass:   expireStock,
	},
	{
		Name: "balance.low", Basis: sim.Documented,
		Source: "vendor's LowBalance page: at the threshold, and at 75, 50 and 10 % of it",
		Pass:   lowBalance,
	},
	{
		Name: "balance.autotopup", Basis: sim.Documented, Default: sim.Policy{Never: true},
		Source: "vendor's AutoTopup page: from the saved card, when an order takes the balance below the threshold; that it is 1000 is assumed, as the id says",
		Pass:   autoTopUp,
	},
	{
		Name: "balance.granted", Basis: sim.Documented,
		Source: "vendor's eSIMGoTopup page: by the vendor; only the control plane leads here, and the id is the amount",
		Pass:   grantTopUp,
	},
}
