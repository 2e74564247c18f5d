package clock

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// MaxDuration bounds what ParseDuration accepts: a hundred years.
const MaxDuration = 100 * 365 * 24 * time.Hour

// ParseDuration reads a length of time as the product writes it: Go's own notation and
// a leading number of days, such as 700ms, 90s, 36h, 30d or 1d12h. It is never negative
// and at most MaxDuration.
func ParseDuration(s string) (time.Duration, error) {
	bad := func() (time.Duration, error) {
		return 0, fmt.Errorf("%q is no duration: write 700ms, 90s, 5m, 36h or 30d", s)
	}
	long := func() (time.Duration, error) {
		return 0, fmt.Errorf("%q is longer than a hundred years", s)
	}
	rest, total := s, time.Duration(0)
	if days, after, found := strings.Cut(s, "d"); found {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n >= 0) {
			return bad()
		}
		if n > MaxDuration.Hours()/24 {
			return long()
		}
		total, rest = time.Duration(n*24*float64(time.Hour)), after
		if rest == "" {
			return total, nil
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 {
		return bad()
	}
	if d > MaxDuration-total {
		return long()
	}
	return total + d, nil
}

// FormatDuration writes d as ParseDuration reads it, in days where it is long.
func FormatDuration(d time.Duration) string {
	const day = 24 * time.Hour
	if d < day {
		return short(d)
	}
	out := strconv.Itoa(int(d/day)) + "d"
	if rest := d % day; rest > 0 {
		out += short(rest)
	}
	return out
}

// short is 5m where Go writes 5m0s.
func short(d time.Duration) string {
	out := d.String()
	if strings.HasSuffix(out, "m0s") {
		out = strings.TrimSuffix(out, "0s")
	}
	if strings.HasSuffix(out, "h0m") {
		out = strings.TrimSuffix(out, "0m")
	}
	return out
}
