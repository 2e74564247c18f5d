package esimgo_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
)

func TestAssignments(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	one := c.buy("esim_5GB_30D_JP_V2", 1, true, "")
	two := c.buy("esim_1GB_7D_GB_V2", 2, true, "")
	stock := c.buy("esim_1GB_7D_GB_V2", 1, false, "")
	path := "/esims/assignments?reference=" + one.OrderReference
	both := path + "&reference=" + two.OrderReference

	golden.Bytes(t, "testdata/getAssignments-one.csv", c.get(path))
	golden.Bytes(t, "testdata/getAssignments-apple.csv", c.get(both+"&additionalFields=appleInstallUrl"))
	json := []string{"Accept", "application/json"}
	c.golden("getAssignments-array", c.get(both, json...))
	c.act(one.Order[0].ICCIDs[0], esim.Install)
	c.golden("getAssignments-apple", c.get(path+"&additionalFields=appleInstallUrl", json...))
	if got := string(c.get("/esims/assignments?reference="+stock.OrderReference, json...)); got != "[]" {
		t.Errorf("an order into the inventory gives %s, want []", got)
	}
	c.set("shapes", "documented")
	c.golden("getAssignments-object", c.get(path, json...))
	if got := c.get(both, json...); !bytes.HasPrefix(got, []byte("[")) {
		t.Errorf("three eSIMs are no array: %s", got)
	}
}

func TestAssignmentsByReference(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	o := c.buy("esim_1GB_7D_GB_V2", 2, true, "")
	second := string(c.get("/esims/assignments?reference=" + o.OrderReference + "-1"))
	if !strings.Contains(second, o.Order[0].ICCIDs[1]) || strings.Contains(second, o.Order[0].ICCIDs[0]) {
		t.Errorf("the second assignment gives %s", second)
	}
	for _, reference := range []string{
		"nix", o.OrderReference + "-2", o.OrderReference + "--1", o.OrderReference + "-", o.OrderReference + "-99999999999999999999",
	} {
		c.refused(c.call("GET", "/esims/assignments?reference="+reference, ""), 400, "reference not found")
	}
	c.refused(c.call("GET", "/esims/assignments", ""), 400, "reference is required")
	c.refused(c.call("GET", "/esims/assignments?reference=", ""), 400, "reference is required")
	c.refused(c.call("GET", "/esims/assignments?reference="+o.OrderReference+"&reference=nix", ""), 400, "reference not found")
	c.refused(c.call("GET", "/esims/assignments/"+o.OrderReference, ""), 404, "not found")
}

func TestAssignmentsFormat(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	path := "/esims/assignments?reference=" + c.buy("esim_1GB_7D_GB_V2", 1, true, "").OrderReference
	for accept, want := range map[string]string{
		"":                                  "text/csv",
		"*/*":                               "text/csv",
		"text/csv":                          "text/csv",
		"text/html, */*;q=0.8":              "text/csv",
		"application/json":                  "application/json",
		"Application/JSON; charset=utf-8":   "application/json",
		"application/json, text/plain, */*": "application/json", // axios
		"*/*, application/json":             "application/json",
		"text/csv;q=0.5, application/json":  "application/json",
		"application/json;q=0":              "text/csv",
		"application/json;q=x":              "text/csv",
		"application/zip":                   "application/zip",
		"application/zip, application/json;q=0.9": "application/zip",
		";;;": "text/csv",
	} {
		if r := c.call("GET", path, "", "Accept", accept); r.status != 200 || r.header.Get("Content-Type") != want {
			t.Errorf("Accept %q gives %d %s, want %s", accept, r.status, r.header.Get("Content-Type"), want)
		}
	}
}

// The archive holds codes that a phone can scan, before the list of them.
func TestAssignmentsZIP(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	o := c.buy("esim_1GB_7D_GB_V2", 2, true, "")
	path := "/esims/assignments?reference=" + o.OrderReference
	data := c.get(path, "Accept", "application/zip")
	if again := c.get(path, "Accept", "application/zip"); !bytes.Equal(data, again) {
		t.Error("the same archive is not the same bytes")
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range archive.File {
		names = append(names, f.Name)
	}
	want := []string{o.Order[0].ICCIDs[0] + ".png", o.Order[0].ICCIDs[1] + ".png", "esims.csv"}
	if fmt.Sprint(names) != fmt.Sprint(want) {
		t.Fatalf("archive has %v, want %v", names, want)
	}
	for i, e := range o.Order[0].ESIMs {
		if got, want := scan(t, open(t, archive.File[i])), "LPA:1$"+e.SMDPAddress+"$"+e.MatchingID; got != want {
			t.Errorf("QR code says %q, want %q", got, want)
		}
	}
	if got, want := open(t, archive.File[2]), c.get(path); !bytes.Equal(got, want) {
		t.Errorf("esims.csv is %s, want %s", got, want)
	}
}

func open(t *testing.T, f *zip.File) []byte {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func scan(t *testing.T, data []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}
