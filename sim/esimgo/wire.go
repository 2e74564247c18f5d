package esimgo

import (
	"encoding/json"
	"time"
)

// The forms of an instant: what the server stamped, when a network saw an eSIM, and what
// else happened in the field.
const (
	nanos   = "2006-01-02T15:04:05.000000000Z07:00"
	micros  = "2006-01-02T15:04:05.000000Z07:00"
	seconds = time.RFC3339
)

// currency is that of every account here.
const currency = "USD"

// message is the body of every refusal.
type message struct {
	Message string `json:"message"`
}

// A lineWire is a line of an order. The capital of AllowReassign is the vendor's.
type lineWire struct {
	ESIMs         []installWire `json:"esims,omitempty"`
	Type          string        `json:"type"`
	Item          string        `json:"item"`
	ICCIDs        []string      `json:"iccids,omitempty"`
	Quantity      int           `json:"quantity"`
	SubTotal      float64       `json:"subTotal"`
	PricePerUnit  float64       `json:"pricePerUnit"`
	AllowReassign bool          `json:"AllowReassign"`
	InvoiceLink   *string       `json:"invoiceLink,omitempty"` // in lists
}

// An installWire is what a device needs to download an eSIM.
type installWire struct {
	ICCID       string `json:"iccid"`
	MatchingID  string `json:"matchingId"`
	SMDPAddress string `json:"smdpAddress"`
}

// A validationWire answers an order of type validate.
type validationWire struct {
	Order       []lineWire `json:"order"`
	Total       float64    `json:"total"`
	Valid       bool       `json:"valid"`
	Currency    string     `json:"currency"`
	CreatedDate string     `json:"createdDate"`
	Assigned    bool       `json:"assigned"`
}

// An orderWire is an order that was placed. The owner's page and older clients know its
// date as createDate, newer ones as createdDate: reads give both, POST the second.
type orderWire struct {
	Order          []lineWire `json:"order"`
	Total          float64    `json:"total"`
	Currency       string     `json:"currency"`
	Status         string     `json:"status"`
	StatusMessage  string     `json:"statusMessage"`
	OrderReference string     `json:"orderReference"`
	CreateDate     string     `json:"createDate,omitempty"`
	CreatedDate    string     `json:"createdDate"`
	Assigned       bool       `json:"assigned"`
	SourceIP       string     `json:"sourceIP,omitempty"`
}

type orderList struct {
	Orders    []orderWire `json:"orders"`
	PageCount int         `json:"pageCount"`
	Rows      int         `json:"rows"`
	PageSize  int         `json:"pageSize"`
}

// An assignmentWire is an assignment, its fields in the order of the owner's page. Times are
// left out until the bundle has started.
type assignmentWire struct {
	ID                  string `json:"id"`
	CallTypeGroup       string `json:"callTypeGroup"`
	InitialQuantity     int64  `json:"initialQuantity"`
	RemainingQuantity   int64  `json:"remainingQuantity"`
	StartTime           string `json:"startTime,omitempty"`
	EndTime             string `json:"endTime,omitempty"`
	BundleState         string `json:"bundleState"`
	AssignmentDateTime  string `json:"assignmentDateTime"`
	AssignmentReference string `json:"assignmentReference"`
	Unlimited           bool   `json:"unlimited"`
}

type assignmentList struct {
	Assignments []assignmentWire `json:"assignments"`
}

// An appliedBundle is one bundle of an eSIM with its assignments.
type appliedBundle struct {
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Assignments []assignmentWire `json:"assignments"`
}

type appliedBundles struct {
	Bundles []appliedBundle `json:"bundles"`
}

// esimFacts are what all versions tell of an eSIM.
type esimFacts struct {
	ICCID          string          `json:"iccid"`
	MatchingID     string          `json:"matchingId"`
	SMDPAddress    string          `json:"smdpAddress"`
	ProfileStatus  string          `json:"profileStatus"`
	PIN            string          `json:"pin"`
	PUK            string          `json:"puk"`
	FirstInstalled json.RawMessage `json:"firstInstalledDateTime,omitempty"`
}

// An esimWire is GET /esims/{iccid}.
type esimWire struct {
	esimFacts
	CustomerRef     string `json:"customerRef"`
	AppleInstallURL string `json:"appleInstallUrl,omitempty"`
}

// An esimRow is an eSIM in GET /esims.
type esimRow struct {
	ICCID        string `json:"iccid"`
	CustomerRef  string `json:"customerRef"`
	LastAction   string `json:"lastAction"`
	ActionDate   string `json:"actionDate"`
	Physical     bool   `json:"physical"`
	AssignedDate string `json:"assignedDate"`
}

type esimList struct {
	ESIMs     []esimRow `json:"esims"`
	PageCount int       `json:"pageCount"`
	Rows      int       `json:"rows"`
	PageSize  int       `json:"pageSize"`
}

// An installDetail is one eSIM of GET /esims/assignments. Live answers have the fields of
// the CSV, rspUrl among them; the documents have those of the eSIM.
type installDetail struct {
	ICCID           string `json:"iccid"`
	MatchingID      string `json:"matchingId"`
	SMDPAddress     string `json:"smdpAddress"`
	RSPURL          string `json:"rspUrl,omitempty"`
	Bundle          string `json:"bundle,omitempty"`
	Reference       string `json:"reference,omitempty"`
	ProfileStatus   string `json:"profileStatus"`
	PIN             string `json:"pin"`
	PUK             string `json:"puk"`
	FirstInstalled  string `json:"firstInstalledDateTime,omitempty"`
	AppleInstallURL string `json:"appleInstallUrl,omitempty"`
	AndroidURL      string `json:"androidInstallUrl,omitempty"` // from v2.5 on
}

// An actionWire answers what the owner's page gives a message and newer documents a status.
type actionWire struct {
	Message string `json:"message"`
	Status  string `json:"status"`
}

// A statusWire answers what has a status in all of them.
type statusWire struct {
	Status string `json:"status"`
}

// A compatibleWire answers whether a bundle would go onto an eSIM.
type compatibleWire struct {
	Compatible bool   `json:"compatible"`
	Message    string `json:"message"`
	Status     string `json:"status"`
}

// An eventWire is an entry of an eSIM's history. The owner's page says bundle, the newer
// one bundleName.
type eventWire struct {
	Name        string `json:"name"`
	Bundle      string `json:"bundle"`
	BundleName  string `json:"bundleName"`
	Date        string `json:"date"`
	BundleState string `json:"bundleState"`
	AlertType   string `json:"alertType"`
}

// locationFacts and what stands around them are where an eSIM was last seen.
type locationFacts struct {
	MobileNetworkCode string `json:"mobileNetworkCode"`
	NetworkName       string `json:"networkName"`
}

type locationWire struct {
	locationFacts
	NetworkBrandName string `json:"networkBrandName"`
	Country          string `json:"country"`
	LastSeen         string `json:"lastSeen,omitempty"`
}

// A revocationWire answers a revoke of type validate (its form is assumed).
type revocationWire struct {
	Status   string         `json:"status"`
	Options  []revokeOption `json:"options"`
	Returned bool           `json:"esimWillBeReturned"`
}

// A revokeOption is one way of giving a bundle back.
type revokeOption struct {
	Type     string   `json:"type"`
	OfferID  string   `json:"offerId,omitempty"`
	Amount   *float64 `json:"amount,omitempty"`
	Currency string   `json:"currency,omitempty"`
}

// A topUpWire answers POST /organisation/balance.
type topUpWire struct {
	Amount  float64 `json:"amount"`
	Balance float64 `json:"balance"`
	Ref     int     `json:"ref"`
}

// The networks.
type networkList struct {
	CountryNetworks []countryNetworks `json:"countryNetworks"`
}

type countryNetworks struct {
	Name     string        `json:"name"`
	ISO      string        `json:"iso"` // beyond the document, which says that name is it
	Networks []networkWire `json:"networks"`
}

type networkWire struct {
	Name      string   `json:"name"`
	BrandName string   `json:"brandName"`
	MCC       string   `json:"mcc"`
	MNC       string   `json:"mnc"`
	TAGID     string   `json:"tagid"` // the TADIG code
	Speed     []string `json:"speed"`
}

// An applyWire answers POST /esims/apply.
type applyWire struct {
	ESIMs          []appliedESIM `json:"esims"`
	ApplyReference string        `json:"applyReference"`
}

type appliedESIM struct {
	ICCID  string `json:"iccid"`
	Status string `json:"status"`
	Bundle string `json:"bundle"`
}

// The inventory.
type inventoryWire struct {
	Bundles []stockedBundle `json:"bundles"`
}

type stockedBundle struct {
	Name         string          `json:"name"`
	Description  string          `json:"desc"`
	UseDMS       bool            `json:"useDms"`
	Available    []availableWire `json:"available"`
	Countries    []string        `json:"countries"`
	Data         int64           `json:"data"`
	Duration     int             `json:"duration"`
	DurationUnit string          `json:"durationUnit"`
	Autostart    bool            `json:"autostart"`
	Unlimited    bool            `json:"unlimited"`
	Speed        []string        `json:"speed"` // null where no network is known
	Allowances   []allowanceWire `json:"allowances"`
}

type availableWire struct {
	ID        int    `json:"id"`
	Total     int    `json:"total"`
	Remaining int    `json:"remaining"`
	Expiry    string `json:"expiry"` // a date
}

type allowanceWire struct {
	Type        string `json:"type"`
	Service     string `json:"service"`
	Description string `json:"description"`
	Amount      int64  `json:"amount"`
	Unit        string `json:"unit"`
	Unlimited   bool   `json:"unlimited"`
}

// The organisation.
type organisationList struct {
	Organisations []organisationWire `json:"organisations"`
}

type organisationWire struct {
	Name               string     `json:"name"`
	APIKey             string     `json:"apiKey"`
	TaxLiable          string     `json:"taxLiable"`
	Addr1              string     `json:"addr1"`
	Addr2              string     `json:"addr2"`
	City               string     `json:"city"`
	Country            string     `json:"country"`
	Postcode           string     `json:"postcode"`
	CallbackURL        string     `json:"callbackUrl"`
	Notes              string     `json:"notes"`
	Groups             []string   `json:"groups"`
	Currency           string     `json:"currency"`
	Balance            float64    `json:"balance"`
	TestCredit         float64    `json:"testCredit"`
	TestCreditExpiry   string     `json:"testCreditExpiry"`
	BusinessType       string     `json:"businessType"`
	Website            string     `json:"website"`
	ProductDescription string     `json:"productDescription"`
	Users              []userWire `json:"users"`
}

type userWire struct {
	FirstName    string `json:"firstName"`
	LastName     string `json:"lastName"`
	Role         string `json:"role"`
	EmailAddress string `json:"emailAddress"`
	PhoneNumber  string `json:"phoneNumber"`
	TimeZone     string `json:"timeZone"`
}

type groupList struct {
	Groups []groupWire `json:"groups"`
}

type groupWire struct {
	Name        string `json:"name"`
	Description string `json:"desc,omitempty"` // not in the owner's page
}
