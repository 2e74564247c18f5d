package esimgo

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// An apiError is one refusal of the API. Its body is {"message":…}, whatever the status.
type apiError struct {
	Status     int
	Message    string
	RetryAfter int // seconds; 0 sends no header
}

func (e *apiError) Error() string { return e.Message }

func badRequest(message string) *apiError {
	return &apiError{Status: http.StatusBadRequest, Message: message}
}

// unavailable asks to come back in five seconds (the header is documented, the time
// assumed).
func unavailable(message string) *apiError {
	return &apiError{Status: http.StatusServiceUnavailable, Message: message, RetryAfter: 5}
}

// Wordings that were seen or are documented. The 403 stands for an unknown key as well as
// for an ICCID of somebody else.
var (
	errAccessDenied = &apiError{Status: http.StatusForbidden, Message: "access denied"}                            // observed
	errUnauthorized = &apiError{Status: http.StatusUnauthorized, Message: "access denied"}                         // status of the owner's page
	errRateLimited  = &apiError{Status: http.StatusTooManyRequests, Message: "Rate limit exceeded", RetryAfter: 1} // vendor's rate limit guide
	errInternal     = &apiError{Status: http.StatusInternalServerError, Message: "internal server error"}          // status of the owner's page
	errProcessing   = unavailable("processing, please try again later")
	// Clients look for "insufficient" with "balance", and for "no payment taken".
	errInsufficientBalance = badRequest("insufficient balance, no payment taken")
)

// Wordings of ours, for refusals that the vendor documents without their text.
var (
	errNoRoute     = &apiError{Status: http.StatusNotFound, Message: "not found"}
	errTooLarge    = &apiError{Status: http.StatusRequestEntityTooLarge, Message: "request body is too large"}
	errUnavailable = unavailable("service unavailable, please try again later")
	errOrderFailed = &apiError{Status: http.StatusInternalServerError, Message: "order failed, no payment taken"}

	errInvalidBody      = badRequest("invalid request body")
	errOrderRequired    = badRequest("order is required")
	errInvalidType      = badRequest("invalid type")
	errBundleNotFound   = badRequest("bundle not found")
	errQuantity         = badRequest("quantity must be greater than 0")
	errQuantityTooLarge = badRequest("quantity must not be greater than " + strconv.Itoa(maxUnits))
	errQuantityICCIDs   = badRequest("quantity must match number of iccids")
	errICCIDsUnassigned = badRequest("iccids can only be used when assign is true")
	errInvalidICCID     = badRequest("invalid iccid")
	errIncompatible     = badRequest("bundle is not compatible with eSIM")
	errOrderNotFound    = badRequest("order not found")

	errNameRequired      = badRequest("name is required")
	errNameOrBundles     = badRequest("name cannot be used with bundles")
	errICCIDWithBundles  = badRequest("iccid cannot be used with bundles")
	errICCIDWithRepeat   = badRequest("iccid cannot be used with repeat")
	errRepeat            = badRequest("repeat must be greater than 0")
	errRepeatTooLarge    = badRequest("repeat must not be greater than " + strconv.Itoa(maxUnits))
	errStartTime         = badRequest("startTime must be an RFC 3339 date")
	errNoInventory       = &apiError{Status: http.StatusForbidden, Message: "no bundles remaining in inventory"}
	errReferenceRequired = badRequest("reference is required")
	errReferenceNotFound = badRequest("reference not found")
	errAssignmentsLimit  = badRequest("limit must be between 1 and 200")
	errPage              = badRequest("page must be a number")
	errCreatedAt         = badRequest("createdAt must be an RFC 3339 date")
	errFilter            = badRequest("filter must be an RFC 3339 date")
)

// encodeError is the one place where an error becomes an answer.
func encodeError(r *sim.Request, err error) sim.Reply {
	if r.Answer.Get(headerLimit) == "" {
		// No account was asked, so the call counts against none.
		announce(r.Answer, r.Real, 1)
	}
	refused, header := refusal(r, err), http.Header{}
	if refused.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(refused.RetryAfter))
	}
	var method *sim.MethodError
	if errors.As(err, &method) {
		header.Set("Allow", strings.Join(method.Allow, ", "))
	}
	return sim.Reply{Status: refused.Status, Body: message{Message: refused.Message}, Header: header}
}

func refusal(r *sim.Request, err error) *apiError {
	var (
		own       *apiError
		method    *sim.MethodError
		violation *sim.ViolationError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &method):
		return &apiError{Status: http.StatusMethodNotAllowed, Message: "method not allowed"}
	case errors.As(err, &violation):
		return badRequest(violation.Error())
	case errors.Is(err, sim.ErrNoRoute):
		return errNoRoute
	case errors.Is(err, sim.ErrUnauthenticated):
		return unauthenticated(r)
	case errors.Is(err, sim.ErrForbidden):
		return errAccessDenied
	case errors.Is(err, sim.ErrTooLarge):
		return errTooLarge
	}
	return errInternal
}

// unauthenticated is 403 on every operation but the one whose documents know a 401 only
// (both revisions of v2.4).
func unauthenticated(r *sim.Request) *apiError {
	if r.Operation == "createOrder" {
		return errUnauthorized
	}
	return errAccessDenied
}
