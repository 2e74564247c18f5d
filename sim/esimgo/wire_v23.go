package esimgo

// What v2.3 shows less of, or otherwise (vendor's documentation of that version).

type esimWire23 struct {
	esimFacts
	AppleInstallURL string `json:"appleInstallUrl,omitempty"`
}

type appliedBundle23 struct {
	Name        string           `json:"name"`
	Assignments []assignmentWire `json:"assignments"`
}

type appliedBundles23 struct {
	Bundles []appliedBundle23 `json:"bundles"`
}

type eventWire23 struct {
	Name        string `json:"name"`
	Bundle      string `json:"bundle"`
	Date        string `json:"date"`
	BundleState string `json:"bundleState"`
	AlertType   string `json:"alertType"`
}

type locationWire23 struct {
	locationFacts
	Country  string `json:"country"`
	LastSeen string `json:"lastSeen,omitempty"`
}

type inventoryWire23 struct {
	Bundles []stockedBundle23 `json:"bundles"`
}

type stockedBundle23 struct {
	Name         string          `json:"name"`
	Description  string          `json:"desc"`
	Available    []availableWire `json:"available"`
	Countries    []string        `json:"countries"`
	Data         int64           `json:"data"`
	Duration     int             `json:"duration"`
	DurationUnit string          `json:"durationUnit"`
	Autostart    bool            `json:"autostart"`
	Unlimited    bool            `json:"unlimited"`
	Speed        []string        `json:"speed"`
}

type countryNetworks23 struct {
	Name     string          `json:"name"`
	Networks []networkWire23 `json:"networks"`
}

type networkWire23 struct {
	Name      string   `json:"name"`
	BrandName string   `json:"brandName"`
	MCC       string   `json:"mcc"`
	MNC       string   `json:"mnc"`
	TAGID     string   `json:"tagid"`
	Speeds    []string `json:"speeds"`
}
