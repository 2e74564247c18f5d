package esimgo

import "github.com/esimsim/esimsim/sim"

// Operations that share an error: those that name an eSIM, and those that put a bundle
// on one.
var (
	onESIM = []string{
		"getEsim", "deleteEsim", "getSuspension", "suspendEsim", "getHistory", "refreshEsim", "checkCompatibility", "sendSms", "getLocation",
		"listEsimBundles", "addEsimBundle", "getEsimBundle", "revokeBundle", "revokeAssignment", "revokeApplication",
		"updateEsim", "createOrder", "applyBundle",
	}
	onto     = []string{"createOrder", "applyBundle", "addEsimBundle"}
	installs = []string{"getAssignments", "getQrCodes", "getCsv"}
	revokes  = []string{"revokeBundle", "revokeAssignment", "revokeApplication"}
)

// namedErrors are what a rule can make an operation answer: all refusals that operations
// have, but for the words of strict validation and for what comes to none (404, 405, 413).
// A name that several have gives each operation its own.
var namedErrors = append([]sim.NamedError{{
	Name: "UNAUTHENTICATED", Basis: sim.Brief, Err: sim.ErrUnauthenticated,
	Source: "owner's page: 401 of POST /orders and GET /networks, 403 elsewhere",
}},
	named("FORBIDDEN", errAccessDenied),
	named("VALIDATION", errInvalidBody),
	named("RATE_LIMITED", errRateLimited),
	named("INTERNAL", errInternal),
	named("UNAVAILABLE", errUnavailable),
	named("PROCESSING", errProcessing),

	named("NOT_FOUND", errAccessDenied, onESIM...),
	named("NOT_FOUND", errOrderNotFound, "getOrder"),
	named("NOT_FOUND", errReferenceNotFound, installs...),
	named("NOT_FOUND", errBundleNotFound, "getCatalogueBundle"),
	named("NOT_FOUND", errUsageNotFound, "refundInventory"),
	named("PACKAGE_NOT_FOUND", errBundleNotFound, append([]string{"getCatalogueBundle", "getEsimBundle", "checkCompatibility", "revokeBundle"}, onto...)...),
	named("INVALID_ICCID", errInvalidICCID, onESIM...),

	named("INSUFFICIENT_BALANCE", errInsufficientBalance, "createOrder"),
	named("ORDER_FAILED", errOrderFailed, "createOrder"),
	named("ORDER_FAILED", errFailedOrder, installs...),
	named("ORDER_REQUIRED", errOrderRequired, "createOrder"),
	named("INVALID_TYPE", errInvalidType, append([]string{"createOrder"}, revokes...)...),
	named("INVALID_QUANTITY", errQuantity, "createOrder", "refundInventory"),
	named("QUANTITY_TOO_LARGE", errQuantityTooLarge, "createOrder"),
	named("QUANTITY_TOO_LARGE", errRepeatTooLarge, "applyBundle", "addEsimBundle"),
	named("QUANTITY_TOO_LARGE", errExceedsStock, "refundInventory"),
	named("ICCIDS_MISMATCH", errQuantityICCIDs, "createOrder"),
	named("ICCIDS_UNASSIGNED", errICCIDsUnassigned, "createOrder"),
	named("INCOMPATIBLE_BUNDLE", errIncompatible, onto...),
	named("ESIM_DEACTIVATED", errDeactivated, append([]string{"sendSms", "refreshEsim", "suspendEsim", "deleteEsim"}, onto...)...),

	named("NO_INVENTORY", errNoInventory, "applyBundle", "addEsimBundle"),
	named("NAME_REQUIRED", errNameRequired, "applyBundle", "addEsimBundle"),
	named("NAME_OR_BUNDLES", errNameOrBundles, "applyBundle"),
	named("ICCID_WITH_BUNDLES", errICCIDWithBundles, "applyBundle"),
	named("ICCID_WITH_REPEAT", errICCIDWithRepeat, "applyBundle"),
	named("INVALID_REPEAT", errRepeat, "applyBundle", "addEsimBundle"),
	named("INVALID_START", errStartTime, "applyBundle", "addEsimBundle"),

	named("REFERENCE_REQUIRED", errReferenceRequired, "getAssignments"),
	named("INVALID_LIMIT", errAssignmentsLimit, "listEsimBundles"),
	named("INVALID_LIMIT", errLimit, "listOrders"),
	named("INVALID_PER_PAGE", errPerPage, "listCatalogue", "listEsims"),
	named("INVALID_PAGE", errPage, "listCatalogue", "listOrders", "listEsims"),
	named("INVALID_DATE", errCreatedAt, "listOrders"),
	named("INVALID_DATE", errFilter, "listEsims"),

	named("ICCID_REQUIRED", errICCIDRequired, "updateEsim"),
	named("CUSTOMER_REF_REQUIRED", errCustomerRef, "updateEsim"),
	named("MESSAGE_LENGTH", errMessageLength, "sendSms"),
	named("INVALID_SENDER", errSender, "sendSms"),
	named("NO_MSISDN", errNoMSISDN, "sendSms"),
	named("SUSPEND_REQUIRED", errSuspendRequired, "suspendEsim"),
	named("POLICY_SUSPENSION", errPolicySuspension, "suspendEsim"),
	named("DELETION_SCHEDULED", errDeletionPending, "deleteEsim"),

	named("NOT_REVOCABLE", errNotRevocable, revokes...),
	named("OFFER_REQUIRED", errOfferRequired, "revokeBundle"),
	named("OFFER_NOT_FOUND", errOfferNotFound, "revokeBundle"),
	named("REFUND_PERIOD", errRefundPeriod, "refundInventory"),
	named("REFUNDS_DISABLED", errRefundsDisabled, "refundInventory"),

	named("AMOUNT_REQUIRED", errAmount, "topUp"),
	named("INVALID_AMOUNT", errAmountPositive, "topUp"),
	named("AMOUNT_TOO_LARGE", errAmountTooLarge, "topUp"),
	named("CARD_MISSING", errNoCard, "topUp"),
	named("COUNTRIES_REQUIRED", errCountries, "listNetworks"),
)

func named(name string, err *apiError, operations ...string) sim.NamedError {
	return sim.NamedError{Name: name, Operations: operations, Basis: err.Basis, Source: err.Source, Err: err}
}
