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
	Basis      sim.Basis
	Source     string
	RetryAfter int // seconds; 0 sends no header
}

func (e *apiError) Error() string { return e.Message }

// badRequest has a wording of ours, where the vendor documents a 400 without its text.
func badRequest(message string) *apiError {
	return &apiError{Status: http.StatusBadRequest, Message: message, Basis: sim.Assumed, Source: "status of the owner's page"}
}

// unavailable asks to come back in five seconds (the time is assumed).
func unavailable(message string) *apiError {
	return &apiError{
		Status: http.StatusServiceUnavailable, Message: message, RetryAfter: 5,
		Basis: sim.Documented, Source: "vendor's error table of v2.4: 503 and Retry-After; the text is assumed",
	}
}

// Wordings that were seen or are documented. The 403 stands for an unknown key as well as
// for an ICCID of somebody else.
var (
	errAccessDenied = &apiError{
		Status: http.StatusForbidden, Message: "access denied", Basis: sim.Observed, Source: "text seen by live clients; status of the owner's page",
	}
	errUnauthorized = &apiError{
		Status: http.StatusUnauthorized, Message: "access denied", Basis: sim.Brief, Source: "owner's page: 401 of POST /orders and GET /networks",
	}
	errRateLimited = &apiError{
		Status: http.StatusTooManyRequests, Message: "Rate limit exceeded", RetryAfter: 1, Basis: sim.Documented, Source: "vendor's rate limit guide",
	}
	errInternal = &apiError{
		Status: http.StatusInternalServerError, Message: "internal server error", Basis: sim.Assumed, Source: "status of the owner's page",
	}
	errProcessing  = unavailable("processing, please try again later")
	errUnavailable = unavailable("service unavailable, please try again later")
	errNoInventory = &apiError{
		Status: http.StatusForbidden, Message: "no bundles remaining in inventory",
		Basis: sim.Documented, Source: "vendor's error table of v2.4: 403, no bundles left in the inventory; the text is assumed",
	}
	errInsufficientBalance = &apiError{
		Status: http.StatusBadRequest, Message: "insufficient balance, no payment taken",
		Basis: sim.Observed, Source: "words that a live client looks for",
	}
	errOrderFailed = &apiError{
		Status: http.StatusInternalServerError, Message: "order failed, no payment taken",
		Basis: sim.Assumed, Source: "words that a live client looks for",
	}
	errNoRoute  = &apiError{Status: http.StatusNotFound, Message: "not found", Basis: sim.Assumed, Source: "no page has a 404"}
	errMethod   = &apiError{Status: http.StatusMethodNotAllowed, Message: "method not allowed", Basis: sim.Assumed, Source: "no page has a 405"}
	errTooLarge = &apiError{
		Status: http.StatusRequestEntityTooLarge, Message: "request body is too large", Basis: sim.Assumed, Source: "no page has a 413",
	}
	errPolicySuspension = &apiError{
		Status: http.StatusForbidden, Message: "eSIM is suspended by policy",
		Basis: sim.Documented, Source: "vendor's guide to suspending: policy suspensions cannot be lifted; the text is assumed",
	}
	errRefundsDisabled = &apiError{
		Status: http.StatusForbidden, Message: "refunds are not enabled for this account",
		Basis: sim.Documented, Source: "vendor's refund page: disabled until the account manager enables it; status and text are assumed",
	}
	errNoCard = &apiError{
		Status: http.StatusForbidden, Message: "no saved card",
		Basis: sim.Assumed, Source: "owner's page: the first payment, in the portal, stores the card",
	}
)

// Wordings of ours for the 400 of each operation.
var (
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
	errFailedOrder      = badRequest("order failed")

	errNameRequired      = badRequest("name is required")
	errNameOrBundles     = badRequest("name cannot be used with bundles")
	errICCIDWithBundles  = badRequest("iccid cannot be used with bundles")
	errICCIDWithRepeat   = badRequest("iccid cannot be used with repeat")
	errRepeat            = badRequest("repeat must be greater than 0")
	errRepeatTooLarge    = badRequest("repeat must not be greater than " + strconv.Itoa(maxUnits))
	errStartTime         = badRequest("startTime must be an RFC 3339 date")
	errReferenceRequired = badRequest("reference is required")
	errReferenceNotFound = badRequest("reference not found")
	errAssignmentsLimit  = badRequest("limit must be between 1 and 200")
	errPage              = badRequest("page must be 0 or greater")
	errPerPage           = badRequest("perPage must be between 1 and " + strconv.Itoa(maxPerPage))
	errLimit             = badRequest("limit must be between 1 and " + strconv.Itoa(maxPerPage))
	errCreatedAt         = badRequest("createdAt must be an RFC 3339 date")
	errFilter            = badRequest("filter must be an RFC 3339 date")

	errICCIDRequired   = badRequest("iccid is required")
	errCustomerRef     = badRequest("customerRef is required")
	errMessageLength   = badRequest("message must be between 1 and 160 characters")
	errSender          = badRequest("from must be eSIM")
	errNoMSISDN        = badRequest("eSIM has no MSISDN")
	errDeactivated     = badRequest("eSIM is deactivated")
	errNotRevocable    = badRequest("bundle cannot be revoked")
	errOfferRequired   = badRequest("offerId is required")
	errOfferNotFound   = badRequest("offer not found")
	errUsageNotFound   = badRequest("usageId not found")
	errExceedsStock    = badRequest("quantity exceeds remaining")
	errRefundPeriod    = badRequest("bundle is outside of the refund period")
	errAmount          = badRequest("amount is required")
	errAmountPositive  = badRequest("amount must be greater than 0")
	errAmountTooLarge  = badRequest("amount must not be greater than " + strconv.Itoa(maxTopUp))
	errCountries       = badRequest("countries, isos or returnAll is required")
	errSuspendRequired = badRequest("suspend is required")
	errDeletionPending = badRequest("eSIM deletion is already scheduled")
)

// encodeError is the one place where an error becomes an answer.
func encodeError(r *sim.Request, err error) sim.Reply {
	if r.Answer.Get(headerLimit) == "" {
		// It was not admitted, so it counts against nobody.
		var w window
		w.roll(r.Real)
		w.Calls = 1
		w.announce(r.Answer)
	}
	header := http.Header{}
	var method *sim.MethodError
	if errors.As(err, &method) {
		header.Set("Allow", strings.Join(method.Allow, ", "))
	}
	refused := refusal(r, err)
	if refused.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(refused.RetryAfter))
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
		return errMethod
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

// unauthenticated is 403 on every operation but the two whose pages know a 401 only.
func unauthenticated(r *sim.Request) *apiError {
	switch r.Setting("unauthorized") {
	case "401":
		return errUnauthorized
	case "403":
		return errAccessDenied
	}
	if r.Operation == "createOrder" || r.Operation == "listNetworks" {
		return errUnauthorized
	}
	return errAccessDenied
}
