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

func readCredential(r *sim.Request) credential {
	return credential{
		accessCode: r.First(headerAccessCode),
		requestID:  r.First(headerRequestID),
		timestamp:  r.First(headerTimestamp),
		signature:  r.First(headerSignature),
	}
}

// identify goes by the access code alone: what is wrong with the other headers is told
// by admit, with the rate limit headers that every answer to a known key carries.
func identify(r *sim.Request) (string, error) {
	c := readCredential(r)
	if c.accessCode == "" {
		return "", errAuthenticationRequired
	}
	name, ok := strings.CutPrefix(c.accessCode, codePrefix)
	if !ok {
		return "", sim.ErrUnauthenticated
	}
	return name, nil
}

func keyOf(name string) (code, secret string) { return codePrefix + name, secretPrefix + name }

func credentials(code, secret string) []sim.Credential {
	return []sim.Credential{
		{Name: "RT-AccessCode", Env: "ESIMFLY_ACCESS_CODE", Value: code},
		{Name: "secret key", Env: "ESIMFLY_SECRET_KEY", Value: secret},
	}
}

// wellFormed makes the checks that need no account: all headers there, and a request id
// that is a UUID of version 4, or in the newer edition any. They come before the access
// code is looked up. The page has one body for any set that is incomplete.
func (c credential) wellFormed(edition string) error {
	switch {
	case c.accessCode == "":
		return errAuthenticationRequired
	case c.requestID == "", c.timestamp == "", c.signature == "":
		if edition == edition2026 {
			return errHMACRequired
		}
		return errAuthenticationRequired
	case edition == edition2026 && !isUUID(c.requestID), edition != edition2026 && !isUUIDv4(c.requestID):
		return errInvalidRequestID
	}
	return nil
}

// admit makes the checks in their order: headers, request id, access code (known by
// now), timestamp, signature, replay, rate. Only a request that passed the signature uses
// up its id.
func admit(tx *sim.Tx[state], r *sim.Request) error {
	purse(tx)
	s := tx.State
	meters := s.meters(tx)
	told := meters[0]
	err := s.admit(tx, r)
	if err == nil {
		told, err = count(tx, r, meters)
	}
	told.tell(r.Answer)
	return err
}

func (s *state) admit(tx *sim.Tx[state], r *sim.Request) error {
	c := readCredential(r)
	if err := c.wellFormed(tx.Setting("edition")); err != nil {
		return err
	}
	if !c.fresh(r.Real) && !c.fresh(tx.Now) {
		noteTimestamp(r, c, tx.Now)
		return errInvalidTimestamp
	}
	if !s.signed(c, r) {
		r.NoteLater(func() { c.explain(r, signedBody(r)) })
		return errInvalidSignature
	}
	if !s.Requests.use(strings.ToLower(c.requestID), tx.Now) {
		return errDuplicateRequest
	}
	return nil
}

// fresh reads milliseconds since 1970 in decimal digits and nothing else.
func (c credential) fresh(now time.Time) bool {
	if strings.Trim(c.timestamp, "0123456789") != "" {
		return false
	}
	ms, err := strconv.ParseInt(c.timestamp, 10, 64)
	return err == nil && time.UnixMilli(ms).Sub(now).Abs() <= freshness
}

// accessCode is the key as it came.
func accessCode(r *sim.Request) string { return r.First(headerAccessCode) }

// signed tells whether one of the caller's secrets made the signature.
func (s *state) signed(c credential, r *sim.Request) bool {
	if r.Caller.Unverified {
		return true
	}
	body, own := signedBody(r), r.Caller.Secret
	if s.signers[own] == nil {
		if s.signers == nil {
			s.signers = map[string][]*signer{}
		}
		for _, secret := range secrets(r.Caller) {
			s.signers[own] = append(s.signers[own], newSigner(secret))
		}
	}
	for _, made := range s.signers[own] {
		if hmac.Equal(made.sign(c, body), []byte(c.signature)) {
			return true
		}
	}
	return false
}

// signedBody is what is signed of the body: nothing on GET, though an official sample
// client sends "null" along.
func signedBody(r *sim.Request) []byte {
	if r.Method == http.MethodGet {
		return nil
	}
	return r.Body
}

// secrets are the keys a caller may sign with: the one given with a key of its own, else
// that of the whole name, that of the name without its scenarios, and the one printed on
// the page for the name printed there.
func secrets(c sim.Caller) []string {
	if c.Secret != "" {
		return []string{c.Secret}
	}
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

// Sign makes the RT-Signature of a request out of its three other headers and the exact
// bytes of its body, which on GET is nil.
func Sign(secret, timestamp, requestID, accessCode string, body []byte) string {
	c := credential{timestamp: timestamp, requestID: requestID, accessCode: accessCode}
	return string(newSigner(secret).sign(c, body))
}

// authorize signs a request as the page says: with a timestamp and an id of its own.
func authorize(r *http.Request, a sim.Authorization) {
	at, body := strconv.FormatInt(a.Now.UnixMilli(), 10), a.Body
	if r.Method == http.MethodGet {
		body = nil
	}
	r.Header.Set(headerAccessCode, a.Key)
	r.Header.Set(headerRequestID, a.ID)
	r.Header.Set(headerTimestamp, at)
	r.Header.Set(headerSignature, Sign(a.Secret, at, a.ID, a.Key, body))
}

// isUUIDv4 takes either case, as the page's pattern does.
func isUUIDv4(s string) bool {
	return isUUID(s) && s[14] == '4' && strings.IndexByte("89abAB", s[19]) >= 0
}

// isUUID takes any version: the vendor's own PHP sample sets none.
func isUUID(s string) bool {
	if len(s) != 36 {
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
