package esimfly_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimfly"
)

// The bodies of the page and of api-docs, Authentication.
const (
	authRequired = `{"success":false,"error":"Authentication required","message":"Please provide either Bearer token or complete HMAC signature authentication"}`
	badID        = `{"success":false,"error":"Invalid or missing RT-RequestID header. Must be a valid UUID v4.","code":"INVALID_REQUEST_ID"}`
	badKey       = `{"success":false,"error":"Invalid API key","code":"INVALID_API_KEY"}`
	badTimestamp = `{"success":false,"error":"Request timestamp is too old or invalid","code":"INVALID_TIMESTAMP"}`
	badSignature = `{"success":false,"error":"Invalid HMAC signature","code":"INVALID_SIGNATURE"}`
	duplicate    = `{"success":false,"error":"Request ID has already been used","code":"DUPLICATE_REQUEST"}`
	badUser      = `{"success":false,"error":"Invalid user or not a business account","code":"INVALID_USER"}`
	tooMany      = `{"success":false,"error":"Rate limit exceeded","code":"RATE_LIMIT_EXCEEDED"}`
	opening      = `{"success":true,"data":{"balance":1000,"currency":"USD"}}`
)

// Each case spoils what was signed well; what stands first in the ladder is told.
func TestAuthentication(t *testing.T) {
	t.Parallel()
	set := func(pairs ...string) func(*http.Request) {
		return func(r *http.Request) {
			for i := 0; i < len(pairs); i += 2 {
				r.Header.Set(pairs[i], pairs[i+1])
			}
		}
	}
	without := func(names ...string) func(*http.Request) {
		return func(r *http.Request) {
			for _, name := range names {
				r.Header.Del(name)
			}
		}
	}
	both := func(a, b func(*http.Request)) func(*http.Request) {
		return func(r *http.Request) { a(r); b(r) }
	}
	resign := func(code, secret string) func(*http.Request) {
		return func(r *http.Request) { sign(r, nil, code, secret, start, r.Header.Get("RT-RequestID")) }
	}
	at := func(when time.Time) func(*http.Request) {
		return func(r *http.Request) { sign(r, nil, "esf_demo", "sk_demo", when, r.Header.Get("RT-RequestID")) }
	}
	stamp := func(ts string) func(*http.Request) { return set("RT-Timestamp", ts) }
	lower := func(r *http.Request) { r.Header.Set("RT-Signature", strings.ToLower(r.Header.Get("RT-Signature"))) }
	srv := server(t)
	n := 1000
	for name, c := range map[string]struct {
		spoil  func(*http.Request)
		status int
		want   string
	}{
		"nothing":                   {without("RT-AccessCode", "RT-RequestID", "RT-Timestamp", "RT-Signature"), 401, authRequired},
		"no access code":            {without("RT-AccessCode"), 401, authRequired},
		"no request id":             {without("RT-RequestID"), 401, authRequired},
		"no timestamp":              {without("RT-Timestamp"), 401, authRequired},
		"no signature":              {without("RT-Signature"), 401, authRequired},
		"access code alone":         {without("RT-RequestID", "RT-Timestamp", "RT-Signature"), 401, authRequired},
		"bearer alone":              {both(without("RT-AccessCode"), set("Authorization", "Bearer x")), 401, authRequired},
		"incomplete before id":      {both(without("RT-Signature"), set("RT-RequestID", "1")), 401, authRequired},
		"incomplete before key":     {both(without("RT-Signature"), set("RT-AccessCode", "x")), 401, authRequired},
		"id is a UUID v1":           {set("RT-RequestID", "4ce9d9cd-ac9e-1e17-b3a2-c66c358c1ce2"), 400, badID},
		"id of another variant":     {set("RT-RequestID", "4ce9d9cd-ac9e-4e17-c3a2-c66c358c1ce2"), 400, badID},
		"id without hyphens":        {set("RT-RequestID", "4ce9d9cdac9e4e17b3a2c66c358c1ce2"), 400, badID},
		"id in braces":              {set("RT-RequestID", "{4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2}"), 400, badID},
		"id before key":             {set("RT-RequestID", "1", "RT-AccessCode", "x"), 400, badID},
		"id before revoked key":     {set("RT-RequestID", "1", "RT-AccessCode", "esf_revoked"), 400, badID},
		"id before timestamp":       {set("RT-RequestID", "1", "RT-Timestamp", "1"), 400, badID},
		"key of another form":       {set("RT-AccessCode", "demo"), 401, badKey},
		"key in another case":       {set("RT-AccessCode", "ESF_demo"), 401, badKey},
		"key without a name":        {set("RT-AccessCode", "esf_"), 401, badKey},
		"key with a bad name":       {set("RT-AccessCode", "esf_a b"), 401, badKey},
		"revoked key":               {resign("esf_revoked", "sk_revoked"), 401, badKey},
		"unknown scenario":          {resign("esf_demo~nothing", "sk_demo"), 401, badKey},
		"key before timestamp":      {set("RT-AccessCode", "esf_revoked-1", "RT-Timestamp", "1"), 401, badKey},
		"timestamp too old":         {at(start.Add(-5*time.Minute - time.Millisecond)), 401, badTimestamp},
		"timestamp too new":         {at(start.Add(5*time.Minute + time.Millisecond)), 401, badTimestamp},
		"timestamp old enough":      {at(start.Add(-5 * time.Minute)), 200, opening},
		"timestamp new enough":      {at(start.Add(5 * time.Minute)), 200, opening},
		"timestamp is seconds":      {stamp(strconv.FormatInt(start.Unix(), 10)), 401, badTimestamp},
		"timestamp is a date":       {stamp("2026-04-02T08:15:09Z"), 401, badTimestamp},
		"timestamp with a sign":     {stamp("+" + strconv.FormatInt(start.UnixMilli(), 10)), 401, badTimestamp},
		"timestamp is endless":      {stamp(strings.Repeat("9", 400)), 401, badTimestamp},
		"timestamp before the rest": {set("RT-Timestamp", "1", "RT-Signature", "x"), 401, badTimestamp},
		"another signature":         {set("RT-Signature", strings.Repeat("A", 64)), 401, badSignature},
		"lower case":                {lower, 401, badSignature},
		"cut signature":             {func(r *http.Request) { r.Header.Set("RT-Signature", r.Header.Get("RT-Signature")[:63]) }, 401, badSignature},
		"another secret":            {resign("esf_demo", "sk_other"), 401, badSignature},
		"secret without prefix":     {resign("esf_demo", "demo"), 401, badSignature},
		"another's secret":          {resign("esf_demo", "sk_your_secret_key"), 401, badSignature},
		"forbidden key":             {resign("esf_forbidden", "sk_forbidden"), 403, badUser},
		"forbidden, badly signed":   {resign("esf_forbidden-1", "sk_x"), 401, badSignature},
		"good":                      {nil, 200, opening},
	} {
		n++
		calls := n
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c1 := &client{t: t, srv: srv, world: srv.WorldT(t, "demo"), name: "demo", calls: calls}
			c1.do(http.MethodGet, "/balance", "", c.spoil).is(t, c.status, c.want)
		})
	}
}

// A request is signed for with the secret of its full name or of that without the
// scenarios; the pair printed on the page works as printed.
func TestSecrets(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for i, c := range []struct {
		code, secret string
		status       int
	}{
		{"esf_ci1", "sk_ci1", 200},
		{"esf_ci1~esimfly-pending-details", "sk_ci1", 200},
		{"esf_ci1~esimfly-pending-details", "sk_ci1~esimfly-pending-details", 200},
		{"esf_ci1~esimfly-pending-details", "sk_ci1~esimfly-order-error", 401},
		{"esf_your_access_code", "sk_your_secret_key", 200},
		{"esf_your_access_code", "sk_your_access_code", 200},
		{"esf_your_access_code~esimfly-order-error", "sk_your_secret_key", 200},
		{"esf_ci1", "sk_your_secret_key", 401},
	} {
		c1 := &client{t: t, srv: srv, world: srv.WorldT(t, strings.TrimPrefix(c.code, "esf_"))}
		req := c1.request(http.MethodGet, "/balance", "")
		sign(req, nil, c.code, c.secret, start, requestID(i))
		if a := send(t, req); a.status != c.status {
			t.Errorf("%s with %s: status %d, want %d: %s", c.code, c.secret, a.status, c.status, a.body)
		}
	}
}

// The bytes sent are signed, not their meaning; on GET nothing is, whatever was sent.
func TestSignedBytes(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "bytes")
	spaced := strings.ReplaceAll(turkey, `":`, `": `)
	c.do(http.MethodPost, "/esims/order", turkey, func(r *http.Request) {
		sign(r, []byte(spaced), "esf_bytes", "sk_bytes", start, requestID(500))
	}).is(t, 401, badSignature)
	c.place(spaced)

	c.do(http.MethodGet, "/balance", "null", nil).is(t, 200, `{"success":true,"data":{"balance":997.28,"currency":"USD"}}`)
	req := c.request(http.MethodGet, "/balance", "null")
	req.Method = http.MethodPost // so that the helper signs the body
	sign(req, []byte("null"), "esf_bytes", "sk_bytes", start, requestID(501))
	req.Method = http.MethodGet
	send(t, req).is(t, 401, badSignature)
}

// A timestamp is fresh near the real time too, however far the world's is.
func TestFreshByRealTime(t *testing.T) {
	t.Parallel()
	realNow := time.Date(2031, 1, 1, 12, 0, 0, 0, time.UTC)
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start, Real: stopped{realNow}})
	c := dial(t, srv, "real")
	for i, at := range []struct {
		when   time.Time
		status int
	}{
		{start, 200},
		{realNow, 200},
		{realNow.Add(5 * time.Minute), 200},
		{realNow.Add(-5 * time.Minute), 200},
		{realNow.Add(5*time.Minute + time.Second), 401},
		{start.AddDate(1, 0, 0), 401},
	} {
		req := c.request(http.MethodGet, "/balance", "")
		sign(req, nil, "esf_real", "sk_real", at.when, requestID(i))
		if a := send(t, req); a.status != at.status {
			t.Errorf("signed at %s: status %d, want %d", at.when, a.status, at.status)
		}
	}
}

// stopped is a machine whose clock stands still.
type stopped struct{ at time.Time }

func (s stopped) Now() time.Time                                   { return s.at }
func (s stopped) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// An id can be used once in 24 hours, whatever came of it, but for a bad signature.
func TestReplay(t *testing.T) {
	t.Parallel()
	srv := server(t)
	c := dial(t, srv, "replay")
	use := func(n int, body string) answer {
		t.Helper()
		req := c.request(http.MethodPost, "/esims/order", body)
		sign(req, []byte(body), "esf_replay", "sk_replay", c.world.Now(), requestID(n))
		return send(t, req)
	}
	c.set("balance", 2.72)
	c.do(http.MethodGet, "/balance", "", func(r *http.Request) {
		sign(r, nil, "esf_replay", "sk_wrong", start, requestID(100))
	}).is(t, 401, badSignature)
	if a := use(100, turkey); a.status != 200 {
		t.Errorf("an id that a bad signature came with: status %d", a.status)
	}
	use(100, turkey).is(t, 400, duplicate)
	if a := use(101, turkey); a.status != 400 || !strings.Contains(string(a.body), "INSUFFICIENT_BALANCE") {
		t.Errorf("second order: %d %s", a.status, a.body)
	}
	use(101, turkey).is(t, 400, duplicate)

	// Letters in another case are the same UUID.
	c.do(http.MethodGet, "/balance", "", func(r *http.Request) {
		sign(r, nil, "esf_replay", "sk_replay", start, strings.ToUpper(requestID(100)))
	}).is(t, 400, duplicate)

	// Another key's ids are its own.
	other := dial(t, srv, "replay-2")
	other.do(http.MethodGet, "/balance", "", func(r *http.Request) {
		sign(r, nil, "esf_replay-2", "sk_replay-2", start, requestID(100))
	}).is(t, 200, opening)

	c.advance(24*time.Hour - time.Second)
	c.set("balance", 1000.0)
	use(100, turkey).is(t, 400, duplicate)
	c.advance(time.Second)
	if a := use(100, turkey); a.status != 200 {
		t.Errorf("after a day: status %d: %s", a.status, a.body)
	}
	c.advance(time.Hour)
	use(100, turkey).is(t, 400, duplicate)
	c.advance(72 * time.Hour)
	if a := use(100, turkey); a.status != 200 {
		t.Errorf("after three more days: status %d: %s", a.status, a.body)
	}
}

// A thousand calls an hour of the world's clock; what does not get past the signature
// is not counted.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "busy")
	check := func(a answer, status int, remaining, reset string) {
		t.Helper()
		want := []string{"1000", remaining, reset}
		got := []string{a.header.Get("X-RateLimit-Limit"), a.header.Get("X-RateLimit-Remaining"), a.header.Get("X-RateLimit-Reset")}
		if diff := cmp.Diff(want, got); diff != "" || a.status != status {
			t.Errorf("status %d, want %d; headers:\n%s", a.status, status, diff)
		}
	}
	const nine, ten = "2026-04-02T09:00:00.000Z", "2026-04-02T10:00:00.000Z"
	badly := func(r *http.Request) { r.Header.Set("RT-Signature", "x") }
	check(c.do(http.MethodGet, "/balance", "", badly), 401, "1000", nine)
	check(c.get("/balance"), 200, "999", nine)
	check(c.order("{}"), 400, "998", nine)
	check(c.do(http.MethodGet, "/balance", "", func(r *http.Request) { r.Header.Del("RT-Signature") }), 401, "998", nine)
	for range 997 {
		c.get("/balance")
	}
	check(c.get("/balance"), 200, "0", nine)
	over := c.order(turkey)
	check(over, 429, "0", nine)
	over.is(t, 429, tooMany)
	c.get("/balance").is(t, 429, tooMany)

	c.set("rateLimit", "off")
	off := c.get("/balance")
	check(off, 200, "0", nine)
	if got := off.header.Get("X-Esimsim-Findings"); got != "esimfly.rate-limit" {
		t.Errorf("findings %q", got)
	}
	c.set("rateLimit", "enforce")

	c.advance(44*time.Minute + 50*time.Second)
	check(c.get("/balance"), 429, "0", nine)
	c.advance(time.Second)
	check(c.get("/balance"), 200, "999", ten)
}

// Nothing is known of a caller whose key is not.
func TestNoRateLimitWithoutKey(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "x")
	a := c.do(http.MethodGet, "/balance", "", func(r *http.Request) { r.Header.Set("RT-AccessCode", "esf_revoked") })
	if got := a.header.Get("X-RateLimit-Limit"); got != "" {
		t.Errorf("X-RateLimit-Limit %q", got)
	}
	hint := a.header.Get("X-Esimsim-Hint")
	if !strings.Contains(hint, "RT-AccessCode: esf_demo") || !strings.Contains(hint, "sk_demo") {
		t.Errorf("hint %q", hint)
	}
}

// The line that the program prints works in a shell.
func TestExample(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("no " + tool)
		}
	}
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimfly.Provider()}})
	for _, name := range []string{"demo", "ci1~esimfly-insufficient-balance"} {
		line := esimfly.Provider().Example(srv.URL(), name)
		out, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput()
		if err != nil || !strings.Contains(string(out), `"message":"Order processed successfully"`) {
			t.Errorf("%s\nanswered %s (%v)", line, out, err)
		}
	}
}

// The handler alone serves too, without a listener.
func TestHandler(t *testing.T) {
	t.Parallel()
	srv, err := sim.New(sim.Config{Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start})
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodGet, "/api/v1/business/balance", nil)
	sign(req, nil, "esf_demo", "sk_demo", start, requestID(1))
	w := httptest.NewRecorder()
	srv.Handler().ServeHTTP(w, req)
	if w.Code != 200 || w.Body.String() != opening {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
