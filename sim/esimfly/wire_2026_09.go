package esimfly

// The order as api-docs have it from April to September 2026.

// An orderAnswer26 is a completed order.
type orderAnswer26 struct {
	Success               bool          `json:"success"`
	Message               string        `json:"message"`
	OrderReference        string        `json:"orderReference"`
	ESIMID                int           `json:"esimId"`
	PackageName           string        `json:"packageName"`
	NewBalance            float64       `json:"newBalance"`
	Currency              string        `json:"currency"`
	LPAString             string        `json:"lpaString"`
	QRCodeURL             string        `json:"qrCodeUrl"` // an image as a data URI
	DirectAppleInstallURL string        `json:"directAppleInstallUrl"`
	PaymentMethod         string        `json:"paymentMethod"`
	Status                string        `json:"status"`
	Amount                float64       `json:"amount"`
	Profit                float64       `json:"profit"`
	FinalPrice            float64       `json:"final_price"`
	ProcessingTimeMS      int           `json:"processing_time_ms"`
	ESIMs                 []orderESIM26 `json:"esims"`
}

// A pendingAnswer26 is an order whose eSIMs are still to come.
type pendingAnswer26 struct {
	Success        bool          `json:"success"`
	Message        string        `json:"message"`
	OrderReference string        `json:"orderReference"`
	PackageName    string        `json:"packageName"`
	Status         string        `json:"status"`
	Amount         float64       `json:"amount"`
	IsPending      bool          `json:"isPending"`
	ESIMs          []orderESIM26 `json:"esims"` // none
}

type orderESIM26 struct {
	ICCID                   string  `json:"iccid"`
	LPAString               string  `json:"lpaString"`
	QRCodeURL               string  `json:"qrCodeUrl"`
	DirectAppleInstallURL   string  `json:"directAppleInstallUrl"`
	DirectAndroidInstallURL string  `json:"directAndroidInstallUrl"`
	Status                  string  `json:"status"`
	IMSI                    *string `json:"imsi"`
	MSISDN                  *string `json:"msisdn"`
	SIMStatus               *string `json:"sim_status"`
	ESIMStatus              *string `json:"esim_status"`
	ProfileStatus           *string `json:"profile_status"`
	Unlimited               bool    `json:"unlimited"`
	TotalVolume             *int64  `json:"total_volume"` // bytes
	TotalDuration           int     `json:"total_duration"`
	ExpiredTime             string  `json:"expired_time"`
	IsPending               bool    `json:"isPending"`
}

// A replayAnswer is what a used idempotency key gives: the first order, with fewer fields.
type replayAnswer struct {
	Success        bool         `json:"success"`
	Message        string       `json:"message"`
	Duplicate      bool         `json:"duplicate"`
	OrderReference string       `json:"orderReference"`
	ESIMID         int          `json:"esimId"`
	PackageName    string       `json:"packageName"`
	Status         string       `json:"status"`
	ESIMs          []replayESIM `json:"esims"`
}

type replayESIM struct {
	ICCID                   string `json:"iccid"`
	LPAString               string `json:"lpaString"`
	QRCodeURL               string `json:"qrCodeUrl"` // a link, unlike in the first answer
	DirectAppleInstallURL   string `json:"directAppleInstallUrl"`
	DirectAndroidInstallURL string `json:"directAndroidInstallUrl"`
	Status                  string `json:"status"`
	IsPending               bool   `json:"isPending"`
}

type orderStatusAnswer26 struct {
	Success bool          `json:"success"`
	Order   orderStatus26 `json:"order"`
}

type orderStatus26 struct {
	ID             int               `json:"id"`
	PackageName    string            `json:"packageName"`
	PackageCode    string            `json:"packageCode"`
	Status         string            `json:"status"`
	Amount         float64           `json:"amount"`
	FinalPrice     float64           `json:"finalPrice"`
	OrderDate      string            `json:"orderDate"`
	OrderReference string            `json:"orderReference"`
	PaymentMethod  string            `json:"paymentMethod"`
	PaymentStatus  string            `json:"paymentStatus"`
	ESIM           orderStatusESIM26 `json:"esim"`
}

type orderStatusESIM26 struct {
	ICCID                   *string `json:"iccid"` // null while pending
	Status                  string  `json:"status"`
	IMSI                    *string `json:"imsi"`
	MSISDN                  *string `json:"msisdn"`
	SIMStatus               *string `json:"sim_status"`
	ESIMStatus              *string `json:"esim_status"`
	ProfileStatus           *string `json:"profile_status"`
	QRCodeURL               string  `json:"qrCodeUrl"`
	DirectAppleInstallURL   string  `json:"directAppleInstallUrl"`
	DirectAndroidInstallURL string  `json:"directAndroidInstallUrl"`
	LPAString               string  `json:"lpaString"`
	IsPending               bool    `json:"isPending"`
	Unlimited               bool    `json:"unlimited"`
	TotalVolume             int64   `json:"totalVolume"` // bytes
	TotalDuration           int     `json:"totalDuration"`
	ExpiredTime             string  `json:"expiredTime"`
}
