package esimfly

import (
	"errors"
	"net/http"
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
}

func (e *apiError) Error() string {
	if e.Text != "" {
		return e.Text
	}
	return e.Message
}

// A shortfall tells what is missing from the balance.
type shortfall struct {
	CurrentBalance  money.Amount `json:"currentBalance"`
	RequiredBalance money.Amount `json:"requiredBalance"`
	NeedToLoad      money.Amount `json:"needToLoad"`
}

// Who may call, and how often.
var (
	// brief: Create Order, 401 Missing authentication.
	errAuthenticationRequired = &apiError{
		Status: 401, Text: "Authentication required",
		Message: "Please provide either Bearer token or complete HMAC signature authentication",
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
	// The code is documented (api-docs, Error codes); status and text are assumed.
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
	// assumed.
	errMissingReference = &apiError{Status: 400, Message: "Missing required parameter: orderReference", Code: "MISSING_FIELDS"}
	errFetchOrder       = &apiError{Status: 500, Text: "Failed to fetch order"}
)

// insufficientBalance is the page's 400 with its three numbers.
func insufficientBalance(current, required money.Amount) *apiError {
	return &apiError{
		Status: 400, Message: "Insufficient balance", Code: "INSUFFICIENT_BALANCE",
		shortfall: &shortfall{current, required, required - current},
	}
}

// Reads, and what no operation speaks of.
var (
	// documented: api-docs, Get Balance.
	errUserNotFound = &apiError{Status: 404, Text: "User not found"}
	errFetchBalance = &apiError{Status: 500, Text: "Failed to fetch balance"}
	// documented: api-docs, Get Packages.
	errFetchPackages = &apiError{Status: 500, Text: "Failed to fetch packages"}
	// assumed, all.
	errNotFound         = &apiError{Status: 404, Text: "Not found"}
	errMethodNotAllowed = &apiError{Status: 405, Text: "Method not allowed"}
	errTooLarge         = &apiError{Status: 413, Text: "Request body too large"}
	errUnavailable      = &apiError{Status: 503, Text: "Service temporarily unavailable", Code: "SERVICE_UNAVAILABLE"}
	errInternal         = &apiError{Status: 500, Text: "Internal server error"}
)

// encodeError turns any error into one of the bodies above.
func encodeError(r *sim.Request, err error) sim.Reply {
	var e *apiError
	if !errors.As(err, &e) {
		e = translate(r, err)
	}
	reply := sim.Reply{Status: e.Status, Body: e}
	var method *sim.MethodError
	if errors.As(err, &method) {
		reply.Header = http.Header{"Allow": {strings.Join(method.Allow, ", ")}}
	}
	return reply
}

func translate(r *sim.Request, err error) *apiError {
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
		if errors.As(readCredential(r.Header).wellFormed(), &e) {
			return e
		}
		return errInvalidAPIKey
	case errors.Is(err, sim.ErrForbidden):
		return errInvalidUser
	case errors.Is(err, sim.ErrTooLarge):
		return errTooLarge
	case errors.As(err, &violation):
		return &apiError{Status: 400, Message: violation.Error(), Code: errInvalidRequest.Code}
	}
	return failure(r.Operation)
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
	}
	return errInternal
}

// namedErrors are what a rule can make an operation answer: the words all providers
// share first, then the API's own.
var namedErrors = []sim.NamedError{
	{Name: "UNAUTHENTICATED", Basis: sim.Documented, Source: docAuth, Err: errInvalidAPIKey},
	{Name: "FORBIDDEN", Basis: sim.Brief, Source: pageErrors, Err: errInvalidUser},
	{Name: "NOT_FOUND", Operations: inGetOrder, Basis: sim.Assumed, Source: docCodes, Err: errOrderNotFound},
	{Name: "NOT_FOUND", Operations: inBalance, Basis: sim.Documented, Source: docBalance, Err: errUserNotFound},
	{Name: "INSUFFICIENT_BALANCE", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: insufficientBalance(2550, 2720)},
	{Name: "PACKAGE_NOT_FOUND", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errInvalidPackage},
	{Name: "VALIDATION", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errMissingFields},
	{Name: "VALIDATION", Operations: inGetOrder, Basis: sim.Assumed, Err: errMissingReference},
	{Name: "ORDER_FAILED", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errOrderProcessing},
	{Name: "RATE_LIMITED", Basis: sim.Assumed, Source: docCodes, Err: errRateLimited},
	{Name: "INTERNAL", Basis: sim.Documented, Source: "api-docs, each endpoint's 500", Err: sim.ErrInternal},
	{Name: "UNAVAILABLE", Basis: sim.Assumed, Err: errUnavailable},

	{Name: "AUTHENTICATION_REQUIRED", Basis: sim.Brief, Source: pageErrors, Err: errAuthenticationRequired},
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
	{Name: "INVALID_REQUEST", Operations: inCreateOrder, Basis: sim.Assumed, Err: errInvalidRequest},
	{Name: "INVALID_QUANTITY", Operations: inCreateOrder, Basis: sim.Assumed, Source: docCodes, Err: errInvalidQuantity},
	{Name: "INVALID_PACKAGE", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errInvalidPackage},
	{Name: "PRICE_MISMATCH", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errPriceMismatch},
	{Name: "ORDER_PROCESSING_ERROR", Operations: inCreateOrder, Basis: sim.Brief, Source: pageErrors, Err: errOrderProcessing},
	{Name: "ORDER_NOT_FOUND", Operations: inGetOrder, Basis: sim.Assumed, Source: docCodes, Err: errOrderNotFound},
}

const (
	pageErrors = "Create Order, Error Responses"
	docAuth    = "api-docs, Authentication"
	docCodes   = "api-docs, Error codes: the code alone"
	docBalance = "api-docs, Get Balance"
)

var (
	inBalance     = []string{"getBalance"}
	inCreateOrder = []string{"createOrder"}
	inGetOrder    = []string{"getOrder"}
)
