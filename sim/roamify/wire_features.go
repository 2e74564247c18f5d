package roamify

// The shapes of what an account has to be given first.

type wireVoucherBatch struct {
	ReferenceID       string        `json:"referenceId"` // "" for none
	RequestedQuantity int           `json:"requestedQuantity"`
	Quantity          int           `json:"quantity"` // how many there are; it may be fewer
	Vouchers          []wireVoucher `json:"vouchers"`
}

type wireVouchers struct {
	ReferenceID string        `json:"referenceId"` // what was asked for, or ""
	Vouchers    []wireVoucher `json:"vouchers"`
}

type wireVoucher struct {
	ID          string  `json:"id"`
	Code        string  `json:"code"`
	RedeemURL   string  `json:"redeemUrl"`
	Status      string  `json:"status"`
	ReferenceID string  `json:"referenceId"`
	PackageID   string  `json:"packageId"`
	Package     string  `json:"package"`
	Destination string  `json:"destination"`
	Price       float64 `json:"price"`
	Currency    string  `json:"currency"`
	ESIMID      string  `json:"esimId"`
	OrderID     string  `json:"orderId"`
	Notes       string  `json:"notes"`
	RedeemedAt  *int64  `json:"redeemedAt"` // the only instant that is null for none
	CreatedAt   int64   `json:"createdAt"`
	UpdatedAt   int64   `json:"updatedAt"`
}

type wireVoucherRevoked struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

type wireRefunds struct {
	Refunds []wireRefund `json:"refunds"`
}

type wireRefund struct {
	RefundID        string  `json:"refundId"`
	Status          string  `json:"status"`
	ProductType     string  `json:"productType"`
	ESIMID          string  `json:"esimId"`
	ICCID           string  `json:"iccid"`
	OrderID         string  `json:"orderId"`
	Reason          string  `json:"reason"`
	Amount          float64 `json:"amount"`
	Currency        string  `json:"currency"`
	RejectionReason string  `json:"rejectionReason"`
	CreatedAt       int64   `json:"createdAt"`
	UpdatedAt       int64   `json:"updatedAt"`
}

// wireAffiliateGroup and wireAffiliatePackage have ids of their own, which are no
// packageId.
type wireAffiliateGroup struct {
	ID          string `json:"id"`
	CountryName string `json:"countryName"`
	CountryCode string `json:"countryCode"`
	Region      string `json:"region"` // what the other catalogue calls geography
}

type wireAffiliatePackage struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Price       float64      `json:"price"`
	Validity    int          `json:"validity"` // days
	Plan        string       `json:"plan"`
	DataAmount  int64        `json:"dataAmount"`
	DataUnit    string       `json:"dataUnit"`
	Data        string       `json:"data"`
	IsUnlimited bool         `json:"isUnlimited"`
	IsActivated bool         `json:"isActivated"`
	WithKYC     bool         `json:"withKyc"`
	WithTopUp   bool         `json:"withTopUp"`
	WithSMS     bool         `json:"withSMS"`
	WithCall    bool         `json:"withCall"`
	WithHotspot bool         `json:"withHotspot"`
	SMSUnit     string       `json:"smsUnit"`
	CallUnit    string       `json:"callUnit"`
	SMSLabel    string       `json:"smsLabel"`
	CallLabel   string       `json:"callLabel"`
	SMSAmount   int          `json:"smsAmount"`
	CallAmount  int          `json:"callAmount"`
	Coverages   []string     `json:"coverages"`
	Networks    []string     `json:"networks"`
	Signals     []wireSignal `json:"signals"`
	Link        string       `json:"link"`
}
