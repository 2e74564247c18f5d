package roamify

import (
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// success is the envelope of every answer but a refusal.
type success struct {
	Status string `json:"status"`
	Data   any    `json:"data"`
}

func answer(data any) sim.Reply { return sim.Reply{Body: success{Status: "success", Data: data}} }

// validationFailure, failure and refundFailure are the three shapes of a refusal.
type validationFailure struct {
	Error string `json:"error"`
}

type failure struct {
	Message string `json:"message"`
	Status  string `json:"status"`
}

type refundFailure struct {
	Message  string `json:"message"`
	Status   string `json:"status"`
	Code     string `json:"code"`
	RefundID string `json:"refundId,omitempty"` // of the request that is open
}

const (
	currency = "USD"
	firstUse = "first-use" // the only activation seen
	// The only words seen for what an order and an item are.
	orderType, itemType = "api", "esim"
	// unlimited stands for no limit, in megabytes: the largest safe integer of
	// JavaScript (packages page).
	unlimited = 1<<53 - 1
	// none is the vendor's figure for what does not apply, also for an instant.
	none = -1
)

// epoch writes an instant: whole seconds, or -1 for none.
func epoch(t time.Time) int64 {
	if t.IsZero() {
		return none
	}
	return t.Unix()
}

// megabytes writes a volume: whole megabytes of 2^20 bytes, of which a begun one that is
// left does not count.
func megabytes(b esim.Bytes) int64 { return int64(b / esim.MiB) }

type wireCountries struct {
	Countries []wireCountry `json:"countries"`
}

type wireCountry struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// wireGroup is a group of packages up to its image; see catalogue.go.
type wireGroup struct {
	ID          string `json:"id"`
	CountryName string `json:"countryName"`
	CountryCode string `json:"countryCode"`
	CountrySlug string `json:"countrySlug"`
	Region      string `json:"region"`
	Geography   string `json:"geography"`
}

type wireSignal struct {
	Code     string   `json:"code"`
	Name     string   `json:"name"`
	Networks []string `json:"networks"`
	Carriers []string `json:"carriers"`
}

// wirePackage is a package of the catalogue: flat, unlike that of a top-up.
type wirePackage struct {
	wireFlat
	Requirements wireRequirements `json:"requirements"`
	Notes        []string         `json:"notes"`
}

// wireFlat is what the package has in each edition, before its last members.
type wireFlat struct {
	PackageID              string        `json:"packageId"`
	Package                string        `json:"package"`
	Plan                   string        `json:"plan"`
	Activation             string        `json:"activation"`
	Day                    int           `json:"day"`
	Price                  float64       `json:"price"`
	IsUnlimited            bool          `json:"isUnlimited"`
	IsAPNAutomatic         bool          `json:"isAPNAutomatic"`
	APN                    string        `json:"apn"`
	DataAmount             int64         `json:"dataAmount"`
	DataUnit               string        `json:"dataUnit"`
	CallType               string        `json:"callType"`
	CallAmount             int           `json:"callAmount"`
	CallUnit               string        `json:"callUnit"`
	SMSType                string        `json:"smsType"`
	SMSAmount              int           `json:"smsAmount"`
	SMSUnit                string        `json:"smsUnit"`
	WithSMS                bool          `json:"withSMS"`
	WithCall               bool          `json:"withCall"`
	WithHotspot            bool          `json:"withHotspot"`
	WithDataRoaming        bool          `json:"withDataRoaming"`
	WithDestinationInstall bool          `json:"withDestinationInstall"`
	WithUsageCheck         bool          `json:"withUsageCheck"`
	WithThrottle           bool          `json:"withThrottle"`
	Throttle               *wireThrottle `json:"throttle,omitempty"`
}

type wireThrottle struct {
	ThrottleSpeed         int    `json:"throttleSpeed"`
	ThrottleSpeedUnit     string `json:"throttleSpeedUnit"`
	ThrottleThreshold     int    `json:"throttleThreshold"`
	ThrottleThresholdUnit string `json:"throttleThresholdUnit"`
}

type wireRequirements struct {
	TravelDate bool `json:"travelDate"`
}

// wireTopUpPackage nests what wirePackage has flat.
type wireTopUpPackage struct {
	PackageID              string   `json:"packageId"`
	Package                string   `json:"package"`
	Plan                   string   `json:"plan"`
	Activation             string   `json:"activation"`
	Day                    int      `json:"day"`
	Price                  float64  `json:"price"`
	WithHotspot            bool     `json:"withHotspot"`
	WithDataRoaming        bool     `json:"withDataRoaming"`
	WithDestinationInstall bool     `json:"withDestinationInstall"`
	WithUsageCheck         bool     `json:"withUsageCheck"`
	APN                    wireAPN  `json:"apn"`
	Data                   wireData `json:"data"`
	Call                   wireCall `json:"call"`
	SMS                    wireSMS  `json:"sms"`
	Notes                  []string `json:"notes"`
}

type wireAPN struct {
	APNAutomatic bool   `json:"apnAutomatic"`
	APNName      string `json:"apnName"`
	APNUsername  string `json:"apnUsername"`
	APNPassword  string `json:"apnPassword"`
}

type wireData struct {
	IsUnlimited bool   `json:"isUnlimited"`
	DataAmount  int64  `json:"dataAmount"`
	DataUnit    string `json:"dataUnit"`
}

type wireCall struct {
	WithCall   bool   `json:"withCall"`
	CallType   string `json:"callType"`
	CallAmount int    `json:"callAmount"`
	CallUnit   string `json:"callUnit"`
}

type wireSMS struct {
	WithSMS   bool   `json:"withSMS"`
	SMSType   string `json:"smsType"`
	SMSAmount int    `json:"smsAmount"`
	SMSUnit   string `json:"smsUnit"`
}

type wireOrders struct {
	Orders []wireOrder `json:"orders"`
}

// wireOrder is an order or a top-up. Without a referenceId the key is absent, as on the
// owner's page and in the bodies recorded.
type wireOrder struct {
	ID          string     `json:"id"`
	ReferenceID string     `json:"referenceId,omitempty"`
	OrderType   string     `json:"orderType"`
	Status      string     `json:"status"`
	Total       float64    `json:"total"`
	Currency    string     `json:"currency"`
	CreatedAt   int64      `json:"createdAt"`
	UpdatedAt   int64      `json:"updatedAt"`
	Items       []wireItem `json:"items"`
}

type wireItem struct {
	ESIMID    string  `json:"esimId"`
	PackageID string  `json:"packageId"`
	Package   string  `json:"package"`
	Type      string  `json:"type"`
	Price     float64 `json:"price"`
	Currency  string  `json:"currency"`
	CreatedAt int64   `json:"createdAt"`
	UpdatedAt int64   `json:"updatedAt"`
}

// wireInstantOrder has the eSIMs in the place of the items.
type wireInstantOrder struct {
	ID          string     `json:"id"`
	ReferenceID string     `json:"referenceId,omitempty"`
	OrderType   string     `json:"orderType"`
	Status      string     `json:"status"`
	Total       float64    `json:"total"`
	Currency    string     `json:"currency"`
	CreatedAt   int64      `json:"createdAt"`
	UpdatedAt   int64      `json:"updatedAt"`
	ESIMs       []wireESIM `json:"esims"`
}

type wireESIM struct {
	ID                     string       `json:"id"`
	ICCID                  string       `json:"iccid"`
	Status                 string       `json:"status"`
	Activation             string       `json:"activation"`
	WithTopUp              bool         `json:"withTopUp"`
	WithHotspot            bool         `json:"withHotspot"`
	WithDataRoaming        bool         `json:"withDataRoaming"`
	WithDestinationInstall bool         `json:"withDestinationInstall"`
	WithUsageCheck         bool         `json:"withUsageCheck"`
	ESIM                   any          `json:"esim"` // wireProfile, in the edition's shape
	APN                    wireAPN      `json:"apn"`
	Data                   wireESIMData `json:"data"`
	Call                   wireESIMCall `json:"call"`
	SMS                    wireESIMSMS  `json:"sms"`
	Notes                  []string     `json:"notes"`
	CreatedAt              int64        `json:"createdAt"`
	UpdatedAt              int64        `json:"updatedAt"`
	ExpiredAt              int64        `json:"expiredAt"`
}

// wireProfile is what a device needs; all of it is empty until the eSIM is generated.
type wireProfile struct {
	LPACode             string `json:"lpaCode"`
	SMDPAddress         string `json:"smdpAddress"`
	ActivationCode      string `json:"activationCode"`
	QRCodeURL           string `json:"qrCodeUrl"`
	PIN                 string `json:"pin"`
	PUK                 string `json:"puk"`
	Number              string `json:"number"`
	IOSQuickInstall     string `json:"iosQuickInstall"`
	AndroidQuickInstall string `json:"androidQuickInstall"`
}

type wireESIMData struct {
	IsUnlimited bool `json:"isUnlimited"`
}

type wireESIMCall struct {
	WithCall bool   `json:"withCall"`
	CallType string `json:"callType"`
}

type wireESIMSMS struct {
	WithSMS bool   `json:"withSMS"`
	SMSType string `json:"smsType"`
}

type wireUsage struct {
	ID             string `json:"id"`
	ICCID          string `json:"iccid"`
	Status         string `json:"status"`
	StartedAt      int64  `json:"startedAt"`
	ExpiredAt      int64  `json:"expiredAt"`
	AllowedData    int64  `json:"allowedData"`
	RemainingData  int64  `json:"remainingData"`
	AllowedSMS     int    `json:"allowedSms"`
	RemainingSMS   int    `json:"remainingSms"`
	AllowedVoice   int    `json:"allowedVoice"`
	RemainingVoice int    `json:"remainingVoice"`
}

// wireUsageDetails adds the days to wireUsage.
type wireUsageDetails struct {
	wireUsage
	DataUsages []wireDayUse `json:"dataUsages"`
}

type wireDayUse struct {
	Date     string `json:"date"`  // 20260703
	Usage    int64  `json:"usage"` // kilobytes of 2^10 bytes
	Location string `json:"location"`
}

// wireEvents has no envelope around it.
type wireEvents struct {
	ICCID       string      `json:"iccid"`
	ESIMID      string      `json:"esimId"`
	ReferenceID string      `json:"referenceId"` // "" for none, unlike in orders
	Events      []wireEvent `json:"events"`
	Locations   []string    `json:"locations"` // always empty: no sample shows what would be in it
}

type wireEvent struct {
	ICCID     string `json:"iccid"`
	EID       string `json:"eid"`
	Status    string `json:"status"`
	TimeStamp int64  `json:"timeStamp"`
	DateTime  string `json:"dateTime"` // UTC
}

type wireSent struct {
	ICCID   string `json:"iccid"`
	Message string `json:"message"`
}

type wireLink struct {
	ICCID        string `json:"iccid"`
	ESIMID       string `json:"esimId"`
	Link         string `json:"link"`
	WhatsAppLink string `json:"whatsappLink"`
	Key          string `json:"key"`
	AccessCode   string `json:"accessCode"`
	CreatedAt    int64  `json:"createdAt"`
	UpdatedAt    int64  `json:"updatedAt"`
}

type wireBalance struct {
	Balance  float64 `json:"balance"`
	Currency string  `json:"currency"`
}

type wireHealth struct {
	Status      string `json:"status"`
	Environment string `json:"environment"`
	Uptime      int64  `json:"uptime"` // seconds
}

type wireCurrency struct {
	Code   string `json:"code"`
	Symbol string `json:"symbol"`
	Name   string `json:"name"`
}

type wireRate struct {
	Rate   float64 `json:"rate"`
	Source string  `json:"source"`
	Target string  `json:"target"`
	Time   string  `json:"time"`
}
