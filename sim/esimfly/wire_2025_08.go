package esimfly

// The order as the Create Order page has it.

// An orderAnswer is what POST /esims/order gives. Note stands there while details are
// pending, and only then.
type orderAnswer struct {
	Success               bool        `json:"success"`
	Message               string      `json:"message"`
	OrderReference        string      `json:"orderReference"`
	ESIMID                int         `json:"esimId"`
	PackageName           string      `json:"packageName"`
	NewBalance            float64     `json:"newBalance"`
	QRCodeURL             string      `json:"qrCodeUrl"`
	DirectAppleInstallURL string      `json:"directAppleInstallUrl"`
	PaymentMethod         string      `json:"paymentMethod"`
	Status                string      `json:"status"`
	Amount                float64     `json:"amount"`
	Profit                float64     `json:"profit"`
	FinalPrice            float64     `json:"final_price"`
	ProcessingTimeMS      int         `json:"processing_time_ms"`
	Note                  string      `json:"note,omitempty"`
	ESIMs                 []orderESIM `json:"esims"`
}

type orderESIM struct {
	ICCID                 string `json:"iccid"`
	QRCodeURL             string `json:"qrCodeUrl"`
	DirectAppleInstallURL string `json:"directAppleInstallUrl"`
	Status                string `json:"status"`
	IsPending             bool   `json:"isPending"`
}

// An orderStatusAnswer is what GET /esims/order gives: one eSIM, however many were
// ordered.
type orderStatusAnswer struct {
	Success bool        `json:"success"`
	Order   orderStatus `json:"order"`
}

type orderStatus struct {
	ID             int             `json:"id"`
	PackageName    string          `json:"packageName"`
	PackageCode    string          `json:"packageCode"`
	Status         string          `json:"status"`
	Amount         float64         `json:"amount"`
	FinalPrice     float64         `json:"finalPrice"`
	OrderDate      string          `json:"orderDate"`
	OrderReference string          `json:"orderReference"`
	PaymentMethod  string          `json:"paymentMethod"`
	PaymentStatus  string          `json:"paymentStatus"`
	ESIM           orderStatusESIM `json:"esim"`
}

type orderStatusESIM struct {
	ICCID                 string `json:"iccid"`
	Status                string `json:"status"`
	QRCodeURL             string `json:"qrCodeUrl"`
	DirectAppleInstallURL string `json:"directAppleInstallUrl"`
	Unlimited             bool   `json:"unlimited"`
	TotalVolume           int64  `json:"totalVolume"` // bytes
	TotalDuration         int    `json:"totalDuration"`
	ExpiredTime           string `json:"expiredTime"`
}
