package esim_test

import (
	"bytes"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/esimsim/esimsim/internal/esim"
)

func TestICCID(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		i := esim.NewICCID(r, "8943108")
		if len(i) != 19 || !strings.HasPrefix(string(i), "8943108") || !i.Valid() {
			t.Fatalf("%s: want 19 digits with prefix and a Luhn digit", i)
		}
	}
	// Luhn digits computed apart from this code.
	for s, want := range map[string]bool{"8991101200003204514": true, "8991101200003204510": false, "89310410106543789305": true, "89": false, "899110120000320451x": false} {
		if got := esim.ICCID(s).Valid(); got != want {
			t.Errorf("%s valid: %v, want %v", s, got, want)
		}
	}
}

func TestActivationCode(t *testing.T) {
	t.Parallel()
	code := esim.ActivationCode{SMDPAddress: "smdp.esimsim.test", MatchingID: "K7Q2M-9XTRB-4HVDN-PZ3LC"}
	const lpa = "LPA:1$smdp.esimsim.test$K7Q2M-9XTRB-4HVDN-PZ3LC"
	if code.LPA() != lpa {
		t.Errorf("LPA %q, want %q", code.LPA(), lpa)
	}
	if got, err := esim.ParseActivationCode(lpa); err != nil || got != code {
		t.Errorf("parsed %+v, %v", got, err)
	}
	for _, bad := range []string{"", "LPA:1", "LPA:1$a", "LPA:1$$b", "LPA:2$a$b", "1$a$b"} {
		if _, err := esim.ParseActivationCode(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if got := code.AppleURL(); got != "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata="+lpa {
		t.Errorf("Apple URL %q", got)
	}
}

// A reader that is not ours finds the code in the picture.
func TestQRCanBeScanned(t *testing.T) {
	t.Parallel()
	code := esim.ActivationCode{SMDPAddress: "smdp.esimsim.test", MatchingID: "K7Q2M-9XTRB-4HVDN-PZ3LC"}
	data, err := code.QR()
	if err != nil {
		t.Fatal(err)
	}
	// Some clients take a picture under a kilobyte for a broken one.
	if len(data) < 1024 {
		t.Errorf("picture of %d bytes", len(data))
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.GetText() != code.LPA() {
		t.Errorf("scanned %q, want %q", got.GetText(), code.LPA())
	}
}

func FuzzParseICCID(f *testing.F) {
	for _, s := range []string{"8943108170002310457", "", "89431081700023104571234", "８９４３１０８１７０００２３１０４５７"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		i, err := esim.ParseICCID(s)
		if err != nil {
			return
		}
		if string(i) != s || len(s) < 18 || len(s) > 22 || strings.Trim(s, "0123456789") != "" {
			t.Errorf("%q was taken", s)
		}
	})
}

func FuzzParseActivationCode(f *testing.F) {
	for _, s := range []string{"LPA:1$smdp.test$ABC", "LPA:1$smdp.test$ABC$$1", "LPA:1$$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, err := esim.ParseActivationCode(s)
		if err != nil {
			return
		}
		if !strings.HasPrefix(s, code.LPA()) || code.SMDPAddress == "" || code.MatchingID == "" {
			t.Errorf("%q became %+v", s, code)
		}
	})
}
