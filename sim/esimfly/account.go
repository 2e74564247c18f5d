package esimfly

import (
	"math"
	"strconv"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// The kinds of account, by the setting of that name. The Create Order page knows USD
// alone; IQD came in November 2025 and enterprise accounts, which are kept in EUR, in
// 2026 (api-docs, changelog and Enterprise).
const (
	accountUSD        = "usd"
	accountIQD        = "iqd"
	accountEnterprise = "enterprise"     // managed: sells from the normal catalogue
	accountOwn        = "enterprise-own" // self-service: sells its own packages alone
)

// The two dated contracts.
const (
	edition2025 = "2025-08"
	edition2026 = "2026-09"
)

// newer says whether the account speaks the newer contract.
func newer(tx *sim.Tx[state]) bool { return tx.Setting("edition") == edition2026 }

// A currency is what an account counts in.
type currency struct {
	code   string
	perUSD float64
	step   money.Amount // the smallest sum: a cent, or one dinar
	sign   string       // as texts write it, before the number
}

// The rate of IQD is implied by the vendor's samples; that of EUR is assumed.
var (
	usd = currency{"USD", 1, 1, "$"}
	iqd = currency{"IQD", 1320, 100, "IQD "}
	eur = currency{"EUR", 0.92, 1, "€"}

	currencies = map[string]currency{accountUSD: usd, accountIQD: iqd, accountEnterprise: eur, accountOwn: eur}
)

// purse is the account's currency, in which its balance is from here on: an account that
// was set to another kind keeps what its money is worth.
func purse(tx *sim.Tx[state]) currency {
	s, kind := tx.State, tx.Setting("account")
	now := currencies[kind]
	if s.Kind != kind {
		s.Balance = now.of(s.Balance, currencies[s.Kind])
		s.Kind = kind
	}
	return now
}

// of is a sum of another currency in this one.
func (c currency) of(a money.Amount, other currency) money.Amount {
	if c.code == other.code {
		return a
	}
	return c.round(float64(a) * c.perUSD / other.perUSD)
}

// share is a part of a sum, in whole steps.
func (c currency) share(a money.Amount, rate float64) money.Amount { return c.round(float64(a) * rate) }

// round is the nearest sum the currency has.
func (c currency) round(a float64) money.Amount {
	return money.Amount(math.Floor(a/float64(c.step)+0.5)) * c.step
}

// text is a sum as sentences write it: $2.50, or IQD 3300.
func (c currency) text(a money.Amount) string {
	if c.step == 1 {
		return c.sign + a.String()
	}
	return c.sign + strconv.FormatInt(int64(a/c.step), 10)
}
