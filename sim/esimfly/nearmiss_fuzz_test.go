package esimfly

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// The check takes what Sign makes of anything and nothing else; there is no mistake in
// what it takes, and at least one in what it refuses.
func FuzzSign(f *testing.F) {
	right := Sign("sk_1111", "1628670421000", "4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2", "esf_11111", []byte(`{"a": 1}`))
	f.Add("sk_1111", "1628670421000", "4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2", "esf_11111", []byte(`{"a": 1}`), right)
	f.Add("a", "", "", "", []byte{}, "")
	f.Add("\n", "0", ":", "esf_", []byte("\n"), "QUJD")
	f.Fuzz(func(t *testing.T, secret, timestamp, id, code string, body []byte, signature string) {
		if secret == "" || len(body) > 1<<10 {
			return
		}
		r := &sim.Request{Method: http.MethodPost, URL: &url.URL{Path: mount + "/esims/order"}, Mount: mount, Body: body, Caller: sim.Caller{Secret: secret}}
		c := credential{timestamp: timestamp, requestID: id, accessCode: code, signature: Sign(secret, timestamp, id, code, body)}
		var s state
		if m := c.mistakes(r, body); !s.signed(c, r) || len(m) > 0 {
			t.Errorf("%+v with %q over %q: %v", c, secret, body, m)
		}
		valid := c.signature
		c.signature = signature
		if signed := s.signed(c, r); signed != (signature == valid) || signed != (len(c.mistakes(r, body)) == 0) {
			t.Errorf("%q is taken: %v; mistakes %v", signature, signed, c.mistakes(r, body))
		}
	})
}
