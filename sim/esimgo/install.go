package esimgo

import (
	"archive/zip"
	"bytes"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// getAssignments is GET /esims/assignments: what a device needs to download the eSIMs of
// some orders, as CSV unless the caller accepts JSON or a ZIP of QR codes.
func getAssignments(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	references := slices.DeleteFunc(slices.Clone(r.Query["reference"]), func(s string) bool { return s == "" })
	if len(references) == 0 {
		return sim.Reply{}, errReferenceRequired
	}
	var installs []install
	for _, reference := range references {
		found, err := installsOf(tx, reference)
		if err != nil {
			return sim.Reply{}, err
		}
		installs = append(installs, found...)
	}
	apple := wantsAppleURL(r)
	switch format(r.Header.Values("Accept")) {
	case "application/json":
		return sim.Reply{Status: http.StatusOK, Body: installJSON(tx, installs, apple)}, nil
	case "application/zip":
		archive, err := installZIP(tx, installs, apple)
		return sim.Reply{Status: http.StatusOK, Type: "application/zip", Body: archive}, err
	}
	return sim.Reply{Status: http.StatusOK, Type: "text/csv", Body: installCSV(tx, installs, apple)}, nil
}

// An install is an eSIM that an order put a bundle on.
type install struct{ ICCID, Bundle, Reference string }

// installsOf finds an order, an apply, or a single assignment of either (vendor's
// notification pages: the reference of a bundle can be used here). An order that is still
// under way has nothing to give yet.
func installsOf(tx *sim.Tx[state], reference string) ([]install, error) {
	o, index := tx.State.order(reference), -1
	if at := strings.LastIndexByte(reference, '-'); o == nil && at >= 0 {
		o = tx.State.order(reference[:at])
		n, err := strconv.Atoi(reference[at+1:])
		if index = n; err != nil || n < 0 {
			o = nil
		}
	}
	if o == nil {
		return nil, errReferenceNotFound
	}
	tx.Look(o.Reference)
	if o.CompletedAt.IsZero() {
		return nil, errProcessing
	}
	places := o.Assigned
	if index >= len(places) {
		return nil, errReferenceNotFound
	}
	if index >= 0 {
		places = places[index : index+1]
	}
	var found []install
	met := map[install]bool{}
	for _, i := range places {
		a := tx.State.Assigned[i]
		// The months of a long bundle are one eSIM to install.
		if in := (install{a.ICCID, a.Bundle, reference}); !met[in] {
			met[in] = true
			found = append(found, in)
		}
	}
	return found, nil
}

// format picks what the caller likes best of text/csv, application/json and
// application/zip. Who names none gets CSV: so do those who send "*/*", but a type named
// beside it counts for more ("application/json, text/plain, */*").
func format(accept []string) string {
	best, quality := "text/csv", 0.0
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if s, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(s, 64); err != nil {
				continue
			}
		}
		switch kind {
		case "text/csv", "application/json", "application/zip":
			if q > quality {
				best, quality = kind, q
			}
		}
	}
	return best
}

// installJSON is an array as live clients read it. The documents show one object, which
// can only be where there is one eSIM.
func installJSON(tx *sim.Tx[state], installs []install, apple bool) any {
	documented := tx.Setting("shapes") == "documented"
	list := make([]installDetail, 0, len(installs))
	for _, in := range installs {
		p, e := tx.ESIM(in.ICCID), tx.State.esim(in.ICCID)
		d := installDetail{
			ICCID: in.ICCID, MatchingID: p.Code.MatchingID, SMDPAddress: p.Code.SMDPAddress,
			ProfileStatus: statusOf(e), PIN: p.PIN, PUK: p.PUK,
		}
		if !documented {
			d.RSPURL, d.Bundle, d.Reference = p.Code.SMDPAddress, in.Bundle, in.Reference
		}
		if !e.FirstInstall.IsZero() {
			d.FirstInstalled = e.FirstInstall.Format(seconds)
		}
		if apple {
			d.AppleInstallURL = p.Code.AppleURL()
		}
		list = append(list, d)
	}
	if documented && len(list) == 1 {
		return list[0]
	}
	return list
}

// installCSV has the columns that clients look up by name. No value needs quotes, and
// clients split at the commas.
func installCSV(tx *sim.Tx[state], installs []install, apple bool) []byte {
	var out bytes.Buffer
	out.WriteString("ICCID,Matching ID,RSP URL,Bundle,Reference")
	if apple {
		out.WriteString(",Apple Install URL")
	}
	for _, in := range installs {
		code := tx.ESIM(in.ICCID).Code
		out.WriteString("\n" + strings.Join([]string{in.ICCID, code.MatchingID, code.SMDPAddress, in.Bundle, in.Reference}, ","))
		if apple {
			out.WriteString("," + code.AppleURL())
		}
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// installZIP has a QR code for each eSIM and then the CSV: a client takes the first entry
// that is a PNG.
func installZIP(tx *sim.Tx[state], installs []install, apple bool) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	add := func(name string, method uint16, data []byte) error {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: tx.Now})
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	drawn := map[string]bool{}
	for _, in := range installs {
		if drawn[in.ICCID] {
			continue
		}
		drawn[in.ICCID] = true
		image, err := tx.ESIM(in.ICCID).Code.QR()
		if err != nil {
			return nil, err
		}
		if err := add(in.ICCID+".png", zip.Store, image); err != nil {
			return nil, err
		}
	}
	if err := add("esims.csv", zip.Deflate, installCSV(tx, installs, apple)); err != nil {
		return nil, err
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
