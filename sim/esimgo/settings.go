package esimgo

import (
	"fmt"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// settings are what a world or a scenario can choose.
var settings = []sim.Setting[state]{
	{
		Name: "shapes", Values: []string{"observed", "documented"}, Basis: sim.Observed,
		Doc: "Lists, assignments and the installation date as live clients read them, or as the owner's page shows them.",
	},
	{
		Name: "stateCase", Values: []string{"title", "lower"}, Basis: sim.Brief,
		Doc: "Bundle states as the owner's page writes them (Queued), or as the vendor's samples do (queued).",
	},
	{
		Name: "unauthorized", Values: []string{"documented", "401", "403"}, Basis: sim.Brief,
		Doc: "A bad key is 401 on POST /orders and GET /networks and 403 elsewhere, or the same everywhere.",
	},
	{
		Name: "revokeTarget", Values: []string{"latest", "oldest"}, Basis: sim.Brief,
		Doc: "Revoking by name takes the latest assignment (owner's page), or the oldest unused (vendor's second revision).",
	},
	{
		Name: "refunds", Values: []string{"true", "false"}, Basis: sim.Brief,
		Doc: "Revoked and unused bundles come back, or are gone, as in accounts where refunds are not enabled.",
	},
	{
		Name: "msisdn", Values: []string{"true", "false"}, Basis: sim.Assumed,
		Doc: "New eSIMs have a telephone number, unless their bundle has none, or none has.",
	},
	{
		Name: "rateLimit", Values: []string{"announce", "enforce"}, Basis: sim.Documented,
		Doc: "A call over ten a second is a finding, or is answered with 429.",
	},
	{
		Name: "version", Values: []string{"v3", "v2"}, Basis: sim.Brief,
		Doc: "Callbacks are signed and tell more of a bundle, or are unsigned with its basic fields.",
	},
	{
		Name: "signature", Values: []string{"base64", "hex"}, Basis: sim.Brief,
		Doc: "Signatures of callbacks as the owner's page has them, or as the vendor's webhooks guide does.",
	},
	{
		Name: "callbackRetries", Values: []string{"off", "on"}, Basis: sim.Assumed,
		Doc: "A callback is tried once, or again after 1, 5 and 30 seconds.",
	},
	{
		Name: "onePercentAlert", Values: []string{"on", "off"}, Basis: sim.Documented,
		Doc: "The use of 1 % of a bundle is told besides its first use, or is not.",
	},
	{
		Name: "balance", Basis: sim.Assumed, Doc: "The organisation's balance in USD.",
		Get: func(tx *sim.Tx[state]) any { return tx.State.Balance.Float() },
		Set: func(tx *sim.Tx[state], v any) error { return setAmount(tx, "balance", v, &tx.State.Balance) },
	},
	{
		Name: "lowBalance", Basis: sim.Documented, Doc: "The balance at which the organisation is warned, then again at 75, 50 and 10 % of it.",
		Get: func(tx *sim.Tx[state]) any { return tx.State.Alert.Float() },
		Set: func(tx *sim.Tx[state], v any) error { return setAmount(tx, "lowBalance", v, &tx.State.Alert) },
	},
}

// setAmount sets a sum of the account. Nobody is warned of what was set by hand.
func setAmount(tx *sim.Tx[state], name string, v any, to *money.Amount) error {
	units, ok := v.(float64)
	if !ok || !(units >= 0 && units <= 1e9) {
		return fmt.Errorf("%s is a number from 0 to 1000000000", name)
	}
	*to = money.Of(units)
	settle(tx)
	tx.State.Warned = below(tx.State)
	return nil
}
