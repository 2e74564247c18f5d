package roamify

// The shapes that edition 2025-07 has of its own.

// wirePackage202507 says nothing of requirements.
type wirePackage202507 struct {
	wireFlat
	Notes []string `json:"notes"`
}

// wireProfile202507 has no link for Android.
type wireProfile202507 struct {
	LPACode         string `json:"lpaCode"`
	SMDPAddress     string `json:"smdpAddress"`
	ActivationCode  string `json:"activationCode"`
	QRCodeURL       string `json:"qrCodeUrl"`
	PIN             string `json:"pin"`
	PUK             string `json:"puk"`
	Number          string `json:"number"`
	IOSQuickInstall string `json:"iosQuickInstall"`
}

type wireGifts struct {
	Gifts []wireGift `json:"gifts"`
}

type wireGift struct {
	OrderID     string  `json:"orderId"` // the partner's own
	Code        string  `json:"code"`
	Sender      string  `json:"sender"`
	SenderEmail string  `json:"senderEmail"`
	Amount      float64 `json:"amount"`
	Currency    string  `json:"currency"`
	Status      string  `json:"status"`
	CreatedAt   int64   `json:"createdAt"`
	UpdatedAt   int64   `json:"updatedAt"`
}

type wireGiftRevoked struct {
	OrderID   string `json:"orderId"`
	Status    string `json:"status"`
	UpdatedAt int64  `json:"updatedAt"`
}
