package esimgo

// The callbacks, their fields in the order of the vendor's notification pages.

// A usageWire is Utilisation, as the owner's page shows it.
type usageWire struct {
	ICCID     string `json:"iccid"`
	AlertType string `json:"alertType"`
	Bundle    any    `json:"bundle"` // usedBundle or usedBundleV2
}

// A firstUseWire is FirstUse.
type firstUseWire struct {
	AlertType string `json:"alertType"`
	ICCID     string `json:"iccid"`
	Bundle    any    `json:"bundle"`
}

// A usedBundle is a bundle in callbacks of version 3. Volumes are in bytes.
type usedBundle struct {
	ID                string `json:"id"`
	Reference         string `json:"reference"`
	Name              string `json:"name"`
	Description       string `json:"description"`
	InitialQuantity   int64  `json:"initialQuantity"`
	RemainingQuantity int64  `json:"remainingQuantity"`
	StartTime         string `json:"startTime"`
	EndTime           string `json:"endTime"`
	Unlimited         bool   `json:"unlimited"`
}

// A usedBundleV2 is one in those of version 2.
type usedBundleV2 struct {
	Name              string `json:"name"`
	InitialQuantity   int64  `json:"initialQuantity"`
	RemainingQuantity int64  `json:"remainingQuantity"`
	StartTime         string `json:"startTime"`
	EndTime           string `json:"endTime"`
}

// An attachmentWire is FirstAttachment.
type attachmentWire struct {
	AlertType string `json:"alertType"`
	ICCID     string `json:"iccid"`
}

// A countryChangeWire is CountryChange.
type countryChangeWire struct {
	AlertType string         `json:"alertType"`
	ICCID     string         `json:"iccid"`
	Country   visitedCountry `json:"country"`
}

type visitedCountry struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// A balanceWire is LowBalance or InsufficientBalance.
type balanceWire struct {
	AlertType   string      `json:"alertType"`
	BalanceInfo balanceInfo `json:"balanceInfo"`
}

type balanceInfo struct {
	Balance                   float64 `json:"balance"`
	Threshold                 float64 `json:"threshold"`
	ThresholdPercentRemaining float64 `json:"thresholdPercentRemaining"`
}

// A creditWire is Topup, AutoTopup or eSIMGoTopup. The key of its amounts is the vendor's.
type creditWire struct {
	AlertType string         `json:"alertType"`
	Bundle    creditedAmount `json:"bundle"`
}

type creditedAmount struct {
	OldAmount float64 `json:"oldAmount"`
	NewAmount float64 `json:"newAmount"`
}

// An msisdnWire is MSISDNDisabled.
type msisdnWire struct {
	AlertType string `json:"alertType"`
	ICCID     string `json:"iccid"`
	MSISDN    string `json:"msisdn"`
	Reason    string `json:"reason"`
}

// A profileWire is esim.profile_status_changed. That it has these facts is documented; the
// names of the status and of the date are assumed.
type profileWire struct {
	Event         string      `json:"event"`
	ICCID         string      `json:"iccid"`
	ProfileStatus string      `json:"profileStatus"`
	Date          string      `json:"date"`
	Device        *deviceWire `json:"device,omitempty"`
}

// A deviceWire has of a device what is known: here, the number of its eUICC.
type deviceWire struct {
	EID string `json:"eid,omitempty"`
}

// A deletionWire is esim.deletion_scheduled or esim.deleted.
type deletionWire struct {
	Date  string `json:"date"`
	Event string `json:"event"`
	ICCID string `json:"iccid"`
}
