package esimgo

import (
	"archive/zip"
	"bytes"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// getAssignments is GET /esims/assignments: what a device needs to download the eSIMs of
// some orders, as CSV unless the caller accepts JSON or a ZIP of QR codes.
func getAssignments(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	references := slices.DeleteFunc(slices.Clone(r.Query["reference"]), func(s string) bool { return s == "" })
	if len(references) == 0 {
		return sim.Reply{}, errReferenceRequired
	}
	installs, err := installsOf(tx, references...)
	if err != nil {
		return sim.Reply{}, err
	}
	fields := additionalFields(r)
	switch format(r.Header.Values("Accept")) {
	case "application/json":
		return sim.Reply{Status: http.StatusOK, Body: installJSON(tx, r, installs, fields)}, nil
	case "application/zip":
		return installZIP(tx, installs, installCSV(tx, installs, fields)), nil
	}
	return sim.Reply{Status: http.StatusOK, Type: "text/csv", Body: installCSV(tx, installs, fields)}, nil
}

// getQRCodes is GET /esims/qr/{reference}, deprecated: a ZIP of QR codes alone, whatever
// the caller accepts.
func getQRCodes(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	installs, err := installsOf(tx, r.Param("reference"))
	if err != nil {
		return sim.Reply{}, err
	}
	return installZIP(tx, installs, nil), nil
}

// getCSV is GET /esims/csv/{reference}, deprecated.
func getCSV(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	installs, err := installsOf(tx, r.Param("reference"))
	if err != nil {
		return sim.Reply{}, err
	}
	return sim.Reply{Status: http.StatusOK, Type: "text/csv", Body: installCSV(tx, installs, additionalFields(r))}, nil
}

// An install is an eSIM that an order put a bundle on.
type install struct{ ICCID, Bundle, Reference string }

// installsOf finds orders, applies, or single assignments of either (vendor's notification
// pages: the reference of a bundle can be used here). An order that is still under way has
// nothing to give yet; what has left the account is not given.
func installsOf(tx *sim.Tx[state], references ...string) (found []install, err error) {
	met := map[install]bool{}
	away := false
	for _, reference := range references {
		places, err := placesOf(tx, reference)
		if err != nil {
			return nil, err
		}
		for _, i := range places {
			a := tx.State.Assigned[i]
			if _, err := owned(tx, a.ICCID); err != nil {
				away = true
				continue
			}
			// The months of a long bundle are one eSIM to install.
			if in := (install{a.ICCID, a.Bundle, reference}); !met[in] {
				met[in] = true
				found = append(found, in)
			}
		}
	}
	if away && len(found) == 0 {
		return nil, errAccessDenied
	}
	return found, nil
}

// placesOf are the places in state.Assigned that a reference stands for.
func placesOf(tx *sim.Tx[state], reference string) ([]int, error) {
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
	switch {
	case o.pending():
		return nil, errProcessing
	case !o.FailedAt.IsZero():
		return nil, errFailedOrder
	case index >= len(o.Assigned):
		return nil, errReferenceNotFound
	case index >= 0:
		return o.Assigned[index : index+1], nil
	}
	return o.Assigned, nil
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
func installJSON(tx *sim.Tx[state], r *sim.Request, installs []install, fields wanted) any {
	documented := tx.Setting("shapes") == "documented"
	list := make([]installDetail, 0, len(installs))
	for _, in := range installs {
		p, e := tx.ESIM(in.ICCID), held(tx, in.ICCID)
		d := installDetail{
			ICCID: in.ICCID, MatchingID: p.Code.MatchingID, SMDPAddress: p.Code.SMDPAddress,
			ProfileStatus: e.statusIn(r), PIN: p.PIN, PUK: p.PUK,
		}
		if !documented {
			d.RSPURL, d.Bundle, d.Reference = p.Code.SMDPAddress, in.Bundle, in.Reference
		}
		if !e.FirstInstall.IsZero() {
			d.FirstInstalled = e.FirstInstall.Format(seconds)
		}
		links := linksOf(p.Code, fields)
		d.AppleInstallURL, d.AndroidURL = links.Apple, links.Android
		list = append(list, d)
	}
	if documented && len(list) == 1 {
		return list[0]
	}
	return list
}

// installCSV has the columns that clients look up by name. No value needs quotes, and
// clients split at the commas.
func installCSV(tx *sim.Tx[state], installs []install, fields wanted) []byte {
	var out bytes.Buffer
	out.WriteString("ICCID,Matching ID,RSP URL,Bundle,Reference")
	if fields.Apple {
		out.WriteString(",Apple Install URL")
	}
	if fields.Android {
		out.WriteString(",Android Install URL")
	}
	for _, in := range installs {
		code := tx.ESIM(in.ICCID).Code
		out.WriteString("\n" + strings.Join([]string{in.ICCID, code.MatchingID, code.SMDPAddress, in.Bundle, in.Reference}, ","))
		if fields.Apple {
			out.WriteString("," + code.AppleURL())
		}
		if fields.Android {
			out.WriteString("," + code.AndroidURL())
		}
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// A picture is a QR code to be drawn.
type picture struct {
	Name string
	Code esim.ActivationCode
}

// installZIP has a QR code for each eSIM and then the CSV, if there is one: a client takes
// the first entry that is a PNG. Drawing takes a while, so it waits for the end of the turn.
func installZIP(tx *sim.Tx[state], installs []install, list []byte) sim.Reply {
	var pictures []picture
	drawn := map[string]bool{}
	for _, in := range installs {
		if !drawn[in.ICCID] {
			drawn[in.ICCID] = true
			pictures = append(pictures, picture{in.ICCID + ".png", tx.ESIM(in.ICCID).Code})
		}
	}
	now := tx.Now
	return sim.Reply{Status: http.StatusOK, Type: "application/zip", Body: sim.Later(func() ([]byte, error) {
		return archive(pictures, list, now)
	})}
}

func archive(pictures []picture, list []byte, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name string, method uint16, data []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: at})
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	for _, p := range pictures {
		image, err := p.Code.QR()
		if err != nil {
			return nil, err
		}
		if err := add(p.Name, zip.Store, image); err != nil {
			return nil, err
		}
	}
	if list != nil {
		if err := add("esims.csv", zip.Deflate, list); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}
