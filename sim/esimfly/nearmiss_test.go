package esimfly_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimfly"
)

// digest is the signature's 32 bytes, over what a client thinks is right.
func digest(key string, parts ...string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(strings.Join(parts, "")))
	return mac.Sum(nil)
}

func upper(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// spacedOrder is sent by a client whose library writes spaces.
const spacedOrder = `{"price": 2.720, "packageCode": "merhaba-7days-1gb", "packageName": "T\u00fcrkiye/1 GB"}`

// Each client makes one mistake, and is told that one.
func TestNearMiss(t *testing.T) {
	t.Parallel()
	const (
		id, code, secret = "4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2", "esf_demo", "sk_demo"
		order, usage     = "/esims/order", "/esims/usage/query?iccid=1"
	)
	ts := strconv.FormatInt(start.UnixMilli(), 10)
	over := func(parts ...string) string { return upper(digest(secret, parts...)) }
	right := digest(secret, ts, id, code, turkey)
	type attempt struct{ path, body, signature, code string }
	attempts := map[string]attempt{
		"lower case":              {order, turkey, hex.EncodeToString(right), "signature.lower-case"},
		"lower case on GET":       {"/balance", "", hex.EncodeToString(digest(secret, ts, id, code)), "signature.lower-case"},
		"base64":                  {order, turkey, base64.StdEncoding.EncodeToString(right), "signature.base64"},
		"base64 unpadded":         {order, turkey, base64.RawURLEncoding.EncodeToString(right), "signature.base64"},
		"base64 of hex":           {order, turkey, base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(right))), "signature.base64"},
		"spaced":                  {order, turkey, over(ts, id, code, strings.NewReplacer(`":`, `": `, `,"`, `, "`).Replace(turkey)), "signature.reserialised"},
		"compact":                 {order, `{ "packageCode" : "x, y" }`, over(ts, id, code, `{"packageCode":"x, y"}`), "signature.reserialised"},
		"indented":                {order, `{"packageCode":"x"}`, over(ts, id, code, "{\n  \"packageCode\": \"x\"\n}"), "signature.reserialised"},
		"by JavaScript":           {order, spacedOrder, over(ts, id, code, `{"price":2.72,"packageCode":"merhaba-7days-1gb","packageName":"Türkiye/1 GB"}`), "signature.reserialised"},
		"by PHP":                  {order, spacedOrder, over(ts, id, code, `{"price":2.72,"packageCode":"merhaba-7days-1gb","packageName":"T\u00fcrkiye\/1 GB"}`), "signature.reserialised"},
		"by Go":                   {order, spacedOrder, over(ts, id, code, `{"packageCode":"merhaba-7days-1gb","packageName":"Türkiye/1 GB","price":2.72}`), "signature.reserialised"},
		"by Python, beyond plane": {order, `{"flag":"🇹"}`, over(ts, id, code, `{"flag": "\ud83c\uddf9"}`), "signature.reserialised"},
		"no body":                 {order, turkey, over(ts, id, code), "signature.empty-body"},
		"a body where none is":    {order, "", over(ts, id, code, "{}"), "signature.empty-body"},
		"body on GET":             {"/balance", "null", over(ts, id, code, "null"), "signature.body-on-get"},
		"imagined body on GET":    {"/balance", "", over(ts, id, code, "{}"), "signature.body-on-get"},
		"a part left out":         {order, turkey, over(ts, id, turkey), "signature.field-order"},
		"body and key alone":      {order, turkey, over(code, turkey), "signature.field-order"},
		"order on GET":            {"/balance", "", over(code, id, ts), "signature.field-order"},
		"trailing newline":        {order, turkey, over(ts, id, code, turkey, "\n"), "signature.trailing-newline"},
		"newline on GET":          {"/balance", "", over(ts, id, code, "\n"), "signature.trailing-newline"},
		"newline sent":            {order, turkey + "\n", over(ts, id, code, turkey), "signature.trailing-newline"},
		"newline of the key":      {order, turkey, upper(digest(secret+"\n", ts, id, code, turkey)), "signature.trailing-newline"},
		"secret without prefix":   {order, turkey, upper(digest("demo", ts, id, code, turkey)), "signature.secret-prefix"},
		"secret with two":         {order, turkey, upper(digest("sk_sk_demo", ts, id, code, turkey)), "signature.secret-prefix"},
		"access code as key":      {order, turkey, upper(digest(code, ts, id, code, turkey)), "signature.access-code-as-key"},
		"path at the end":         {order, turkey, over(ts, id, code, turkey, "/api/v1/business/esims/order"), "signature.path-included"},
		"method and path first":   {order, turkey, over("POST", "/esims/order", ts, id, code, turkey), "signature.path-included"},
		"path with query":         {usage, "", over(ts, id, code, "/api/v1/business", usage), "signature.path-included"},
		"query":                   {usage, "", over(ts, id, code, "iccid=1"), "signature.path-included"},
		"method":                  {"/balance", "", over(ts, id, code, "GET"), "signature.path-included"},
		"address":                 {"/balance", "", over("http://esimsim.test:8484/api/v1/business/balance", ts, id, code), "signature.path-included"},
		"another secret":          {order, turkey, upper(digest("sk_other", ts, id, code, turkey)), "signature.unknown"},
		"nonsense":                {order, turkey, "x", "signature.unknown"},
		"cut":                     {order, turkey, upper(right)[:63], "signature.unknown"},
		"two: case and order":     {order, turkey, hex.EncodeToString(digest(secret, id, ts, code, turkey)), "signature.lower-case, signature.field-order"},
		"two: key and separator":  {order, turkey, upper(digest("demo", ts, ":", id, ":", code, ":", turkey)), "signature.secret-prefix, signature.separators"},
		"two: path and separator": {order, turkey, over("POST\n/api/v1/business/esims/order\n", ts, "\n", id, "\n", code, "\n", turkey), "signature.path-included, signature.separators"},
	}
	for i, sep := range []string{"\n", ":", ".", ",", "|", "&", " "} {
		attempts[fmt.Sprint("separator ", i)] = attempt{order, turkey, over(ts, sep, id, sep, code, sep, turkey), "signature.separators"}
		attempts[fmt.Sprint("separator on GET ", i)] = attempt{"/balance", "", over(ts, sep, id, sep, code), "signature.separators"}
		attempts[fmt.Sprint("separator at the end ", i)] = attempt{"/balance", "", over(ts, sep, id, sep, code, sep), "signature.separators"}
	}
	parts := []string{ts, id, code, turkey}
	for p := range 256 {
		at := []int{p & 3, p >> 2 & 3, p >> 4 & 3, p >> 6}
		if sorted := slices.Sorted(slices.Values(at)); !slices.Equal(sorted, []int{0, 1, 2, 3}) || slices.IsSorted(at) {
			continue
		}
		attempts[fmt.Sprint("order ", at)] = attempt{order, turkey, over(parts[at[0]], parts[at[1]], parts[at[2]], parts[at[3]]), "signature.field-order"}
	}
	srv := server(t)
	for name, a := range attempts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method := http.MethodPost
			if a.path == "/balance" || a.path == usage {
				method = http.MethodGet
			}
			c := &client{t: t, srv: srv, world: srv.WorldT(t, "demo"), name: "demo"}
			req := c.request(method, a.path, a.body)
			sign(req, []byte(a.body), code, secret, start, id)
			req.Header.Set("RT-Signature", a.signature)
			got := send(t, req)
			got.is(t, 401, badSignature)
			if f := got.header.Get("X-Esimsim-Findings"); f != a.code {
				t.Errorf("findings %q, want %q", f, a.code)
			}
		})
	}
}

// The finding tells what to change, and what was signed here, without the secret.
func TestNearMissText(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "told")
	lower := func(r *http.Request) { r.Header.Set("RT-Signature", strings.ToLower(r.Header.Get("RT-Signature"))) }
	c.do(http.MethodPost, "/esims/order", bare, lower)
	f := c.last().Findings[0]
	want := "write RT-Signature in upper-case hex; signed here is 1775117709000" + requestID(1) + "esf_told" + bare + ", with the secret key"
	if f.Message != want || f.Pointer != "header/RT-Signature" || f.Basis != "brief" {
		t.Errorf("%+v, want %q", f, want)
	}
	for _, size := range []int{300, 5_000, 70_000, 1<<20 - 2} {
		long := `"` + strings.Repeat("ü", size/2) + `"`
		c.do(http.MethodPost, "/esims/order", long, lower)
		f = c.last().Findings[0]
		if len(f.Message) > 600 || !strings.Contains(f.Message, fmt.Sprintf("(a body of %d bytes)", len(long))) || strings.Contains(f.Message, "\uFFFD") {
			t.Errorf("%d bytes: %s", size, f.Message)
		}
	}
	c.do(http.MethodPut, "/webhooks", `{"webhook_secret":"hidden"}`, lower)
	if f = c.last().Findings[0]; strings.Contains(f.Message, "hidden") || strings.Contains(f.Message, "sk_told") {
		t.Errorf("a secret is told: %s", f.Message)
	}
	// What is nested deep costs no more than what is flat.
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	c.do(http.MethodPost, "/esims/order", deep, func(r *http.Request) { r.Header.Set("RT-Signature", strings.Repeat("A", 64)) })
	if f = c.last().Findings[0]; f.Code != "signature.unknown" {
		t.Errorf("%+v", f)
	}
}

func TestNearMissOfTimestamp(t *testing.T) {
	t.Parallel()
	realNow := time.Date(2031, 1, 1, 12, 0, 0, 0, time.UTC)
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start, Real: stopped{realNow}})
	ms := func(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }
	for name, tt := range map[string]struct{ stamp, code, says string }{
		"seconds":             {strconv.FormatInt(realNow.Unix(), 10), "timestamp.seconds", ms(realNow)},
		"seconds of world":    {strconv.FormatInt(start.Unix(), 10), "timestamp.seconds", ms(start)},
		"seconds, skewed":     {strconv.FormatInt(start.Add(999*time.Hour).Unix(), 10), "timestamp.seconds", "not in seconds"},
		"behind":              {ms(realNow.Add(-7 * time.Minute)), "timestamp.skew", "is 7m behind the machine's clock"},
		"ahead":               {ms(realNow.Add(time.Hour)), "timestamp.skew", "is 1h ahead of the machine's clock"},
		"behind the world":    {ms(start.Add(-26 * time.Hour)), "timestamp.skew", "is 1d2h behind the world's clock"},
		"ahead of the world":  {ms(start.Add(301 * time.Second)), "timestamp.skew", "is 5m1s ahead of the world's clock"},
		"the epoch":           {"0", "timestamp.skew", "behind the world's clock"},
		"microseconds":        {ms(realNow) + "000", "signature.unknown", "13 decimal digits"},
		"a date":              {"2031-01-01T12:00:00Z", "signature.unknown", "now it is " + ms(realNow)},
		"more than a number":  {strings.Repeat("9", 40), "signature.unknown", "13 decimal digits"},
		"a sign before":       {"+" + ms(realNow), "signature.unknown", "13 decimal digits"},
		"fractions of second": {"1924862400.123", "signature.unknown", "13 decimal digits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, srv, "clock-"+strings.NewReplacer(" ", "-", ",", "").Replace(name))
			a := c.do(http.MethodGet, "/balance", "", func(r *http.Request) { r.Header.Set("RT-Timestamp", tt.stamp) })
			a.is(t, 401, badTimestamp)
			f := c.last().Findings
			if len(f) != 1 || f[0].Code != tt.code || f[0].Pointer != "header/RT-Timestamp" || !strings.Contains(f[0].Message, tt.says) {
				t.Errorf("findings %+v, want %s that says %q", f, tt.code, tt.says)
			}
		})
	}
}

// A key of the user's own has a secret of any form.
func TestNearMissOfOwnKey(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{
		Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start,
		Keys: []sim.Key{{Provider: "esimfly", Value: "esf_mine", Secret: "abc", World: "own"}},
	})
	c := dial(t, srv, "own")
	for secret, want := range map[string]string{"abc": "", "sk_abc": "signature.secret-prefix", "esf_mine": "signature.access-code-as-key", "sk_own": "signature.unknown"} {
		c.calls++
		req := c.request(http.MethodGet, "/balance", "")
		sign(req, nil, "esf_mine", secret, start, requestID(c.calls))
		if got := send(t, req).header.Get("X-Esimsim-Findings"); got != want {
			t.Errorf("%s: findings %q, want %q", secret, got, want)
		}
	}
}

// No valid signature is refused or flagged, whatever is signed; one with a digit changed
// is both.
func FuzzSignature(f *testing.F) {
	odd := []string{"abc", "sk_", "sk_sk_demo", "esf_0", "\n", "ключ", strings.Repeat("x", 200)}
	var keys []sim.Key
	for i, secret := range odd {
		keys = append(keys, sim.Key{Provider: "esimfly", Value: fmt.Sprint("esf_", i), Secret: secret, World: fmt.Sprint("own-", i)})
	}
	srv, err := sim.New(sim.Config{Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start, Keys: keys})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = srv.Close() })
	f.Add(int64(0), []byte("0123456789abcdef"), uint8(0), []byte(turkey))
	f.Add(int64(-300_000), []byte{}, uint8(1), []byte{})
	f.Add(int64(300_000), []byte("\xff"), uint8(2), []byte("null\n"))
	f.Add(int64(7), []byte("x"), uint8(3), []byte("{\"a\" : [1.50, \"\\u00fc/\"]}\xff"))
	f.Fuzz(func(t *testing.T, skew int64, seed []byte, which uint8, body []byte) {
		if len(body) >= sim.MaxBody {
			return
		}
		key := keys[int(which)%len(keys)]
		at := start.Add(time.Duration(skew%300_001) * time.Millisecond)
		sum := sha256.Sum256(seed)
		sum[6], sum[8] = sum[6]&0x0F|0x40, sum[8]&0x3F|0x80
		id := fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
		call := func(spoil bool) (int, string, string) {
			req := httptest.NewRequest(http.MethodPost, "/api/v1/business/esims/order", strings.NewReader(string(body)))
			sign(req, body, key.Value, key.Secret, at, id)
			if spoil {
				s := []byte(req.Header.Get("RT-Signature"))
				s[0] ^= 1
				req.Header.Set("RT-Signature", string(s))
			}
			w := httptest.NewRecorder()
			srv.Handler().ServeHTTP(w, req)
			return w.Code, w.Body.String(), w.Header().Get("X-Esimsim-Findings")
		}
		if status, answer, found := call(true); status != 401 || answer != badSignature || found != "signature.unknown" {
			t.Errorf("spoilt: %d %s, findings %q", status, answer, found)
		}
		if status, answer, found := call(false); status == 401 || strings.Contains(found, "signature.") || strings.Contains(found, "timestamp.") {
			t.Errorf("valid: %d %s, findings %q", status, answer, found)
		}
	})
}
