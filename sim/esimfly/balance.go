package esimfly

import (
	"errors"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// currency is that of every account; the vendor's other ones came after this edition.
const currency = "USD"

const maxBalance = 1e9

func getBalance(tx *sim.Tx[state], _ *sim.Request) (sim.Reply, error) {
	return sim.Reply{Body: balanceAnswer{
		Success: true,
		Data:    balanceData{Balance: tx.State.Balance.Float(), Currency: currency},
	}}, nil
}

// setBalance is the setting's: it takes a JSON number.
func setBalance(tx *sim.Tx[state], v any) error {
	f, ok := v.(float64)
	if !ok || !(f >= 0 && f <= maxBalance) {
		return errors.New("balance must be a number from 0 to 1e9")
	}
	tx.State.Balance = money.Of(f)
	return nil
}
