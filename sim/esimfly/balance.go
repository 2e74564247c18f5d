package esimfly

import (
	"errors"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

const maxBalance = 1e9

// company is whose the enterprise accounts are.
const company = "Harbour Mobile GmbH"

func getBalance(tx *sim.Tx[state], _ *sim.Request) (sim.Reply, error) {
	c := purse(tx)
	data := balanceData{Balance: tx.State.Balance.Float(), Currency: c.code}
	if c == eur {
		data.enterprise = &enterprise{
			Source: "enterprise", Account: company, Live: true, AsOf: tx.Now.Format(wireMillis),
		}
	}
	return sim.Reply{Body: balanceAnswer{Success: true, Data: data}}, nil
}

// setBalance is the setting's: it takes a JSON number, in the account's currency.
func setBalance(tx *sim.Tx[state], v any) error {
	f, ok := v.(float64)
	if !ok || !(f >= 0 && f <= maxBalance) {
		return errors.New("balance must be a number from 0 to 1e9")
	}
	tx.State.Balance = purse(tx).round(float64(money.Of(f)))
	return nil
}

// balance is the setting's too.
func balance(tx *sim.Tx[state]) any {
	purse(tx)
	return tx.State.Balance.Float()
}
