package roamify

import "github.com/esimsim/esimsim/sim"

// Operations that answer the same errors.
var (
	selling  = []string{"createOrder", "createInstantOrder", "topUp"}
	vouching = []string{"createVouchers", "listVouchers", "getVoucher", "getVoucherByCode", "revokeVoucher"}
	finding  = []string{
		"applyEsim", "getEsim", "getUsage", "getUsageDetails", "getEvents", "getEventsOldPath", "postEvents",
		"listTopUpPackages", "getHistory", "sendSms", "createLink", "topUp",
	}
	gifting = []string{"getGift", "updateGift", "revokeGift"}
)

const (
	insurancePage = "insurance order page"
	vouchersPage  = "vouchers page, 2026-09"
	refundsPage   = "refunds page, 2026-11; the text is assumed"
)

// namedErrors are what a rule of a scenario can ask for. Of several by one name the first
// that the operation can answer is meant.
var namedErrors = []sim.NamedError{
	{Name: "UNAUTHENTICATED", Basis: sim.Documented, Source: vouchersPage, Err: errUnauthorized},
	{Name: "FORBIDDEN", Operations: vouching, Basis: sim.Documented, Source: vouchersPage, Err: errVouchersOff},
	{Name: "FORBIDDEN", Basis: sim.Assumed, Source: "errors page, 2026-11, has the status only", Err: errForbidden},
	{Name: "UNKNOWN_ERROR", Basis: sim.Observed, Source: "production, 2025-07-04", Err: errUnknown},
	{Name: "INTERNAL", Operations: []string{"createVouchers"}, Basis: sim.Documented, Source: vouchersPage, Err: errVouchersNotMade},
	{Name: "INTERNAL", Operations: []string{"revokeVoucher"}, Basis: sim.Documented, Source: vouchersPage, Err: errVoucherNotRevoked},
	{Name: "INTERNAL", Operations: vouching, Basis: sim.Documented, Source: vouchersPage, Err: errVouchersNotRead},
	{
		Name: "INTERNAL", Operations: []string{"createRefund", "createRefunds"},
		Basis: sim.Documented, Source: refundsPage, Err: errRefundFailed,
	},
	{Name: "INTERNAL", Basis: sim.Observed, Source: "production, 2025-07-04", Err: errUnknown},
	{Name: "RATE_LIMITED", Basis: sim.Assumed, Source: "no limit is documented", Err: errRateLimited},
	{
		Name: "UNAVAILABLE", Operations: []string{"createVouchers"},
		Basis: sim.Documented, Source: vouchersPage, Err: errVouchersNotIssued,
	},
	{Name: "UNAVAILABLE", Basis: sim.Assumed, Source: "errors page, 2026-11, has the status only", Err: errUnavailable},
	{
		Name: "VALIDATION", Operations: []string{"createOrder", "createInstantOrder"},
		Basis: sim.Observed, Source: "production, 2025-06-24", Err: errItemsRequired,
	},
	{Name: "VALIDATION", Basis: sim.Documented, Source: insurancePage, Err: errMissingFields},
	{
		Name: "INVALID_QUANTITY", Operations: []string{"createVouchers"},
		Basis: sim.Documented, Source: vouchersPage, Err: errVoucherQuantity,
	},
	{
		Name: "INVALID_QUANTITY", Operations: []string{"createOrder", "createInstantOrder"},
		Basis: sim.Documented, Source: insurancePage, Err: errInvalidQuantity,
	},
	{
		Name: "QUANTITY_EXCEEDED", Operations: []string{"createOrder", "createInstantOrder"},
		Basis: sim.Documented, Source: insurancePage, Err: errTooMany,
	},
	{
		Name: "NOT_FOUND", Operations: []string{"getOrder"},
		Basis: sim.Documented, Source: insurancePage, Err: errOrderNotFound,
	},
	{
		Name: "NOT_FOUND", Operations: finding,
		Basis: sim.Assumed, Source: "after the sentence for an unknown order", Err: errESIMNotFound,
	},
	{
		Name: "NOT_FOUND", Operations: []string{"getVoucher", "getVoucherByCode", "revokeVoucher"},
		Basis: sim.Documented, Source: vouchersPage, Err: errVoucherNotFound,
	},
	{
		Name: "NOT_FOUND", Operations: []string{"createRefund", "createRefunds"},
		Basis: sim.Assumed, Source: refundsPage, Err: errRefundNoESIM,
	},
	{
		Name: "NOT_FOUND", Operations: []string{"getRefund", "cancelRefund"},
		Basis: sim.Assumed, Source: refundsPage, Err: errRefundNotFound,
	},
	{
		Name: "NOT_FOUND", Operations: gifting,
		Basis: sim.Assumed, Source: "after the sentence for an unknown order", Err: errGiftNotFound,
	},
	{Name: "PACKAGE_NOT_FOUND", Operations: selling, Basis: sim.Observed, Source: "production, 2025-07-04", Err: errUnknown},
	{Name: "ORDER_FAILED", Operations: selling, Basis: sim.Observed, Source: "production, 2025-07-05", Err: errUnknown},
	{
		Name: "INSUFFICIENT_BALANCE", Operations: append(selling[:len(selling):len(selling)], "createVouchers"),
		Basis: sim.Documented, Source: insurancePage, Err: errInsufficientBalance,
	},
	{Name: "DUPLICATE_REFERENCE", Operations: selling, Basis: sim.Documented, Source: insurancePage, Err: errDuplicateReference},
	{
		Name: "DUPLICATE_REFERENCE", Operations: []string{"createVouchers"},
		Basis: sim.Documented, Source: vouchersPage, Err: errDuplicateVouchers,
	},
	{
		Name: "INCOMPATIBLE_PACKAGE", Operations: []string{"topUp"},
		Basis: sim.Assumed, Source: "top-up flow page has the precondition only", Err: errIncompatible,
	},
	{
		Name: "PACKAGE_NOT_ALLOWED", Operations: []string{"createVouchers"},
		Basis: sim.Documented, Source: vouchersPage, Err: errVoucherPackage,
	},
	{
		Name: "PENDING_PROCESSING", Operations: []string{"applyEsim", "createLink"},
		Basis: sim.Documented, Source: "Generate eSIM Profile page; its status is assumed", Err: errPending,
	},
	{
		Name: "ESIM_REVOKED", Operations: []string{"applyEsim"},
		Basis: sim.Assumed, Source: "no page tells", Err: errRevoked,
	},
	{
		Name: "START_DATE_REQUIRED", Operations: []string{"applyEsim", "createInstantOrder"},
		Basis: sim.Assumed, Source: "owner's Overview page, step 4, has the rule only", Err: errStartDate,
	},
	{
		Name: "USAGE_UNSUPPORTED", Operations: []string{"getUsage", "getUsageDetails"},
		Basis: sim.Assumed, Source: "packages page has withUsageCheck only", Err: errUsageUnsupported,
	},
	{
		Name: "VOUCHER_REDEEMED", Operations: []string{"revokeVoucher"},
		Basis: sim.Documented, Source: vouchersPage, Err: errVoucherRedeemed,
	},
	{
		Name: "VOUCHER_INACTIVE", Operations: []string{"revokeVoucher"},
		Basis: sim.Documented, Source: vouchersPage, Err: errVoucherInactive,
	},
	{
		Name: "REFUND_ALREADY_OPEN", Operations: []string{"createRefund", "createRefunds"},
		Basis: sim.Documented, Source: refundsPage,
		// The id of the open request is documented; a rule has none, and tells this one.
		Err: errRefundOpen.about("2c7b5e90-94fd-4d18-a6b3-81e0f7c2d459"),
	},
	{
		Name: "ESIM_ALREADY_REFUNDED", Operations: []string{"createRefund", "createRefunds"},
		Basis: sim.Documented, Source: refundsPage, Err: errRefunded,
	},
	{
		Name: "REFUND_NOT_PENDING", Operations: []string{"cancelRefund"},
		Basis: sim.Assumed, Source: refundsPage, Err: errRefundNotPending,
	},
	{
		Name: "GIFT_ALREADY_EXISTS", Operations: []string{"createGift"},
		Basis: sim.Assumed, Source: "after the sentence for a referenceId", Err: errDuplicateGift,
	},
	{
		Name: "GIFT_NOT_NEW", Operations: []string{"updateGift", "revokeGift"},
		Basis: sim.Assumed, Source: "no page tells", Err: errGiftDone,
	},
}
