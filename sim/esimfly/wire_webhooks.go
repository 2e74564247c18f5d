package esimfly

// The events, in both editions alike (api-docs, Webhooks).

type eventBody struct {
	Event     string `json:"event"`
	Timestamp string `json:"timestamp"`
	Data      any    `json:"data"`
}

// aboutESIM stands at the beginning of each event's data.
type aboutESIM struct {
	ICCID          string `json:"iccid"`
	ESIMID         int    `json:"esim_id"`
	PackageCode    string `json:"package_code"`
	OrderReference string `json:"order_reference"`
	Source         string `json:"source"`
}

type provisionedData struct {
	aboutESIM
	QRCodeURL               string `json:"qr_code_url"` // the image itself
	LPAString               string `json:"lpa_string"`
	DirectAppleInstallURL   string `json:"direct_apple_install_url"`
	DirectAndroidInstallURL string `json:"direct_android_install_url"`
	PackageName             string `json:"package_name"`
}

type installedData struct {
	aboutESIM
	EID         *string `json:"eid"` // null where no device is known
	IMSI        *string `json:"imsi"`
	InstalledAt string  `json:"installed_at"`
}

type profileData struct {
	aboutESIM
	ProfileStatus         string  `json:"profile_status"`
	Profile               *string `json:"profile"`
	PreviousProfileStatus *string `json:"previous_profile_status"`
	EID                   *string `json:"eid"`
	IMSI                  *string `json:"imsi"`
	ChangedAt             string  `json:"changed_at"`
}

type statusData struct {
	aboutESIM
	OldStatus  string  `json:"old_status"`
	NewStatus  string  `json:"new_status"`
	ChangedAt  string  `json:"changed_at"`
	ExpiryDate *string `json:"expiry_date"`
}

type usageAlert struct {
	aboutESIM
	ThresholdRemainingMB int     `json:"threshold_remaining_mb"`
	UsedPercent          float64 `json:"used_percent"` // whole
	UsedGB               float64 `json:"used_gb"`
	TotalGB              float64 `json:"total_gb"`
	RemainingGB          float64 `json:"remaining_gb"`
	PackageID            int     `json:"package_id"`
	ReportedAt           string  `json:"reported_at"`
}
