package roamify

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/esimsim/esimsim/sim"
)

// An apiError is one body that the API answers with when it refuses.
type apiError struct {
	Status  int
	Message string
	// Validation gives the body {"error":…} that only request validation uses; all else
	// is {"message":…,"status":"failed"}, and so is this under validationShape: message.
	Validation bool
	RetryAfter int // seconds; 0 sends no header
}

func (e *apiError) Error() string { return e.Message }

// Every wording of the API, but for what Joi says (joi.go). "your have" is the vendor's
// own spelling.
var (
	// Documented on the vouchers page, for every endpoint.
	errUnauthorized = &apiError{
		Status:  http.StatusUnauthorized,
		Message: "Unauthorized, please make sure your have provided the correct api key",
	}
	// Assumed, after "Voucher creation is not enabled for this API key, …" on the
	// vouchers page.
	errForbidden = &apiError{
		Status:  http.StatusForbidden,
		Message: "This action is not enabled for this API key, please contact support to have it enabled",
	}
	// Observed in production on 2025-07-04, for an order of an unknown package.
	errUnknown = &apiError{Status: http.StatusInternalServerError, Message: "Unknown error"}
	// Assumed; answered only under the setting unknownPackage: 404.
	errPackageNotFound = &apiError{
		Status:  http.StatusNotFound,
		Message: "Package not found, please make sure your have provided the correct packageId",
	}
	// Documented for insurance orders, which are called in the same way.
	errOrderNotFound = &apiError{
		Status:  http.StatusNotFound,
		Message: "Order not found, please make sure your have provided the correct orderId or referenceId",
	}
	errDuplicateReference = &apiError{
		Status:  http.StatusConflict,
		Message: "Order with the same referenceId already exists, please make sure your have provided a unique referenceId",
	}
	errInsufficientBalance = &apiError{
		Status:  http.StatusConflict,
		Message: "Insufficient partner balance, please recharge it first before placing order",
	}
	errTooMany = &apiError{
		Status: http.StatusBadRequest,
		Message: "Exceed maximum total quantity of " + strconv.Itoa(maxQuantity) + ", please make sure your have provided" +
			" the correct quantity and the quantity does not exceed the maximum allowed quantity " + strconv.Itoa(maxQuantity),
	}
	errMissingFields = &apiError{
		Status:  http.StatusBadRequest,
		Message: "Missing required fields, please provide all required fields according to the documentation",
	}
	// Assumed, after the sentence for an unknown order.
	errESIMNotFound = &apiError{
		Status:  http.StatusNotFound,
		Message: "eSIM not found, please make sure your have provided the correct iccid or esimId",
	}
	// The text is documented, and that clients should match on it; the status is assumed
	// from POST /insurance/apply.
	errPending = &apiError{Status: http.StatusConflict, Message: "eSIM is still pending processing"}
	// Assumed: the pages say only that such a request will fail.
	errStartDate = &apiError{
		Status:  http.StatusBadRequest,
		Message: "This eSIM package requires startDate, please provide startDate in ISO 8601 format (e.g. 2026-07-01)",
	}
	errIncompatible     = &apiError{Status: http.StatusBadRequest, Message: "This package is not compatible with the eSIM"}
	errUsageUnsupported = &apiError{Status: http.StatusBadRequest, Message: "Usage check is not supported for this eSIM"}
	errItemsRequired    = &apiError{Status: http.StatusBadRequest, Message: `"items" is required`, Validation: true}
	// Assumed: body-parser's own words, as the API runs on Express.
	errTooLarge    = &apiError{Status: http.StatusRequestEntityTooLarge, Message: "request entity too large"}
	errRateLimited = &apiError{
		Status: http.StatusTooManyRequests, Message: "Too many requests, please try again later", RetryAfter: 60,
	}
	errUnavailable = &apiError{Status: http.StatusServiceUnavailable, Message: "Service unavailable"}
)

// invalid refuses what validation does not let through.
func invalid(complaint string) error {
	return &apiError{Status: http.StatusBadRequest, Message: complaint, Validation: true}
}

// encodeError is the one place where an error becomes an answer.
func encodeError(r *sim.Request, err error) sim.Reply {
	var (
		refused   *apiError
		method    *sim.MethodError
		violation *sim.ViolationError
	)
	switch {
	case errors.As(err, &refused):
		return refused.reply(r)
	case errors.Is(err, sim.ErrNoRoute), errors.As(err, &method):
		// Assumed: Express's own sentence, for a path and for a method it does not have.
		return (&apiError{Status: http.StatusNotFound, Message: "Cannot " + r.Method + " " + r.URL.EscapedPath()}).reply(r)
	case errors.Is(err, sim.ErrUnauthenticated):
		return errUnauthorized.reply(r)
	case errors.Is(err, sim.ErrForbidden):
		return errForbidden.reply(r)
	case errors.Is(err, sim.ErrTooLarge):
		return errTooLarge.reply(r)
	case errors.As(err, &violation):
		return (&apiError{Status: http.StatusBadRequest, Message: violation.Error(), Validation: true}).reply(r)
	}
	return errUnknown.reply(r)
}

func (e *apiError) reply(r *sim.Request) sim.Reply {
	reply := sim.Reply{Status: e.Status, Body: failure{Message: e.Message, Status: "failed"}}
	if e.Validation && r.Setting("validationShape") != "message" {
		reply.Body = validationFailure{Error: e.Message}
	}
	if e.RetryAfter > 0 {
		reply.Header = http.Header{"Retry-After": {strconv.Itoa(e.RetryAfter)}}
	}
	return reply
}

// namedErrors are what a rule of a scenario can ask for.
var namedErrors = []sim.NamedError{
	{Name: "UNAUTHENTICATED", Basis: sim.Documented, Source: "vouchers page, 2026-09", Err: errUnauthorized},
	{Name: "FORBIDDEN", Basis: sim.Assumed, Source: "errors page, 2026-11, has the status only", Err: errForbidden},
	{Name: "UNKNOWN_ERROR", Basis: sim.Observed, Source: "production, 2025-07-04", Err: errUnknown},
	{Name: "INTERNAL", Basis: sim.Observed, Source: "production, 2025-07-04", Err: errUnknown},
	{Name: "RATE_LIMITED", Basis: sim.Assumed, Source: "no limit is documented", Err: errRateLimited},
	{Name: "UNAVAILABLE", Basis: sim.Assumed, Source: "errors page, 2026-11, has the status only", Err: errUnavailable},
	{
		Name: "VALIDATION", Operations: []string{"createOrder"},
		Basis: sim.Observed, Source: "production, 2025-06-24", Err: errItemsRequired,
	},
	{Name: "VALIDATION", Basis: sim.Documented, Source: "insurance order page", Err: errMissingFields},
	{
		Name: "NOT_FOUND", Operations: []string{"getOrder"},
		Basis: sim.Documented, Source: "insurance order page", Err: errOrderNotFound,
	},
	{
		Name: "NOT_FOUND", Operations: []string{"applyEsim", "getEsim", "getUsage", "listTopUpPackages", "topUp"},
		Basis: sim.Assumed, Source: "after the sentence for an unknown order", Err: errESIMNotFound,
	},
	{
		Name: "PACKAGE_NOT_FOUND", Operations: []string{"createOrder", "topUp"},
		Basis: sim.Observed, Source: "production, 2025-07-04", Err: errUnknown,
	},
	{
		Name: "ORDER_FAILED", Operations: []string{"createOrder", "topUp"},
		Basis: sim.Observed, Source: "production, 2025-07-05", Err: errUnknown,
	},
	{
		Name: "INSUFFICIENT_BALANCE", Operations: []string{"createOrder", "topUp"},
		Basis: sim.Documented, Source: "insurance order page", Err: errInsufficientBalance,
	},
	{
		Name: "DUPLICATE_REFERENCE", Operations: []string{"createOrder", "topUp"},
		Basis: sim.Documented, Source: "insurance order page", Err: errDuplicateReference,
	},
	{
		Name: "QUANTITY_EXCEEDED", Operations: []string{"createOrder"},
		Basis: sim.Documented, Source: "insurance order page", Err: errTooMany,
	},
	{
		Name: "INCOMPATIBLE_PACKAGE", Operations: []string{"topUp"},
		Basis: sim.Assumed, Source: "top-up flow page has the precondition only", Err: errIncompatible,
	},
	{
		Name: "PENDING_PROCESSING", Operations: []string{"applyEsim"},
		Basis: sim.Documented, Source: "Generate eSIM Profile page; its status is assumed", Err: errPending,
	},
	{
		Name: "START_DATE_REQUIRED", Operations: []string{"applyEsim"},
		Basis: sim.Assumed, Source: "owner's Overview page, step 4, has the rule only", Err: errStartDate,
	},
	{
		Name: "USAGE_UNSUPPORTED", Operations: []string{"getUsage"},
		Basis: sim.Assumed, Source: "packages page has withUsageCheck only", Err: errUsageUnsupported,
	},
}
