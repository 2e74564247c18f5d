package all_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/tidwall/gjson"
)

// What contradicts itself is refused as a whole, and what is taken works.
func TestRestoreSpoilt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	taken := 0
	const tries = 100
	for seed := range uint64(tries) {
		if b.try(seed, 1+int(seed%2)) {
			taken++
		}
	}
	// Else nothing was tried.
	if taken == 0 || taken == tries {
		t.Errorf("%d of %d spoilt snapshots were taken", taken, tries)
	}
	t.Logf("%d of %d spoilt snapshots were taken", taken, tries)
}

// A good snapshot comes back byte by byte.
func TestRestoreRoundTrip(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, good := range b.goods {
		if status, answer := b.put(good); status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
		if got := b.snapshot(); !bytes.Equal(got, good) {
			n := 0
			for n < min(len(good), len(got)) && good[n] == got[n] {
				n++
			}
			from := max(0, n-200)
			t.Errorf("of %d bytes, from %d on\n%s\nbecame\n%s", len(good), from, good[from:min(len(good), n+200)], got[from:min(len(got), n+200)])
		}
	}
}

// What finds things in the lists is made anew, whatever was sent for it.
func TestRestoreMakesMapsAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	good := b.goods[0]
	for _, path := range []string{
		"esimgo/state/OrderAt", "esimgo/state/Away", "roamify/state/OrderByID", "roamify/state/OrderByReference",
		"roamify/state/ESIMByID", "roamify/state/ESIMByLink", "roamify/state/VoucherByID", "roamify/state/VoucherByCode",
		"roamify/state/VoucherBatches", "roamify/state/GiftByID", "roamify/state/RefundByID", "roamify/state/OpenRefundByESIM",
		"esimfly/state/ByReference", "esimfly/state/ByKey", "esimfly/state/FailedESIMs", "esimfly/state/Sums",
	} {
		status, answer := b.put(with(t, good, "/accounts/"+path, deleted{}))
		if status != http.StatusOK || !bytes.Equal(b.snapshot(), good) {
			t.Errorf("without %s: %d %s", path, status, answer)
		}
	}
}

// What is wrong is pointed at.
func TestRestoreRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	good, before := b.goods[0], b.snapshot()
	iccid := func(api string, n int) string {
		return gjson.GetBytes(good, fmt.Sprintf("accounts.%s.state.ESIMs.%d.ICCID", api, n)).Str
	}
	for _, c := range []struct {
		path    string
		value   any
		pointer string
	}{
		{"/accounts/esimgo/state/ESIMs/0/Assigned/0", -1, ""},
		{"/accounts/esimgo/state/Orders/0/Lines/0/Bundle", "x", ""},
		{"/accounts/esimgo/state/Orders/0/Lines/0", nil, ""},
		{"/accounts/esimgo/state/Assigned/0/Order", "x", "/accounts/esimgo/state/Orders/0/Assigned/0"}, // which has it
		{"/accounts/esimgo/state/Stock/0/Remaining", 1e6, ""},
		{"/accounts/esimgo/state/FirstID", 7, "/accounts/esimgo/state/Assigned/0/ID"},
		{"/accounts/esimgo/state/ESIMs/1/ICCID", iccid("esimgo", 0), ""},
		{"/accounts/esimgo/state/ESIMs/1/ICCID", iccid("esimfly", 0), ""},
		{"/accounts/esimgo/state/ESIMs", nil, ""},
		{"/accounts/roamify/state/ESIMs/1/ICCID", iccid("roamify", 0), ""},
		{"/accounts/roamify/state/ESIMs/0/Package", "x", ""},
		{"/accounts/esimfly/state/ESIMs/1/ICCID", iccid("esimfly", 0), ""},
		{"/accounts/esimfly/state/ESIMs/0/ICCID", iccid("esimgo", 0), ""},
		{"/accounts/roamify/state/Gifts/0", nil, ""},
		{"/accounts/roamify/state/Orders/0/Items", []any{}, ""},
		{"/accounts/roamify/state/Vouchers/0/Order", "x", "/accounts/roamify/state/Orders/15/Voucher"}, // which is for it
		{"/accounts/roamify/state/Refunds/0/ESIM", "x", ""},
		{"/accounts/esimfly/state/ESIMs/0/Order", 1 << 30, ""},
		{"/accounts/esimfly/state/Orders/0/Quantity", 0, ""},
		{"/accounts/esimfly/state/Orders/0/PlacedAt", "9999-12-31T23:59:59Z", ""},
		{"/accounts/esimfly/state/NextID", 1, ""},
		{"/accounts/esimfly/state/Kind", "gold", ""},
		{"/accounts/esimfly/state/Webhook/URL", "gopher://x", ""},
		{"/esims/0/ICCID", "123", ""},
		{"/esims/1", nil, ""},
		{"/esims/0/Seller", "nobody", ""},
		{"/waits/0/id", "x", "/waits/0"},
		{"/waits/0/edge", "x", "/waits/0"},
		{"/clock/rate", 0, ""},
	} {
		if c.pointer == "" {
			c.pointer = c.path
		}
		status, answer := b.put(with(t, good, c.path, c.value))
		if got := gjson.GetBytes(answer, "pointer").Str; status != http.StatusBadRequest || got != c.pointer {
			t.Errorf("%s: %d %s", c.path, status, answer)
		}
	}
	if !bytes.Equal(b.snapshot(), before) {
		t.Error("refused snapshots changed the world")
	}
}

func FuzzRestore(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed, uint8(seed))
	}
	b := newBench(f)
	f.Fuzz(func(t *testing.T, seed uint64, spoilt uint8) {
		one := *b
		one.TB = t
		one.try(seed, 1+int(spoilt%3))
	})
}
