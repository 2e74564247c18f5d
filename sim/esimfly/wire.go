package esimfly

import "time"

// Times on the Create Order page have whole seconds, in UTC; most that came later have
// milliseconds. Which endpoint writes which is as its sample in api-docs has it.
const (
	wireTime   = "2006-01-02T15:04:05Z"
	wireMillis = "2006-01-02T15:04:05.000Z"
)

func formatTime(t time.Time) string { return t.UTC().Format(wireTime) }

// formatIf is a time that may not have come yet, which is null.
func formatIf(t time.Time, layout string) *string {
	if t.IsZero() {
		return nil
	}
	return ptr(t.UTC().Format(layout))
}

func ptr[T any](v T) *T { return &v }

type balanceAnswer struct {
	Success bool        `json:"success"`
	Data    balanceData `json:"data"`
}

type balanceData struct {
	Balance     float64 `json:"balance"`
	Currency    string  `json:"currency"`
	*enterprise         // of enterprise accounts only
}

type enterprise struct {
	Source  string `json:"source"`
	Account string `json:"account"`
	Live    bool   `json:"live"`
	AsOf    string `json:"as_of"`
}

// A packageItem is one package of the catalogue. Which fields it has depends on who
// stands behind it.
type packageItem struct {
	PackageCode         string     `json:"package_code"`
	Name                string     `json:"name"`
	Region              string     `json:"region"`
	Type                string     `json:"type"`
	DataAmountGB        int        `json:"data_amount_gb"`
	ValidityDays        int        `json:"validity_days"`
	Cost                float64    `json:"cost"`
	Currency            string     `json:"currency"`
	Features            features   `json:"features"`
	IsUnlimited         bool       `json:"is_unlimited"`
	HasVoice            bool       `json:"has_voice"`
	HasSMS              bool       `json:"has_sms"`
	Countries           []string   `json:"countries,omitempty"` // esimfly's own packages only
	LocationNetworkList []location `json:"locationNetworkList"`
	Networks            []network  `json:"networks,omitempty"` // esimfly's own packages only
	*carrierTerms                  // carriers' packages only
	Provider            string     `json:"provider,omitempty"` // an enterprise's own packages only
}

type features struct {
	VoiceMinutes   int  `json:"voice_minutes"`
	SMSCount       int  `json:"sms_count"`
	IsRechargeable bool `json:"is_rechargeable"`
}

type location struct {
	LocationName string     `json:"locationName"`
	LocationLogo string     `json:"locationLogo"`
	OperatorList []operator `json:"operatorList"`
}

type operator struct {
	OperatorName string `json:"operatorName"`
	NetworkType  string `json:"networkType"`
}

type network struct {
	NetworkID   int    `json:"network_id"`
	NetworkName string `json:"network_name"`
	NetworkType string `json:"network_type"`
	CountryCode string `json:"country_code"` // lower case
	CountryName string `json:"country_name"`
	CountryISO2 string `json:"country_iso2"` // lower case
	Continent   string `json:"continent"`
	MCCCode     string `json:"mcc_code"`
	MNCCode     string `json:"mnc_code"`
}

// carrierTerms are what a carrier's package says besides.
type carrierTerms struct {
	PhoneNumber      *phoneNumber   `json:"phone_number"`
	NetworkCarrier   *string        `json:"network_carrier"`
	Has5G            bool           `json:"has_5g"`
	HasHotspot       bool           `json:"has_hotspot"`
	CanExtend        bool           `json:"can_extend"`
	IsRecurring      bool           `json:"is_recurring"`
	ActivationPolicy string         `json:"activation_policy"`
	DataBreakdown    *dataBreakdown `json:"data_breakdown"`
	VoiceDetails     *voiceDetails  `json:"voice_details"`
}

type phoneNumber struct {
	Country string `json:"country"`
	Prefix  string `json:"prefix"`
}

type dataBreakdown struct {
	UKDataGB      float64 `json:"uk_data_gb"`
	RoamingDataGB float64 `json:"roaming_data_gb"`
}

// voiceDetails count calls and texts by a number, "unlimited" or null.
type voiceDetails struct {
	UKCallsUnlimited     bool `json:"uk_calls_unlimited"`
	UKTextsUnlimited     bool `json:"uk_texts_unlimited"`
	SMSInboundOnly       bool `json:"sms_inbound_only"`
	EUMinutes            any  `json:"eu_minutes"`
	EUTexts              any  `json:"eu_texts"`
	InternationalMinutes any  `json:"international_minutes"`
	InternationalTexts   any  `json:"international_texts"`
}

type pagination struct {
	Page       int `json:"page"`
	Limit      int `json:"limit"`
	Total      int `json:"total"`
	TotalPages int `json:"total_pages"`
}
