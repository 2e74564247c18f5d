package esimgo

// What v2.5 shows more of (vendor's documentation of that version).

type esimWire25 struct {
	esimFacts
	CustomerRef       string `json:"customerRef"`
	State             string `json:"state"`
	MSISDN            string `json:"msisdn,omitempty"` // of those that have one
	AppleInstallURL   string `json:"appleInstallUrl,omitempty"`
	AndroidInstallURL string `json:"androidInstallUrl,omitempty"`
}

type esimRow25 struct {
	esimRow
	State  string `json:"state"`
	MSISDN string `json:"msisdn,omitempty"`
}

type esimList25 struct {
	ESIMs     []esimRow25 `json:"esims"`
	PageCount int         `json:"pageCount"`
	Rows      int         `json:"rows"`
	PageSize  int         `json:"pageSize"`
}

// A suspensionWire answers GET /esims/{iccid}/suspend (its form is assumed).
type suspensionWire struct {
	Suspended bool   `json:"suspended"`
	Type      string `json:"type,omitempty"`
}
