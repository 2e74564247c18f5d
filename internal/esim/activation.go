package esim

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// ActivationCode is what a phone scans to download a profile: the address of the SM-DP+
// that holds it and the matching ID under which it waits (GSMA SGP.22, 4.1).
type ActivationCode struct {
	SMDPAddress string
	MatchingID  string
}

// ErrActivationCode is returned for a string that is no activation code.
var ErrActivationCode = errors.New("an activation code is LPA:1$address$matchingID")

// ParseActivationCode reads LPA:1$address$matchingID; fields after these, such as a
// confirmation code flag, are passed over.
func ParseActivationCode(s string) (ActivationCode, error) {
	parts := strings.Split(s, "$")
	if len(parts) < 3 || parts[0] != "LPA:1" || parts[1] == "" || parts[2] == "" {
		return ActivationCode{}, ErrActivationCode
	}
	return ActivationCode{SMDPAddress: parts[1], MatchingID: parts[2]}, nil
}

// LPA writes the code the way it stands in a QR image.
func (a ActivationCode) LPA() string { return lpa + a.SMDPAddress + "$" + a.MatchingID }

const lpa = "LPA:1$" // scheme and format

// AppleURL opens the installation on an iPhone. The code is not escaped: every page and
// client seen leaves the dollar signs bare.
func (a ActivationCode) AppleURL() string {
	return "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=" + lpa + a.SMDPAddress + "$" + a.MatchingID
}

// AndroidURL is its counterpart for Android.
func (a ActivationCode) AndroidURL() string {
	return "https://esimsetup.android.com/esim_qrcode_provisioning?carddata=" + lpa + a.SMDPAddress + "$" + a.MatchingID
}

const (
	qrModule = 8 // pixels for each dark or light square
	qrQuiet  = 4 // squares of white around, as the standard asks
)

// QR draws the code as a PNG that a phone can scan.
func (a ActivationCode) QR() ([]byte, error) {
	code, err := qr.Encode(a.LPA(), qr.M, qr.Auto)
	if err != nil {
		return nil, err
	}
	// Grey, though two colours would do: a picture of these is under a kilobyte, which some
	// clients take for a broken one.
	at := code.Bounds()
	side := (at.Dx() + 2*qrQuiet) * qrModule
	img := image.NewGray(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for y := range at.Dy() {
		for x := range at.Dx() {
			if code.At(at.Min.X+x, at.Min.Y+y) == color.Black {
				square(img, (qrQuiet+x)*qrModule, (qrQuiet+y)*qrModule)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// square makes one module dark.
func square(img *image.Gray, left, top int) {
	for y := top; y < top+qrModule; y++ {
		clear(img.Pix[img.PixOffset(left, y):][:qrModule])
	}
}
