package esimfly

// Lists of orders, top-ups and webhook settings, which are the same in both editions.

type ordersAnswer struct {
	Success bool       `json:"success"`
	Data    ordersData `json:"data"`
}

type ordersData struct {
	Orders     []listedOrder `json:"orders"`
	Summary    ordersSummary `json:"summary"`
	Pagination pagination    `json:"pagination"`
}

type listedOrder struct {
	ID             int          `json:"id"`
	OrderReference string       `json:"order_reference"`
	PackageName    string       `json:"package_name"`
	PackageCode    string       `json:"package_code"`
	Amount         float64      `json:"amount"`
	Currency       string       `json:"currency"`
	Status         string       `json:"status"`
	FlagURL        *string      `json:"flag_url"`
	CreatedAt      string       `json:"created_at"`
	ESIM           *orderedESIM `json:"esim"` // null where an order has none
}

type orderedESIM struct {
	ICCID         *string `json:"iccid"` // null while pending
	IMSI          *string `json:"imsi"`
	MSISDN        *string `json:"msisdn"`
	SIMStatus     *string `json:"sim_status"`
	ESIMStatus    *string `json:"esim_status"`
	ProfileStatus *string `json:"profile_status"`
	Unlimited     bool    `json:"unlimited"`
	TotalVolume   *int64  `json:"total_volume"` // bytes; null when unlimited
	TotalDuration int     `json:"total_duration"`
	ExpiredTime   *string `json:"expired_time"`
}

type ordersSummary struct {
	TotalOrders  int     `json:"total_orders"` // the completed ones
	TotalRevenue float64 `json:"total_revenue"`
}

type topUpPackagesAnswer struct {
	Success bool          `json:"success"`
	Data    topUpPackages `json:"data"`
}

type topUpPackages struct {
	Packages   []topUpPackage `json:"packages"`
	Pagination pagination     `json:"pagination"`
}

type topUpPackage struct {
	PackageCode  string        `json:"package_code"`
	Name         string        `json:"name"`
	DataAmountGB int           `json:"data_amount_gb"`
	ValidityDays int           `json:"validity_days"`
	Cost         float64       `json:"cost"`
	Currency     string        `json:"currency"`
	Features     topUpFeatures `json:"features"`
	IsUnlimited  bool          `json:"is_unlimited"`
}

type topUpFeatures struct {
	IsRechargeable bool `json:"is_rechargeable"` // always true
}

type topUpAnswer struct {
	Success          bool      `json:"success"`
	Message          string    `json:"message"`
	OrderReference   string    `json:"orderReference"`
	ICCID            string    `json:"iccid"`
	PackageName      string    `json:"packageName"`
	NewBalance       float64   `json:"newBalance"`
	Currency         string    `json:"currency"`
	Status           string    `json:"status"`
	Amount           float64   `json:"amount"`
	Profit           float64   `json:"profit"`
	ProcessingTimeMS int       `json:"processing_time_ms"`
	ESIMData         topUpData `json:"esimData"`
}

type topUpData struct {
	NewTotalVolumeGB     float64 `json:"newTotalVolumeGB"`
	NewRemainingVolumeGB float64 `json:"newRemainingVolumeGB"`
	ExpiredTime          string  `json:"expiredTime"` // February 13, 2026 at 11:27 PM
}

type webhookUpdated struct {
	Success bool           `json:"success"`
	Message string         `json:"message"`
	Webhook *webhookSecret `json:"webhook"` // null where it was taken away
	Note    string         `json:"note,omitempty"`
}

type webhookSecret struct {
	URL    string   `json:"url"`
	Secret string   `json:"secret"` // told this once
	Events []string `json:"events"`
}

type webhookAnswer struct {
	Success          bool             `json:"success"`
	Webhook          *webhookSettings `json:"webhook"` // null where there is none
	AvailableEvents  []availableEvent `json:"available_events"`
	RecentDeliveries []delivery       `json:"recent_deliveries"` // the last ten
}

type webhookSettings struct {
	URL        string   `json:"url"`
	Events     []string `json:"events"`
	APIKeyName string   `json:"api_key_name"`
}

type availableEvent struct {
	Event       string `json:"event"`
	Description string `json:"description"`
}
