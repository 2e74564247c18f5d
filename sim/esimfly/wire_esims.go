package esimfly

// What is told of eSIMs, by the endpoints that api-docs brought between 2025 and 2026.
// They are the same in both editions.

type esimsAnswer struct {
	Success bool      `json:"success"`
	Data    esimsData `json:"data"`
}

type esimsData struct {
	ESIMs      []listedESIM `json:"esims"`
	Pagination pagination   `json:"pagination"`
}

type listedESIM struct {
	ID                      int          `json:"id"`
	ICCID                   string       `json:"iccid"`
	PackageName             string       `json:"package_name"`
	PackageCode             string       `json:"package_code"`
	Countries               []string     `json:"countries"` // names
	Status                  string       `json:"status"`
	Data                    dataWire     `json:"data"`
	Validity                validityWire `json:"validity"`
	QRCode                  string       `json:"qr_code"`
	QRCodeBase64            string       `json:"qr_code_base64,omitempty"` // with include_base64=true only
	ManualInstallation      manualWire   `json:"manual_installation"`
	DirectAppleInstallURL   string       `json:"direct_apple_installation_url"`
	DirectAndroidInstallURL string       `json:"direct_android_installation_url"`
	FlagURL                 *string      `json:"flag_url"`
	CreatedAt               string       `json:"created_at"`
	IsPending               bool         `json:"is_pending"`
	PhoneNumber             *string      `json:"phone_number"` // carriers' only
	IMSI                    *string      `json:"imsi"`
	SIMStatus               *string      `json:"sim_status"`
	ESIMStatus              *string      `json:"esim_status"`
	ProfileStatus           *string      `json:"profile_status"`
}

// dataWire counts in megabytes of 2^20; total and remaining are 0 when unlimited.
type dataWire struct {
	TotalMB         int64   `json:"total_mb"`
	UsedMB          int64   `json:"used_mb"`
	RemainingMB     int64   `json:"remaining_mb"`
	UsagePercentage float64 `json:"usage_percentage"`
	IsUnlimited     bool    `json:"is_unlimited"`
}

type validityWire struct {
	Days        int     `json:"days"`
	ActivatedAt *string `json:"activated_at"`
	ExpiresAt   *string `json:"expires_at"`
	IsExpired   bool    `json:"is_expired"`
}

type manualWire struct {
	SMDPAddress    string `json:"smdp_address"`
	ActivationCode string `json:"activation_code"`
	LPAFormat      string `json:"lpa_format"`
}

type usageAnswer struct {
	Success bool      `json:"success"`
	Data    usageData `json:"data"`
}

type usageData struct {
	ESIM     usageESIM    `json:"esim"`
	Data     dataWire     `json:"data"`
	Validity validityWire `json:"validity"`
}

type usageESIM struct {
	ICCID       string `json:"iccid"`
	OrderID     string `json:"order_id"` // the order's reference
	PackageName string `json:"package_name"`
	Status      string `json:"status"`
}

// A plainAnswer says that it is done.
type plainAnswer struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
}

// A dataAnswer says so with data.
type dataAnswer[T any] struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
	Data    T      `json:"data"`
}

type liveStatus struct {
	ICCID          string      `json:"iccid"`
	Status         string      `json:"status"`
	ESIMStatus     *string     `json:"esim_status"`
	SMDPStatus     *string     `json:"smdp_status"`
	Profile        *string     `json:"profile"`
	Unlimited      bool        `json:"unlimited"`
	LastNetwork    lastNetwork `json:"last_network"`
	Device         deviceWire  `json:"device"`
	ActivationDate *string     `json:"activation_date"`
	LastUsageDate  *string     `json:"last_usage_date"`
	ExpiryDate     *string     `json:"expiry_date"`
	DataUsage      liveUsage   `json:"data_usage"`
}

// lastNetwork is all null before the eSIM was on any.
type lastNetwork struct {
	Operator       *string `json:"operator"`
	MCC            *string `json:"mcc"`
	MNC            *string `json:"mnc"` // without leading zeros
	Country        *string `json:"country"`
	CountryISO2    *string `json:"country_iso2"`
	ConnectionType *string `json:"connection_type"`
}

// deviceWire is all null before the eSIM is installed.
type deviceWire struct {
	Model *string `json:"model"`
	IMEI  *string `json:"imei"`
}

type liveUsage struct {
	UsedGB    float64  `json:"used_gb"`
	TotalGB   *float64 `json:"total_gb"` // null when unlimited
	Unlimited bool     `json:"unlimited"`
}

type networkEvents struct {
	ICCID             string      `json:"iccid"`
	TotalEvents       int         `json:"total_events"`
	WrongNetworkCount int         `json:"wrong_network_count"`
	Events            []eventWire `json:"events"`
}

// eventWire has null for what only a data session has.
type eventWire struct {
	Time           string  `json:"time"` // in UTC, without saying so
	EventType      string  `json:"event_type"`
	ReqType        string  `json:"req_type"`
	Operator       string  `json:"operator"`
	MCC            string  `json:"mcc"`
	MNC            string  `json:"mnc"`
	Country        string  `json:"country"`
	CountryISO2    string  `json:"country_iso2"`
	MSISDN         *string `json:"msisdn"`
	APN            *string `json:"apn"`
	ConnectionType *string `json:"connection_type"`
	DataResponse   *string `json:"data_response"`
	IsAllowed      bool    `json:"is_allowed"`
}

type usageReport struct {
	ICCID      string         `json:"iccid"`
	PeriodDays int            `json:"period_days"`
	StartDate  string         `json:"start_date"`
	EndDate    string         `json:"end_date"`
	Summary    reportSummary  `json:"summary"`
	DailyUsage []dailyWire    `json:"daily_usage"`
	ByCountry  []countryUsage `json:"by_country"`
}

type reportSummary struct {
	TotalDataMB float64 `json:"total_data_mb"`
	TotalDataGB float64 `json:"total_data_gb"`
	AvgDailyMB  float64 `json:"avg_daily_mb"` // over the days that had usage
	AvgDailyGB  float64 `json:"avg_daily_gb"`
}

type dailyWire struct {
	Date   string  `json:"date"`
	DataMB float64 `json:"data_mb"`
	DataGB float64 `json:"data_gb"`
}

type countryUsage struct {
	Country   string          `json:"country"`
	MCC       string          `json:"mcc"`
	DataMB    float64         `json:"data_mb"`
	DataGB    float64         `json:"data_gb"`
	Operators []operatorUsage `json:"operators"`
}

type operatorUsage struct {
	Operator string  `json:"operator"`
	MNC      string  `json:"mnc"`
	DataMB   float64 `json:"data_mb"`
	DataGB   float64 `json:"data_gb"`
}

type cancelled struct {
	OrderReference      string         `json:"order_reference"`
	TotalESIMs          int            `json:"total_esims"`
	CancelledESIMs      int            `json:"cancelled_esims"`
	FailedESIMs         int            `json:"failed_esims"`
	RefundedAmount      float64        `json:"refunded_amount"`
	Currency            string         `json:"currency"`
	RefundMethod        string         `json:"refund_method"`
	BalanceCredited     bool           `json:"balance_credited"`
	PartialCancellation bool           `json:"partial_cancellation"`
	CancelResults       []cancelResult `json:"cancel_results"`
}

type cancelResult struct {
	ESIMID       int     `json:"esimId"`
	ICCID        string  `json:"iccid"`
	Success      bool    `json:"success"`
	RefundAmount float64 `json:"refundAmount"`
}

type suspended struct {
	ICCID      string `json:"iccid"`
	Action     string `json:"action"`
	ESIMStatus string `json:"esim_status"`
}
