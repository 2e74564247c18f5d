package esim

import (
	"errors"
	"math/rand/v2"
)

// ICCID is the number of one SIM profile: 18 to 22 digits, the last of them a Luhn
// digit in those issued here (ITU-T E.118).
type ICCID string

// ErrICCID is returned for a string that cannot be an ICCID.
var ErrICCID = errors.New("an ICCID is 18 to 22 digits")

// ParseICCID checks the form only: digits, and as many as the field accepts. Real
// cards exist whose last digit is no Luhn digit, so that is not asked.
func ParseICCID(s string) (ICCID, error) {
	if len(s) < 18 || len(s) > 22 || !digits(s) {
		return "", ErrICCID
	}
	return ICCID(s), nil
}

// NewICCID makes a number of 19 digits that begins with prefix and ends with its Luhn
// digit.
func NewICCID(r *rand.Rand, prefix string) ICCID {
	b := make([]byte, 0, 19)
	b = append(b, prefix...)
	for len(b) < 18 {
		b = append(b, byte('0'+r.IntN(10)))
	}
	return ICCID(append(b, luhn(b)))
}

// Valid says whether the last digit is the Luhn digit of the others.
func (i ICCID) Valid() bool {
	if _, err := ParseICCID(string(i)); err != nil {
		return false
	}
	last := len(i) - 1
	return luhn([]byte(i[:last])) == i[last]
}

func luhn(b []byte) byte {
	sum := 0
	for i := range b {
		d := int(b[len(b)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
