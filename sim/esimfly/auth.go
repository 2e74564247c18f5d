package esimfly

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// The four headers of a signed request, as net/http spells them; the page writes
// RT-AccessCode, RT-RequestID, RT-Timestamp and RT-Signature.
const (
	headerAccessCode = "Rt-Accesscode"
	headerRequestID  = "Rt-Requestid"
	headerTimestamp  = "Rt-Timestamp"
	headerSignature  = "Rt-Signature"
)

const (
	codePrefix   = "esf_"
	secretPrefix = "sk_"

	// The pair printed in the page's examples.
	printedName   = "your_access_code"
	printedSecret = "sk_your_secret_key"

	// freshness is how far a timestamp may lie from now, either side. The documents
	// speak of the past only; the future is assumed to be the same.
	freshness = 5 * time.Minute
)

// A credential is what the four headers say.
type credential struct {
	accessCode, requestID, timestamp, signature string
}

func readCredential(h http.Header) credential {
	return credential{
		accessCode: h.Get(headerAccessCode),
		requestID:  h.Get(headerRequestID),
		timestamp:  h.Get(headerTimestamp),
		signature:  h.Get(headerSignature),
	}
}

// identify goes by the access code alone: what is wrong with the other headers is told
// by admit, with the rate limit headers that every answer to a known key carries.
func identify(r *sim.Request) (string, error) {
	c := readCredential(r.Header)
	if c.accessCode == "" {
		return "", errAuthenticationRequired
	}
	name, ok := strings.CutPrefix(c.accessCode, codePrefix)
	if !ok {
		return "", sim.ErrUnauthenticated
	}
	return name, nil
}

func credentials(name string) []sim.Credential {
	return []sim.Credential{
		{Name: "RT-AccessCode", Env: "ESIMFLY_ACCESS_CODE", Value: codePrefix + name},
		{Name: "secret key", Env: "ESIMFLY_SECRET_KEY", Value: secretPrefix + name},
	}
}

// wellFormed makes the checks that need no account: all headers there, and a request id
// that is a UUID of version 4. They come before the access code is looked up.
func (c credential) wellFormed() error {
	switch {
	case c.accessCode == "", c.requestID == "", c.timestamp == "", c.signature == "":
		return errAuthenticationRequired
	case !isUUIDv4(c.requestID):
		return errInvalidRequestID
	}
	return nil
}

// admit makes the checks in their order: headers, request id, access code (known by
// now), timestamp, signature, replay, rate. Only a request that passed the signature uses
// up its id.
func admit(tx *sim.Tx[state], r *sim.Request) error {
	s := tx.State
	s.Hour.roll(tx.Now)
	defer s.Hour.tell(r.Answer)
	c := readCredential(r.Header)
	if err := c.wellFormed(); err != nil {
		return err
	}
	if !c.fresh(r.Real) && !c.fresh(tx.Now) {
		return errInvalidTimestamp
	}
	if !s.signed(c, r) {
		return errInvalidSignature
	}
	if !s.Requests.use(strings.ToLower(c.requestID), tx.Now) {
		return errDuplicateRequest
	}
	return s.Hour.count(tx, r)
}

// fresh reads milliseconds since 1970 in decimal digits and nothing else.
func (c credential) fresh(now time.Time) bool {
	if strings.Trim(c.timestamp, "0123456789") != "" {
		return false
	}
	ms, err := strconv.ParseInt(c.timestamp, 10, 64)
	return err == nil && time.UnixMilli(ms).Sub(now).Abs() <= freshness
}

// signed tells whether one of the caller's secrets made the signature.
func (s *state) signed(c credential, r *sim.Request) bool {
	body := r.Body
	if r.Method == http.MethodGet {
		body = nil // an official sample client sends "null" along, which is not signed
	}
	if s.signers == nil {
		for _, secret := range secrets(r.Caller) {
			s.signers = append(s.signers, newSigner(secret))
		}
	}
	for _, made := range s.signers {
		if hmac.Equal(made.sign(c, body), []byte(c.signature)) {
			return true
		}
	}
	return false
}

// secrets are the keys a caller may sign with: that of the whole name, that of the name
// without its scenarios, and the one printed on the page for the name printed there.
func secrets(c sim.Caller) []string {
	list := []string{secretPrefix + c.World}
	if c.Base != c.World {
		list = append(list, secretPrefix+c.Base)
	}
	if c.Base == printedName {
		list = append(list, printedSecret)
	}
	return list
}

// A signer makes signatures with one secret. Making the keyed hash costs three times
// what using it again does, so each account keeps its own; the world's turn guards it.
type signer struct {
	mac  hash.Hash
	head []byte // what is signed before the body
	sum  [sha256.Size]byte
	text [2 * sha256.Size]byte
}

func newSigner(secret string) *signer {
	return &signer{mac: hmac.New(sha256.New, []byte(secret))}
}

// sign is upper-case hex of the HMAC-SHA256 over timestamp, request id, access code and
// body, with nothing between them. The result is good until the next call.
func (s *signer) sign(c credential, body []byte) []byte {
	s.head = append(s.head[:0], c.timestamp...)
	s.head = append(s.head, c.requestID...)
	s.head = append(s.head, c.accessCode...)
	s.mac.Reset()
	_, _ = s.mac.Write(s.head) // a hash never fails
	_, _ = s.mac.Write(body)
	hex.Encode(s.text[:], s.mac.Sum(s.sum[:0]))
	for i, b := range s.text {
		if b >= 'a' {
			s.text[i] = b - 'a' + 'A'
		}
	}
	return s.text[:]
}

// isUUIDv4 takes either case, as the page's pattern does.
func isUUIDv4(s string) bool {
	if len(s) != 36 || s[14] != '4' || !strings.ContainsRune("89abAB", rune(s[19])) {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isHex(s[i]) {
				return false
			}
		}
	}
	return true
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}
