// Package money counts in minor units, so that no cent is lost to a float.
package money

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Amount is a sum in hundredths of the currency's unit: 272 is 2.72. The zero value is
// nothing.
type Amount int64

// Of is whole units and cents as a float, rounded to the nearest cent.
func Of(units float64) Amount { return Amount(math.Round(units * 100)) }

// Parse reads a decimal number with at most two places that matter, such as 25.5 or
// 1e3, and rounds what is finer to the cent.
func Parse(s string) (Amount, error) {
	if len(s) > 32 || strings.ContainsAny(s, "xXpP_") {
		return 0, fmt.Errorf("%q is no amount of money", s)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e12 {
		return 0, fmt.Errorf("%q is no amount of money", s)
	}
	return Of(f), nil
}

// Float is the amount in units. Encoded as JSON it is the shortest decimal: whole
// numbers are written whole.
func (a Amount) Float() float64 { return float64(a) / 100 }

// Times is the price of n pieces.
func (a Amount) Times(n int) Amount { return a * Amount(n) }

// Share is the given part of the amount, rounded half up to the cent.
func (a Amount) Share(rate float64) Amount {
	return Amount(math.Floor(float64(a)*rate + 0.5))
}

// String writes two places, as on an invoice: 2.70.
func (a Amount) String() string { return strconv.FormatFloat(a.Float(), 'f', 2, 64) }

// MarshalJSON writes a JSON number without needless zeros.
func (a Amount) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, a.Float(), 'f', -1, 64), nil
}

// UnmarshalJSON reads a JSON number.
func (a *Amount) UnmarshalJSON(b []byte) error {
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*a = v
	return nil
}
