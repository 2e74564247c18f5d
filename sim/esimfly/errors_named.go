package esimfly

import "github.com/esimsim/esimsim/sim"

// namedErrors are what a rule can make an operation answer: the words all providers
// share first, then the API's own. The first that fits an operation counts.
var namedErrors = []sim.NamedError{
	{Name: "UNAUTHENTICATED", Basis: sim.Documented, Source: docAuth, Err: errInvalidAPIKey},
	{Name: "FORBIDDEN", Operations: inCancel, Basis: sim.Documented, Source: docActions, Err: errCancelForbidden},
	{Name: "FORBIDDEN", Operations: inAccess, Basis: sim.Documented, Source: docActions, Err: errAccessForbidden},
	{Name: "FORBIDDEN", Basis: sim.Brief, Source: pageErrors, Err: errInvalidUser},
	{Name: "NOT_FOUND", Operations: inGetOrder, Basis: sim.Assumed, Source: docCodes, Err: errOrderNotFound},
	{Name: "NOT_FOUND", Operations: inBalance, Basis: sim.Documented, Source: docBalance, Err: errUserNotFound},
	{Name: "NOT_FOUND", Operations: inUsage, Basis: sim.Documented, Source: docUsage, Err: errUsageNotFound},
	{Name: "NOT_FOUND", Operations: inTopUpList, Basis: sim.Documented, Source: docTopUp, Err: errAccessDenied},
	{Name: "NOT_FOUND", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: errTopUpESIM},
	{Name: "NOT_FOUND", Operations: inActions, Basis: sim.Documented, Source: docActions, Err: errESIMNotFound},
	{Name: "INSUFFICIENT_BALANCE", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: insufficientBalance(2550, 2720)},
	{Name: "INSUFFICIENT_BALANCE", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: insufficientForTopUp(usd, 250, 368)},
	{Name: "PACKAGE_NOT_FOUND", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errInvalidPackage},
	{Name: "PACKAGE_NOT_FOUND", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: errTopUpPackage},
	{Name: "PRICE_MISMATCH", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errPriceMismatch},
	{Name: "PRICE_MISMATCH", Operations: inTopUp, Basis: sim.Assumed, Err: errPriceMismatch},
	{Name: "VALIDATION", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errMissingFields},
	{Name: "VALIDATION", Operations: inGetOrder, Basis: sim.Assumed, Err: errMissingReference},
	{Name: "VALIDATION", Operations: inUsage, Basis: sim.Documented, Source: docUsage, Err: errUsageParameter},
	{Name: "VALIDATION", Operations: inTopUpList, Basis: sim.Documented, Source: docTopUp, Err: errMissingICCID},
	{Name: "VALIDATION", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: errTopUpFields},
	{Name: "VALIDATION", Operations: inActions, Basis: sim.Documented, Source: docActions, Err: errMissingIdentifier},
	{Name: "VALIDATION", Operations: inSetWebhook, Basis: sim.Assumed, Err: errWebhookURL},
	{Name: "ORDER_FAILED", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errOrderProcessing},
	{Name: "ORDER_FAILED", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: errTopUpFailed},
	{Name: "RATE_LIMITED", Basis: sim.Assumed, Source: docCodes, Err: errRateLimited},
	{Name: "INTERNAL", Basis: sim.Documented, Source: "api-docs, each endpoint's 500", Err: sim.ErrInternal},
	{Name: "UNAVAILABLE", Basis: sim.Assumed, Err: errUnavailable},

	{Name: "AUTHENTICATION_REQUIRED", Basis: sim.Brief, Source: pageErrors, Err: errAuthenticationRequired},
	{Name: "HMAC_REQUIRED", Basis: sim.Documented, Source: docAuth, Err: errHMACRequired},
	{Name: "INVALID_SIGNATURE", Basis: sim.Brief, Source: pageErrors, Err: errInvalidSignature},
	{Name: "INVALID_USER", Basis: sim.Brief, Source: pageErrors, Err: errInvalidUser},
	{Name: "INVALID_REQUEST_ID", Basis: sim.Documented, Source: docAuth, Err: errInvalidRequestID},
	{Name: "INVALID_API_KEY", Basis: sim.Documented, Source: docAuth, Err: errInvalidAPIKey},
	{Name: "INVALID_TIMESTAMP", Basis: sim.Documented, Source: docAuth, Err: errInvalidTimestamp},
	{Name: "DUPLICATE_REQUEST", Basis: sim.Documented, Source: docAuth, Err: errDuplicateRequest},
	{Name: "RATE_LIMIT_EXCEEDED", Basis: sim.Assumed, Source: docCodes, Err: errRateLimited},
	{Name: "IP_NOT_ALLOWED", Basis: sim.Assumed, Err: errAddressNotAllowed},
	{Name: "TOKEN_NOT_FOUND", Operations: inBalance, Basis: sim.Documented, Source: docBalance, Err: errTokenNotFound},
	{Name: "INVALID_TOKEN", Operations: inBalance, Basis: sim.Documented, Source: docBalance, Err: errInvalidToken},
	{Name: "USER_NOT_FOUND", Operations: inBalance, Basis: sim.Documented, Source: docBalance, Err: errUserNotFound},
	{Name: "MISSING_FIELDS", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errMissingFields},
	{Name: "MISSING_FIELDS", Operations: inGetOrder, Basis: sim.Assumed, Err: errMissingReference},
	{Name: "MISSING_FIELDS", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: errTopUpFields},
	{Name: "MISSING_PACKAGE_CODE", Operations: inCreateOrder, Basis: sim.Documented, Source: docOrder, Err: errMissingPackageCode},
	{Name: "INVALID_REQUEST", Operations: withBody, Basis: sim.Assumed, Err: errInvalidRequest},
	{Name: "INVALID_QUANTITY", Operations: inPurchases, Basis: sim.Assumed, Source: docCodes, Err: errInvalidQuantity},
	{Name: "INVALID_IDEMPOTENCY_KEY", Operations: inCreateOrder, Basis: sim.Assumed, Source: docOrder, Err: errInvalidKey},
	{Name: "REQUEST_IN_FLIGHT", Operations: inCreateOrder, Basis: sim.Documented, Source: docOrder, Err: errKeyInFlight},
	{Name: "INVALID_PACKAGE", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errInvalidPackage},
	{Name: "ENTERPRISE_PACKAGE_NOT_FOUND", Operations: inCreateOrder, Basis: sim.Documented, Source: docEnterprise, Err: errPackageNotFound},
	{Name: "ENTERPRISE_PACKAGE_NOT_FOUND", Operations: inTopUp, Basis: sim.Documented, Source: docEnterprise, Err: errTopUpPackageOwn},
	{Name: "ORDER_PROCESSING_ERROR", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errOrderProcessing},
	{Name: "ORDER_NOT_FOUND", Operations: inGetOrder, Basis: sim.Assumed, Source: docCodes, Err: errOrderNotFound},
	{Name: "MISSING_ICCID", Operations: inTopUpList, Basis: sim.Documented, Source: docTopUp, Err: errMissingICCID},
	{Name: "ESIM_ACCESS_DENIED", Operations: inTopUpList, Basis: sim.Documented, Source: docTopUp, Err: errAccessDenied},
	{Name: "ESIM_NOT_TOPPABLE", Operations: inTopUpList, Basis: sim.Documented, Source: docTopUp, Err: notToppable(statusExpired, true)},
	{Name: "ESIM_NOT_TOPPABLE", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: notToppable(statusExpired, false)},
	{Name: "ESIM_NOT_FOUND", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: errTopUpESIM},
	{Name: "ESIM_NOT_FOUND", Operations: inActions, Basis: sim.Documented, Source: docActions, Err: errESIMNotFound},
	{Name: "INVALID_TOPUP_PACKAGE", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: errTopUpPackage},
	{Name: "TOPUP_NOT_SUPPORTED", Operations: inTopUp, Basis: sim.Documented, Source: docTopUp, Err: errTopUpNotSupported},
	{Name: "MISSING_IDENTIFIER", Operations: inActions, Basis: sim.Documented, Source: docActions, Err: errMissingIdentifier},
	{Name: "ALREADY_CANCELLED", Operations: inCancel, Basis: sim.Documented, Source: docActions, Err: errAlreadyCancelled},
	{Name: "NOT_ELIGIBLE", Operations: inCancel, Basis: sim.Documented, Source: docActions, Err: sampleNotEligible()},
	{Name: "INVALID_ACTION", Operations: inSuspend, Basis: sim.Documented, Source: docActions, Err: errInvalidAction},
	{Name: "UNSUPPORTED_PROVIDER", Operations: inSuspend, Basis: sim.Documented, Source: docActions, Err: errUnsupportedProvider},
	{Name: "MISSING_MESSAGE", Operations: inSendSMS, Basis: sim.Documented, Source: docActions, Err: errMissingMessage},
	{Name: "MESSAGE_TOO_LONG", Operations: inSendSMS, Basis: sim.Documented, Source: docActions, Err: errMessageTooLong},
	{Name: "SMS_NOT_SUPPORTED", Operations: inSendSMS, Basis: sim.Documented, Source: docActions, Err: errSMSNotSupported},
	{Name: "SMS_FAILED", Operations: inSendSMS, Basis: sim.Documented, Source: docActions, Err: errSMSFailed},
	{Name: "PROVIDER_ERROR", Operations: inStatus, Basis: sim.Documented, Source: docActions, Err: errLiveStatus},
	{Name: "NOT_SUPPORTED", Operations: inEvents, Basis: sim.Documented, Source: docActions, Err: errNoEvents},
	{Name: "NOT_SUPPORTED", Operations: inReport, Basis: sim.Documented, Source: docActions, Err: errNoReport},
	{Name: "INVALID_WEBHOOK_URL", Operations: inSetWebhook, Basis: sim.Assumed, Err: errWebhookURL},
	{Name: "INVALID_EVENT", Operations: inSetWebhook, Basis: sim.Assumed, Err: unknownEvent("order.created")},
}

// sampleNotEligible is the refusal with the vendor's reason, of the eSIM on the page.
func sampleNotEligible() *apiError {
	e := *errNotEligible
	e.Details = &ineligibleDetails{TotalESIMs: 1, IneligibleESIMs: []ineligibleESIM{{
		ID: firstID, ICCID: "8932042000010078801", Reason: reasonActivated,
	}}}
	return &e
}

const (
	pageErrors    = "Create Order, Error Responses"
	docAuth       = "api-docs, Authentication"
	docCodes      = "api-docs, Error codes: the code alone"
	docBalance    = "api-docs, Get Balance"
	docOrder      = "api-docs, Create Order"
	docEnterprise = "api-docs, Enterprise: status and code"
	docUsage      = "api-docs, Query usage"
	docTopUp      = "api-docs, Top-up packages and Top-up order"
	docActions    = "api-docs, the operation's own page"
)

var (
	inBalance     = []string{"getBalance"}
	inCreateOrder = []string{"createOrder"}
	inGetOrder    = []string{"getOrder"}
	inUsage       = []string{"queryUsage"}
	inTopUpList   = []string{"listTopupPackages"}
	inTopUp       = []string{"topUp"}
	inPurchases   = []string{"createOrder", "topUp"}
	inCancel      = []string{"cancelEsim"}
	inSuspend     = []string{"suspendEsim"}
	inSendSMS     = []string{"sendSms"}
	inStatus      = []string{"getEsimStatus"}
	inEvents      = []string{"listNetworkEvents"}
	inReport      = []string{"getUsageReport"}
	inAccess      = []string{"sendSms", "getEsimStatus", "listNetworkEvents", "getUsageReport"}
	inActions     = []string{"cancelEsim", "suspendEsim", "sendSms", "getEsimStatus", "listNetworkEvents", "getUsageReport"}
	inSetWebhook  = []string{"setWebhook"}
	withBody      = []string{
		"createOrder", "topUp", "cancelEsim", "suspendEsim", "sendSms", "getEsimStatus", "listNetworkEvents",
		"getUsageReport", "setWebhook",
	}
)
