package browser

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "write docs/dashboard.png")

const (
	// documented is the picture that the README shows, and most how big it may be.
	documented = "../../docs/dashboard.png"
	most       = 200 << 10
)

// pictures is where they are kept for people to look at.
func pictures() string {
	return cmp.Or(os.Getenv("ESIMSIM_SCREENSHOTS"), "../../.bin/screenshots")
}

func keep(t *testing.T, name string, picture []byte) {
	t.Helper()
	if err := os.MkdirAll(pictures(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(pictures(), name+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The picture of the README is made here: go test -run TestDocumentedPicture -update.
func TestDocumentedPicture(t *testing.T) {
	t.Parallel()
	if *update {
		srv := simulator(t, "")
		s := filled(t, srv, "demo")
		p := tab(t, 1280, 800)
		p.prefer("light")
		p.visit(srv, "#/worlds/"+s.name+"/state")
		p.do(chromedp.Click(chromedp.CSS(`a[href*="/orders/esimfly/order_17827"]`)))
		p.do(chromedp.Click(chromedp.CSS(`.pane a[href*="/esims/"]`)))
		p.see(".machine .lit", "ACTIVE")
		p.see("#now", "2026-07-01")
		if err := os.WriteFile(documented, squeeze(t, p.picture()), 0o644); err != nil { //nolint:gosec // for all to read
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(documented)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(data)); err != nil || len(data) > most {
		t.Errorf("%s is of %d bytes, at most %d: %v", documented, len(data), most, err)
	}
}

// squeeze makes do with 256 colours, those most often used.
func squeeze(t *testing.T, data []byte) []byte {
	t.Helper()
	from, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	used := map[color.Color]int{}
	bounds := from.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			used[from.At(x, y)]++
		}
	}
	palette := slices.SortedFunc(maps.Keys(used), func(a, b color.Color) int {
		return cmp.Or(used[b]-used[a], cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	to := image.NewPaletted(bounds, palette[:min(256, len(palette))])
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			to.Set(x, y, from.At(x, y))
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
