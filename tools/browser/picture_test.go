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
	"regexp"
	"slices"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

var update = flag.Bool("update", false, "write docs/dashboard.png and its texts")

const (
	// documented is the picture that the README shows, readable the texts in it, and most how
	// big the picture may be.
	documented = "../../docs/dashboard.png"
	readable   = "../../docs/dashboard.txt"
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

// pictured is a shop whose first calls go wrong as they do: a path that there is not, a field
// misspelt and a number in quotes, and an order whose answer is lost on its way.
func pictured(t *testing.T, srv *sim.Server) shop {
	t.Helper()
	var s shop
	// What a simulator is asked for the first time takes longer than ever after.
	for _, name := range []string{"first", "shop"} {
		s = shop{t, srv, name + "~esimgo-lost-response"}
		s.roamify("GET", "/api/packages", "")
		s.roamify("POST", "/api/esim/order", `{"items":[{"package_id":"esim-cambodia-7days-1gb-all","quantity":"2"}]}`)
		s.roamify("POST", "/api/esim/order", roamifyOrder)
		s.esimfly()
		s.esimgo("POST", "/v2.4/orders", esimgoOrder)
		s.esimgo("GET", "/v2.4/orders", "")
	}
	return s
}

// lengths of time are real, and differ from run to run.
var lengths = regexp.MustCompile(`\d+ [µm]s`)

// The picture of the README and what can be read in it are made here: go test -run
// TestDocumentedPicture -update. That the texts are still those of the page says that the
// picture is not of an older one.
func TestDocumentedPicture(t *testing.T) {
	t.Parallel()
	srv := simulator(t, "")
	s := pictured(t, srv)
	p := tab(t, 1280, 800)
	p.prefer("light")
	p.visit(srv, "#/worlds/"+s.name+"/journal/2")
	p.see(".figures", "live")
	p.see("#now", "2026-07-01")
	p.see(".pane .notes", "leave out /items/0/package_id")
	p.until(`document.querySelectorAll('.row').length === 6`)
	text := lengths.ReplaceAllString(ask[string](p, `document.body.innerText`), "…") + "\n"
	if *update {
		for name, data := range map[string][]byte{documented: squeeze(t, p.picture()), readable: []byte(text)} {
			if err := os.WriteFile(name, data, 0o644); err != nil { //nolint:gosec // for all to read
				t.Fatal(err)
			}
		}
	}
	if want, err := os.ReadFile(readable); err != nil || string(want) != text {
		t.Errorf("%s is of an older page, which had\n%s\nand not\n%s\n%v", documented, want, text, err)
	}
	data, err := os.ReadFile(documented)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width != 1280 || c.Height != 800 || len(data) > most {
		t.Errorf("%s is of %d bytes and %d by %d, at most %d: %v", documented, len(data), c.Width, c.Height, most, err)
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
