package roamify

import (
	"fmt"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// The editions of the contract.
const (
	edition202606 = "2026-06"
	edition202507 = "2025-07"
)

var offOn = []string{"off", "on"}

var settings = []sim.Setting[state]{
	{
		Name: "edition", Values: []string{edition202606, edition202507}, Basis: sim.Brief,
		Doc: "The dated contract. 2026-06: packages are paged, country is a name. 2025-07: all packages at once, country is an ISO code.",
	},
	{
		Name: "validationShape", Values: []string{"error", "message"}, Basis: sim.Observed,
		Doc: `The body of a validation error: {"error":…}, or {"message":…,"status":"failed"} like all others.`,
	},
	{
		Name: "unknownPackage", Values: []string{"500", "404"}, Basis: sim.Observed,
		Doc: "The status of an order for a package that does not exist: 500 Unknown error as seen, or 404.",
	},
	{
		Name: "vouchers", Values: offOn, Basis: sim.Documented,
		Doc: "Whether the key may use vouchers; the calls are 403 without.",
	},
	{
		Name: "refunds", Values: offOn, Basis: sim.Assumed,
		Doc: "Whether the key may ask for refunds; the calls are 403 without.",
	},
	{
		Name: "affiliate", Values: offOn, Basis: sim.Assumed,
		Doc: "Whether the partner has an affiliate catalogue; the call is 403 without.",
	},
	{
		Name: "gifts", Values: offOn, Basis: sim.Assumed,
		Doc: "Whether the key may use gift cards in edition 2025-07; the calls are 403 without, and 404 in edition 2026-06.",
	},
	{
		Name: "balance", Basis: sim.Assumed, Doc: "The partner's balance in USD.",
		Get: func(tx *sim.Tx[state]) any { return tx.State.Balance.Float() },
		Set: setBalance,
	},
	{
		Name: "lowBalanceThreshold", Basis: sim.Assumed,
		Doc: "The balance in USD below which low_balance events are sent, and again at 75, 50 and 25 % of it; 0 for never.",
		Get: func(tx *sim.Tx[state]) any { return tx.State.threshold().Float() },
		Set: setThreshold,
	},
	{
		Name: "webhookEventTypePrefix", Values: []string{"false", "true"}, Basis: sim.Documented,
		Doc: "The event_type of events about eSIMs: usage and status, as on their own pages, or esim_usage and esim_status, as on the overview.",
	},
}

// older says that the world speaks the edition before the catalogue was paged.
func older(tx *sim.Tx[state]) bool { return tx.Setting("edition") == edition202507 }

// feature refuses calls that an account has not been given.
func feature(tx *sim.Tx[state], name string, refusal error) error {
	if tx.Setting(name) != "on" {
		return refusal
	}
	return nil
}

// maxBalance keeps sums far from where floats lose cents.
const maxBalance = 1e9

// setBalance to more than there was is what adding funds is here (assumed).
func setBalance(tx *sim.Tx[state], v any) error {
	usd, ok := v.(float64)
	if !ok || usd < 0 || usd > maxBalance {
		return fmt.Errorf("balance is a number from 0 to %.0f", maxBalance)
	}
	before := tx.State.Balance
	tellBalance(tx, func() { tx.State.Balance = money.Of(usd) })
	if tx.State.Balance > before {
		tellPartner(tx, topUpHook)
	}
	return nil
}

func setThreshold(tx *sim.Tx[state], v any) error {
	usd, ok := v.(float64)
	if !ok || usd < 0 || usd > maxBalance {
		return fmt.Errorf("lowBalanceThreshold is a number from 0 to %.0f", maxBalance)
	}
	amount := money.Of(usd)
	tellBalance(tx, func() { tx.State.LowBalance = &amount })
	return nil
}
