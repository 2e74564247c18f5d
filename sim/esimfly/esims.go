package esimfly

import (
	"math"
	"strings"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// listESIMs gives a page of the account's eSIMs. That the newest comes first, that an
// unknown status fits none, and that a search is for a part in any case, is assumed.
func listESIMs(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	s := tx.State
	search, status := strings.ToLower(r.Query.Get("search")), r.Query.Get("status")
	if status == "all" {
		status = ""
	}
	at := pageOf(r.Query, defaultRows)
	total := -1
	if search == "" && status == "" {
		total = len(s.ESIMs) - s.FailedESIMs
	}
	rows := newest(s.ESIMs, total, func(e *soldESIM) bool {
		o := s.orderOf(e)
		if !o.FailedAt.IsZero() || status != "" && status != e.status() {
			return false
		}
		return search == "" || containsFold(search, o.iccid(e), o.PackageName, o.PackageCode)
	}, &at)
	out := esimsAnswer{Success: true, Data: esimsData{ESIMs: make([]listedESIM, 0, len(rows)), Pagination: at}}
	for _, e := range rows {
		out.Data.ESIMs = append(out.Data.ESIMs, e.list(tx, r))
	}
	if r.Query.Get("include_base64") != "true" {
		return sim.Reply{Body: out}, nil
	}
	return sim.Reply{Body: withImages(tx, out, rows)}, nil
}

// containsFold says whether the lower-case part is in any of the texts.
func containsFold(part string, texts ...string) bool {
	for _, t := range texts {
		if strings.Contains(strings.ToLower(t), part) {
			return true
		}
	}
	return false
}

// withImages draws the codes, after the world's turn. That qr_code_base64 is a data URI is
// assumed.
func withImages(tx *sim.Tx[state], out esimsAnswer, rows []*soldESIM) sim.Later {
	codes := make([]*esim.ActivationCode, len(rows))
	for i, e := range rows {
		if p := profile(tx, e); p != nil {
			codes[i] = ptr(p.Code)
		}
	}
	return func() ([]byte, error) {
		for i, code := range codes {
			if code == nil {
				continue
			}
			uri, err := dataURI(*code)
			if err != nil {
				return nil, err
			}
			out.Data.ESIMs[i].QRCodeBase64 = uri
		}
		return marshal(out)
	}
}

// list is an eSIM as the list shows it. One that is pending has a stand-in for its ICCID
// and nothing to install.
func (e *soldESIM) list(tx *sim.Tx[state], r *sim.Request) listedESIM {
	o, p := tx.State.orderOf(e), profile(tx, e)
	w := e.words(p)
	out := listedESIM{
		ID: e.ID, ICCID: o.iccid(e), PackageName: o.PackageName, PackageCode: o.PackageCode,
		Countries: o.countries(), Status: w.status, Data: e.data(), Validity: e.validity(),
		FlagURL: o.flag(), CreatedAt: formatTime(o.PlacedAt), IsPending: e.pending(),
		SIMStatus: w.sim, ESIMStatus: w.esim, ProfileStatus: w.raw,
	}
	if p == nil {
		return out
	}
	out.QRCode = r.QRLink(e.ICCID)
	out.ManualInstallation = manualWire{p.Code.SMDPAddress, p.Code.MatchingID, p.Code.LPA()}
	out.DirectAppleInstallURL, out.DirectAndroidInstallURL = p.Code.AppleURL(), p.Code.AndroidURL()
	imsi, msisdn := numbers(p, o.pack())
	out.IMSI = imsi
	if o.class() == classCarrier && msisdn != nil {
		out.PhoneNumber = ptr("+" + *msisdn)
	}
	return out
}

// iccid of one of its eSIMs, or the stand-in.
func (o *order) iccid(e *soldESIM) string {
	if e.pending() {
		return o.placeholder(e.ID)
	}
	return e.ICCID
}

// countries are the names of where an order's package works.
func (o *order) countries() []string {
	names := []string{}
	for _, iso := range o.pack().countries {
		c, _ := atlas.ByISO(iso)
		names = append(names, c.Name)
	}
	return names
}

func (o *order) flag() *string {
	if o.FlagURL == "" {
		return nil
	}
	return &o.FlagURL
}

// data is in whole megabytes.
func (e *soldESIM) data() dataWire {
	d := dataWire{UsedMB: int64(e.Used / esim.MiB), IsUnlimited: e.unlimited()}
	if !d.IsUnlimited {
		d.TotalMB = int64(e.Volume / esim.MiB)
		d.RemainingMB = d.TotalMB - d.UsedMB
		d.UsagePercentage = min(100, hundredths(float64(e.Used)/float64(e.Volume)*100))
	}
	return d
}

func hundredths(f float64) float64 { return math.Round(f*100) / 100 }

// gigabytes are to the hundredth, as in the samples.
func gigabytes(b esim.Bytes) float64 { return hundredths(float64(b) / float64(esim.GiB)) }

func megabytes(b esim.Bytes) float64 { return hundredths(float64(b) / float64(esim.MiB)) }

func (e *soldESIM) validity() validityWire {
	return validityWire{
		Days: e.Days, ActivatedAt: formatIf(e.ActivatedAt, wireTime), ExpiresAt: formatIf(e.expires(), wireTime),
		IsExpired: e.status() == statusExpired,
	}
}
