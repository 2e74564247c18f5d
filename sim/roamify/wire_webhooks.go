package roamify

// The shapes of events. Their members are snake_case, unlike those of answers, and the
// envelope has its members in another order for each category (samples of the webhook
// pages).

type wireESIMHook struct {
	EventCategory string `json:"event_category"`
	EventType     string `json:"event_type"`
	Data          any    `json:"data"` // wireStatusHook or wireUsageHook
}

type wireStatusHook struct {
	Timestamp   int64  `json:"timestamp"`
	ICCID       string `json:"iccid"`
	ESIMID      string `json:"esim_id"`
	ReferenceID string `json:"reference_id"` // "" for none
	Start       int64  `json:"start"`
	End         int64  `json:"end"`
	Status      string `json:"status"`
}

type wireUsageHook struct {
	wireStatusHook
	PackageID   string           `json:"package_id"`
	PackageName string           `json:"package_name"`
	DataUnits   string           `json:"data_units"`
	VoiceUnits  string           `json:"voice_units"`
	SMSUnits    string           `json:"sms_units"`
	UsageData   wireUsageFigures `json:"usage_data"`
	UsageList   []wireUsageDay   `json:"usage_list"`
}

type wireUsageFigures struct {
	IsUnlimited    bool  `json:"isUnlimited"` // the only member of an event in camelCase
	AllowedData    int64 `json:"allowed_data"`
	RemainingData  int64 `json:"remaining_data"`
	AllowedSMS     int   `json:"allowed_sms"`
	RemainingSMS   int   `json:"remaining_sms"`
	AllowedVoice   int   `json:"allowed_voice"`
	RemainingVoice int   `json:"remaining_voice"`
}

type wireUsageDay struct {
	Date     string `json:"date"`
	DataUsed int64  `json:"data_used"` // megabytes
	Location string `json:"location"`  // a country's name; "" where the device never said
}

type wirePartnerHook struct {
	EventType     string          `json:"event_type"`
	EventCategory string          `json:"event_category"`
	Data          wirePartnerData `json:"data"`
}

type wirePartnerData struct {
	Timestamp           int64    `json:"timestamp"`
	Balance             float64  `json:"balance"`
	Threshold           *float64 `json:"threshold,omitempty"`
	ThresholdPercentage *int     `json:"threshold_percentage,omitempty"`
	Currency            string   `json:"currency"`
}

type wireAffiliateHook struct {
	EventCategory string            `json:"event_category"`
	EventType     string            `json:"event_type"`
	Data          wireAffiliateData `json:"data"`
}

type wireAffiliateData struct {
	Timestamp        int64              `json:"timestamp"`
	PartnerName      string             `json:"partner_name"`
	PartnerID        string             `json:"partner_id"`
	CommissionRate   float64            `json:"commission_rate"` // percent
	CommissionAmount float64            `json:"commission_amount"`
	OrderData        wireAffiliateOrder `json:"order_data"`
}

type wireAffiliateOrder struct {
	OrderID         string              `json:"order_id"`
	OrderTotal      float64             `json:"order_total"`
	OrderAdjustment float64             `json:"order_adjustment"`
	OrderSubtotal   float64             `json:"order_subtotal"`
	OrderDiscount   float64             `json:"order_discount"`
	OrderCurrency   string              `json:"order_currency"`
	OrderStatus     string              `json:"order_status"`
	OrderItems      []wireAffiliateItem `json:"order_items"`
}

type wireAffiliateItem struct {
	ItemID       string  `json:"item_id"`
	ItemName     string  `json:"item_name"`
	ItemQuantity int     `json:"item_quantity"`
	ItemPrice    float64 `json:"item_price"`
}

type wireRefundHook struct {
	EventID       string         `json:"event_id"` // the same at each delivery; no other event has one
	EventCategory string         `json:"event_category"`
	EventType     string         `json:"event_type"`
	Data          wireRefundData `json:"data"`
}

type wireRefundData struct {
	Timestamp       int64  `json:"timestamp"`
	RefundID        string `json:"refund_id"`
	Status          string `json:"status"`
	ProductType     string `json:"product_type"`
	ESIMID          string `json:"esim_id"`
	ICCID           string `json:"iccid"`                      // "" while the eSIM is not generated
	RejectionReason string `json:"rejection_reason,omitempty"` // of a rejected one
}
