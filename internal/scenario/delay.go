package scenario

import (
	"math"
	"math/rand/v2"
	"time"
)

// MaxDelay bounds an injected delay, in real time.
const MaxDelay = 120 * time.Second

// A Delay is a length of real time, always the same or drawn anew for each call. The
// zero value is none.
type Delay struct {
	Fixed    time.Duration
	Min, Max time.Duration // uniform between the two
	Median   time.Duration // log-normal around it
	Sigma    float64       // of the logarithm; 0.5 is a moderate tail
}

// Draw is how long this time, at most MaxDelay.
func (d Delay) Draw(dice *rand.Rand) time.Duration {
	switch {
	case d.Median > 0:
		return min(time.Duration(float64(d.Median)*math.Exp(d.Sigma*dice.NormFloat64())), MaxDelay)
	case d.Max > 0:
		return d.Min + time.Duration(dice.Int64N(int64(d.Max-d.Min)+1))
	}
	return d.Fixed
}
