package roamify

import (
	"errors"
	"net/http"
	"slices"
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
	// Code stands in refusals of the refund calls alone, and RefundID in one of them.
	Code, RefundID string
}

func (e *apiError) Error() string { return e.Message }

// Is lets each complaint of validation go by the one name that scenarios have for them,
// and one with a code by its code, whichever refund it is about.
func (e *apiError) Is(target error) bool {
	var other *apiError
	if !errors.As(target, &other) {
		return false
	}
	return e.Validation && (other == errItemsRequired || other == errMissingFields) || e.Code != "" && e.Code == other.Code
}

// about is the same refusal that names the open request.
func (e *apiError) about(refundID string) error {
	with := *e
	with.RefundID = refundID
	return &with
}

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
	errInvalidQuantity = &apiError{
		Status:  http.StatusBadRequest,
		Message: "Invalid quantity, please make sure your have provided the correct quantity",
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
	// Assumed, after what vouchers say: an eSIM that was taken back before it was generated.
	errRevoked = &apiError{Status: http.StatusConflict, Message: "This eSIM has been revoked and can no longer be generated"}
	// Assumed: the pages say only that such a request will fail.
	errStartDate = &apiError{
		Status:  http.StatusBadRequest,
		Message: "This eSIM package requires startDate, please provide startDate in ISO 8601 format (e.g. 2026-07-01)",
	}
	// The pages say that such a package is rejected here; status and text are assumed.
	errInsurance = &apiError{
		Status:  http.StatusBadRequest,
		Message: "Invalid packageId, please make sure your have provided the packageId of an eSIM package",
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

// What vouchers answer, all documented (vouchers page, 2026-09).
var (
	errVouchersOff = &apiError{
		Status:  http.StatusForbidden,
		Message: "Voucher creation is not enabled for this API key, please contact support to have it enabled",
	}
	errVoucherPackage = &apiError{
		Status: http.StatusForbidden,
		Message: "This packageId is not allowed for voucher creation with this API key," +
			" please use one of the packages allowed for your account",
	}
	errVoucherQuantity = &apiError{
		Status:  http.StatusBadRequest,
		Message: "Invalid quantity, please provide a whole number of at least 1",
	}
	errVoucherNotFound = &apiError{
		Status:  http.StatusNotFound,
		Message: "Voucher not found, please make sure you have provided the correct voucher ID or code",
	}
	errDuplicateVouchers = &apiError{
		Status:  http.StatusConflict,
		Message: "Vouchers with the same referenceId already exist, please make sure you have provided a unique referenceId",
	}
	errVoucherRedeemed = &apiError{
		Status:  http.StatusConflict,
		Message: "Voucher has already been redeemed and can no longer be revoked",
	}
	errVoucherInactive = &apiError{
		Status:  http.StatusConflict,
		Message: "Only active vouchers can be revoked, this voucher is no longer active",
	}
	errVouchersNotMade   = &apiError{Status: http.StatusInternalServerError, Message: "Failed to create vouchers, please try again later"}
	errVouchersNotRead   = &apiError{Status: http.StatusInternalServerError, Message: "Failed to get vouchers, please try again later"}
	errVoucherNotRevoked = &apiError{Status: http.StatusInternalServerError, Message: "Failed to revoke voucher, please try again later"}
	errVouchersNotIssued = &apiError{
		Status:  http.StatusServiceUnavailable,
		Message: "Vouchers cannot be issued at the moment, please retry shortly or contact support",
	}
)

// What refunds answer: the statuses, and that there is a code, are documented (refunds
// page, 2026-11), the texts and codes assumed.
var (
	errRefundOpen = &apiError{
		Status: http.StatusConflict, Code: "REFUND_ALREADY_OPEN",
		Message: "A refund request is already open for this eSIM",
	}
	errRefunded = &apiError{
		Status: http.StatusUnprocessableEntity, Code: "ESIM_ALREADY_REFUNDED",
		Message: "This eSIM has already been refunded",
	}
	errRefundNoESIM   = &apiError{Status: http.StatusNotFound, Code: "ESIM_NOT_FOUND", Message: errESIMNotFound.Message}
	errRefundNotFound = &apiError{
		Status: http.StatusNotFound, Code: "REFUND_NOT_FOUND",
		Message: "Refund request not found, please make sure you have provided the correct refundId",
	}
	errRefundNotPending = &apiError{
		Status: http.StatusConflict, Code: "REFUND_NOT_PENDING",
		Message: "Only pending refund requests can be cancelled, this one is no longer pending",
	}
	errRefundFailed = &apiError{
		Status: http.StatusInternalServerError, Code: "REFUND_FAILED",
		Message: "Failed to create refund request, please try again later",
	}
)

// What gift cards answer, all assumed.
var (
	errGiftNotFound = &apiError{
		Status:  http.StatusNotFound,
		Message: "Gift not found, please make sure your have provided the correct orderId",
	}
	errDuplicateGift = &apiError{
		Status:  http.StatusConflict,
		Message: "Gift with the same orderId already exists, please make sure your have provided a unique orderId",
	}
	errGiftDone = &apiError{
		Status:  http.StatusConflict,
		Message: "Only new gifts can be changed, this gift is no longer new",
	}
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
	case errors.Is(err, sim.ErrForbidden) && slices.Contains(vouching, r.Operation):
		return errVouchersOff.reply(r)
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
	if e.Code != "" {
		reply.Body = refundFailure{Message: e.Message, Status: "failed", Code: e.Code, RefundID: e.RefundID}
	}
	if e.RetryAfter > 0 {
		reply.Header = http.Header{"Retry-After": {strconv.Itoa(e.RetryAfter)}}
	}
	return reply
}
