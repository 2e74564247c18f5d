package esimfly

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// An apiError is one error body. Which of error and message carries the text differs
// from one operation to the next, and some have no code.
type apiError struct {
	Status  int    `json:"-"`
	Success bool   `json:"success"` // always false
	Text    string `json:"error,omitempty"`
	Message string `json:"message,omitempty"`
	Code    string `json:"code,omitempty"`
	*shortfall
	Details *ineligibleDetails `json:"details,omitempty"`
}

func (e *apiError) Error() string {
	if e.Text != "" {
		return e.Text
	}
	return e.Message
}

// Is finds errors by their code, also those that have numbers in them.
func (e *apiError) Is(target error) bool {
	t, ok := target.(*apiError)
	return ok && t.Code != "" && t.Code == e.Code && t.Status == e.Status
}

// A shortfall tells what is missing from the balance.
type shortfall struct {
	CurrentBalance  money.Amount `json:"currentBalance"`
	RequiredBalance money.Amount `json:"requiredBalance"`
	NeedToLoad      money.Amount `json:"needToLoad"`
}

// ineligibleDetails tell why nothing was cancelled. That those of the order which were
// cancelled before are not counted is assumed.
type ineligibleDetails struct {
	TotalESIMs      int              `json:"totalEsims"`
	IneligibleESIMs []ineligibleESIM `json:"ineligibleEsims"`
}

type ineligibleESIM struct {
	ID     int    `json:"id"`
	ICCID  string `json:"iccid"`
	Reason string `json:"reason"`
}

// A usageError is one of GET /esims/usage/query, which has neither success nor code
// (documented: api-docs, Query usage).
type usageError struct {
	Status  int    `json:"-"`
	Text    string `json:"error"`
	Message string `json:"message"`
}

func (e *usageError) Error() string { return e.Message }

var (
	errUsageParameter = &usageError{400, "Bad Request", "Either iccid or order_id is required"}
	errUsageNotFound  = &usageError{404, "Not Found", "eSIM not found or you do not have access to it"}
	// assumed.
	errUsageFailed = &usageError{500, "Internal Server Error", "Failed to fetch usage"}
)

// Who may call, and how often.
var (
	// brief: Create Order, 401 Missing authentication.
	errAuthenticationRequired = &apiError{
		Status: 401, Text: "Authentication required",
		Message: "Please provide either Bearer token or complete HMAC signature authentication",
	}
	// documented: api-docs, Authentication; edition 2026-09 only, as the page has the body
	// above for any incomplete set.
	errHMACRequired = &apiError{
		Status: 401, Text: "HMAC signature authentication required",
		Message: "Missing required headers: RT-Signature, RT-Timestamp, and RT-RequestID are mandatory when using RT-AccessCode",
		Code:    "HMAC_REQUIRED",
	}
	// brief: Create Order, 401 Invalid HMAC signature.
	errInvalidSignature = &apiError{Status: 401, Text: "Invalid HMAC signature", Code: "INVALID_SIGNATURE"}
	// brief: Create Order, 403 Not a business account.
	errInvalidUser = &apiError{Status: 403, Text: "Invalid user or not a business account", Code: "INVALID_USER"}
	// documented: api-docs, Authentication.
	errInvalidRequestID = &apiError{Status: 400, Text: "Invalid or missing RT-RequestID header. Must be a valid UUID v4.", Code: "INVALID_REQUEST_ID"}
	errInvalidAPIKey    = &apiError{Status: 401, Text: "Invalid API key", Code: "INVALID_API_KEY"}
	errDuplicateRequest = &apiError{Status: 400, Text: "Request ID has already been used", Code: "DUPLICATE_REQUEST"}
	// documented: api-docs, Authentication; the status is in the endpoint digests only.
	errInvalidTimestamp = &apiError{Status: 401, Text: "Request timestamp is too old or invalid", Code: "INVALID_TIMESTAMP"}
	// The code is documented (api-docs, Error codes); status and text are assumed, and the
	// setting rateLimitStatus has the 401 of a test fixture of the vendor's.
	errRateLimited = &apiError{Status: 429, Text: "Rate limit exceeded", Code: "RATE_LIMIT_EXCEEDED"}
	// documented: api-docs, Get Balance; for scenarios only, as Bearer tokens are not accepted.
	errTokenNotFound = &apiError{Status: 401, Message: "Token not found or expired"}
	errInvalidToken  = &apiError{Status: 401, Message: "Invalid token"}
	// assumed: that keys can be bound to addresses is documented, the answer is not; for scenarios only.
	errAddressNotAllowed = &apiError{Status: 403, Text: "IP address not allowed", Code: "IP_NOT_ALLOWED"}
)

// Orders.
var (
	// brief: Create Order, 400 Bad Request.
	errMissingFields  = &apiError{Status: 400, Message: "Missing required fields", Code: "MISSING_FIELDS"}
	errInvalidPackage = &apiError{Status: 400, Message: "Invalid package selected", Code: "INVALID_PACKAGE"}
	errPriceMismatch  = &apiError{Status: 400, Message: "Invalid price submitted", Code: "PRICE_MISMATCH"}
	// brief: Create Order, 500 Internal Server Error.
	errOrderProcessing = &apiError{Status: 500, Message: "Failed to process order", Code: "ORDER_PROCESSING_ERROR"}
	// The code is from api-docs, Error codes, as withdrawn in November 2025; the rest is assumed.
	errInvalidQuantity = &apiError{Status: 400, Message: "Quantity must be between 1 and 10", Code: "INVALID_QUANTITY"}
	// assumed.
	errInvalidRequest = &apiError{Status: 400, Message: "Invalid request body", Code: "INVALID_REQUEST"}
	// The code is documented (api-docs, Error codes); status and text are assumed.
	errOrderNotFound = &apiError{Status: 404, Message: "Order not found", Code: "ORDER_NOT_FOUND"}
	// documented: api-docs, Create Order, Idempotency.
	errKeyInFlight = &apiError{Status: 409, Message: "A request with this idempotency key is already being processed", Code: "DUPLICATE_REQUEST"}
	// The status and code are documented there, the text is assumed.
	errPackageInFlight = &apiError{Status: 409, Message: "A request for this package is already being processed", Code: "DUPLICATE_REQUEST"}
	// That a key has at most 200 characters is documented, the answer to others is assumed.
	errInvalidKey = &apiError{Status: 400, Message: "idempotency_key must be a string of at most 200 characters", Code: "INVALID_IDEMPOTENCY_KEY"}
	// Status and code are documented (api-docs, Enterprise), the text is assumed.
	errPackageNotFound = &apiError{Status: 404, Message: "Package not found", Code: "PACKAGE_NOT_FOUND"}
	// assumed.
	errMissingReference = &apiError{Status: 400, Message: "Missing required parameter: orderReference", Code: "MISSING_FIELDS"}
	errFetchOrder       = &apiError{Status: 500, Text: "Failed to fetch order"}
)

// What edition 2026-09 says instead (documented: api-docs, Create Order).
var (
	errMissingPackageCode = &apiError{Status: 400, Message: "Missing required field: packageCode", Code: "MISSING_PACKAGE_CODE"}
	errInvalidPackage26   = &apiError{Status: 400, Message: "Invalid package code. Package not found in database.", Code: "INVALID_PACKAGE"}
)

// insufficientBalance is the page's 400 with its three numbers.
func insufficientBalance(current, required money.Amount) *apiError {
	return &apiError{
		Status: 400, Message: "Insufficient balance", Code: "INSUFFICIENT_BALANCE",
		shortfall: &shortfall{current, required, required - current},
	}
}

// Top-ups, all documented: api-docs, Top-up packages and Top-up order. That an eSIM which
// is not found is 400 here is no slip.
var (
	errMissingICCID = &apiError{
		Status: 400, Text: "ICCID parameter is required",
		Message: "Topup packages are specific to an eSIM. Please provide the ICCID parameter.", Code: "MISSING_ICCID",
	}
	errAccessDenied      = &apiError{Status: 403, Text: "eSIM not found or access denied", Code: "ESIM_ACCESS_DENIED"}
	errTopUpFields       = &apiError{Status: 400, Message: "Missing required fields: iccid, packageCode", Code: "MISSING_FIELDS"}
	errTopUpESIM         = &apiError{Status: 400, Text: "eSIM not found or access denied", Code: "ESIM_NOT_FOUND"}
	errTopUpPackage      = &apiError{Status: 400, Message: "Invalid top-up package code. Package not found.", Code: "INVALID_TOPUP_PACKAGE"}
	errTopUpPackageOwn   = &apiError{Status: 404, Message: "Invalid top-up package code. Package not found.", Code: "INVALID_TOPUP_PACKAGE"}
	errTopUpNotSupported = &apiError{Status: 400, Text: "Top-ups not available for this eSIM", Code: "TOPUP_NOT_SUPPORTED"}
)

// notToppable is the same refusal in two forms: of the list of packages, and of the order.
func notToppable(status string, list bool) *apiError {
	text := "eSIM cannot be topped up. Current status: " + status
	if !list {
		return &apiError{Status: 400, Message: text, Code: "ESIM_NOT_TOPPABLE"}
	}
	return &apiError{
		Status: 400, Text: text, Code: "ESIM_NOT_TOPPABLE",
		Message: "Only ACTIVE, DEPLETED, or USED_EXPIRED eSIMs can be topped up (NEW is also allowed for esimfly eSIMs)",
	}
}

// insufficientForTopUp has its sums in the text. How it writes other money than dollars
// is assumed.
func insufficientForTopUp(c currency, current, required money.Amount) *apiError {
	return &apiError{
		Status: 400, Text: "Insufficient balance", Code: "INSUFFICIENT_BALANCE",
		Message: "Your current balance is " + c.text(current) + ". Required: " + c.text(required),
	}
}

// Operations on one eSIM, documented but for the last: api-docs, Cancel, Suspend, Send SMS, Status,
// Network events and Usage report.
var (
	errMissingIdentifier   = &apiError{Status: 400, Message: "Provide either iccid or esimId", Code: "MISSING_IDENTIFIER"}
	errESIMNotFound        = &apiError{Status: 404, Message: "eSIM not found", Code: "ESIM_NOT_FOUND"}
	errCancelForbidden     = &apiError{Status: 403, Message: "You do not have permission to cancel this eSIM", Code: "FORBIDDEN"}
	errAccessForbidden     = &apiError{Status: 403, Message: "You do not have permission to access this eSIM", Code: "FORBIDDEN"}
	errAlreadyCancelled    = &apiError{Status: 400, Message: "This eSIM has already been cancelled and cannot be cancelled again", Code: "ALREADY_CANCELLED"}
	errNotEligible         = &apiError{Status: 400, Message: "No eSIMs are eligible for cancellation", Code: "NOT_ELIGIBLE"}
	errInvalidAction       = &apiError{Status: 400, Message: `action must be "suspend" or "activate"`, Code: "INVALID_ACTION"}
	errUnsupportedProvider = &apiError{Status: 400, Message: "Suspend/activate is only available for eSIMfly eSIMs", Code: "UNSUPPORTED_PROVIDER"}
	errMissingMessage      = &apiError{Status: 400, Message: "Message is required", Code: "MISSING_MESSAGE"}
	errMessageTooLong      = &apiError{Status: 400, Message: "Message cannot exceed 500 characters", Code: "MESSAGE_TOO_LONG"}
	errSMSNotSupported     = &apiError{Status: 400, Message: "SMS is not supported for this eSIM", Code: "SMS_NOT_SUPPORTED"}
	errSMSFailed           = &apiError{Status: 400, Message: "Failed to send SMS", Code: "SMS_FAILED"}
	errLiveStatus          = &apiError{Status: 502, Message: "Failed to fetch live status from the provider", Code: "PROVIDER_ERROR"}
	errNoEvents            = &apiError{Status: 400, Message: "Network events are not available for this eSIM", Code: "NOT_SUPPORTED"}
	errNoReport            = &apiError{Status: 400, Message: "Usage reports are not available for this eSIM", Code: "NOT_SUPPORTED"}
	// assumed: of suspension, events and report while details are pending.
	errStillPending = &apiError{Status: 400, Message: reasonPending, Code: "NOT_SUPPORTED"}
)

// Webhook settings; what is refused there is assumed, all.
var errWebhookURL = &apiError{Status: 400, Message: "webhook_url must be a valid HTTPS URL", Code: "INVALID_WEBHOOK_URL"}

func unknownEvent(name string) *apiError {
	return &apiError{Status: 400, Message: "Unknown event: " + name, Code: "INVALID_EVENT"}
}

// Reads, and what no operation speaks of.
var (
	// documented: api-docs, Get Balance.
	errUserNotFound = &apiError{Status: 404, Text: "User not found"}
	errFetchBalance = &apiError{Status: 500, Text: "Failed to fetch balance"}
	// documented: api-docs, each endpoint's 500.
	errFetchPackages = &apiError{Status: 500, Text: "Failed to fetch packages"}
	errFetchESIMs    = &apiError{Status: 500, Text: "Failed to fetch eSIMs"}
	errFetchOrders   = &apiError{Status: 500, Text: "Failed to fetch orders"}
	errFetchTopUps   = &apiError{Status: 500, Text: "Failed to fetch top-up packages"}
	errTopUpFailed   = &apiError{Status: 500, Text: "Failed to process topup order"}
	// assumed, all.
	errNotFound         = &apiError{Status: 404, Text: "Not found"}
	errMethodNotAllowed = &apiError{Status: 405, Text: "Method not allowed"}
	errTooLarge         = &apiError{Status: 413, Text: "Request body too large"}
	errUnavailable      = &apiError{Status: 503, Text: "Service temporarily unavailable", Code: "SERVICE_UNAVAILABLE"}
	errInternal         = &apiError{Status: 500, Text: "Internal server error"}
)

// A wording is what the settings have to say about errors.
type wording struct {
	edition         string
	rateLimitStatus string
}

// encodeError turns any error into one of the bodies above.
func encodeError(r *sim.Request, err error) sim.Reply {
	return encodeAs(wording{r.Setting("edition"), r.Setting("rateLimitStatus")}, r, err)
}

func encodeAs(w wording, r *sim.Request, err error) sim.Reply {
	var u *usageError
	if errors.As(err, &u) {
		return sim.Reply{Status: u.Status, Body: u}
	}
	var violation *sim.ViolationError
	if r.Operation == "queryUsage" && errors.As(err, &violation) {
		u = &usageError{errUsageParameter.Status, errUsageParameter.Text, violation.Error()}
		return sim.Reply{Status: u.Status, Body: u}
	}
	var e *apiError
	if !errors.As(err, &e) {
		if e = translate(w, r, err); e == nil {
			return sim.Reply{Status: errUsageFailed.Status, Body: errUsageFailed}
		}
	}
	e = w.of(e)
	reply := sim.Reply{Status: e.Status, Body: e}
	var method *sim.MethodError
	if errors.As(err, &method) {
		reply.Header = http.Header{"Allow": {strings.Join(method.Allow, ", ")}}
	}
	return reply
}

// of puts an error into the words of the edition, and the refusal of the limit under the
// status that is set.
func (w wording) of(e *apiError) *apiError {
	switch {
	case e == errRateLimited && w.rateLimitStatus == "401":
		other := *e
		other.Status = http.StatusUnauthorized
		return &other
	case w.edition != edition2026:
		return e
	case e == errMissingFields:
		return errMissingPackageCode
	case e == errInvalidPackage:
		return errInvalidPackage26
	}
	return e
}

// translate gives the engine's own kinds of error; nil stands for the failure of a query
// of usage, which has a form of its own.
func translate(w wording, r *sim.Request, err error) *apiError {
	var method *sim.MethodError
	var violation *sim.ViolationError
	switch {
	case errors.Is(err, sim.ErrNoRoute):
		return errNotFound
	case errors.As(err, &method):
		return errMethodNotAllowed
	case errors.Is(err, sim.ErrUnauthenticated):
		// An unknown key with a header missing is told of the header first.
		var e *apiError
		if errors.As(readCredential(r).wellFormed(w.edition), &e) {
			return e
		}
		return errInvalidAPIKey
	case errors.Is(err, sim.ErrForbidden):
		return errInvalidUser
	case errors.Is(err, sim.ErrTooLarge):
		return errTooLarge
	case errors.As(err, &violation):
		if e := incomplete(r.Operation, violation); e != nil {
			return e
		}
		return &apiError{Status: 400, Message: violation.Error(), Code: errInvalidRequest.Code}
	}
	return failure(r.Operation)
}

// incomplete is what a purchase says of a body that lacks a required field, which comes
// before all else; nil where it lacks none.
func incomplete(operation string, v *sim.ViolationError) *apiError {
	if !slices.ContainsFunc(v.Findings, func(f sim.Finding) bool { return f.Code == "body.required" }) {
		return nil
	}
	switch operation {
	case "createOrder":
		return errMissingFields
	case "topUp":
		return errTopUpFields
	}
	return nil
}

// failure is the 500 of an operation.
func failure(operation string) *apiError {
	switch operation {
	case "getBalance":
		return errFetchBalance
	case "listPackages", "listPackagesAlias":
		return errFetchPackages
	case "createOrder":
		return errOrderProcessing
	case "getOrder":
		return errFetchOrder
	case "listEsims":
		return errFetchESIMs
	case "queryUsage":
		return nil
	case "listOrders":
		return errFetchOrders
	case "listTopupPackages":
		return errFetchTopUps
	case "topUp":
		return errTopUpFailed
	}
	return errInternal
}
