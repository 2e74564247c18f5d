package esimgo

import "github.com/esimsim/esimsim/sim"

// namedErrors are what a rule can make an operation answer. A name that several answers
// have gives each operation its own.
var namedErrors = []sim.NamedError{
	{
		Name: "UNAUTHENTICATED", Basis: sim.Documented, Err: sim.ErrUnauthenticated,
		Source: "owner's page: 401 on POST /orders; vendor's error table: 403 elsewhere",
	},
	{Name: "FORBIDDEN", Basis: sim.Observed, Err: errAccessDenied, Source: "text seen by live clients"},
	{Name: "VALIDATION", Basis: sim.Assumed, Err: errInvalidBody, Source: "status of the owner's page"},
	{Name: "RATE_LIMITED", Basis: sim.Documented, Err: errRateLimited, Source: "vendor's rate limit guide"},
	{Name: "INTERNAL", Basis: sim.Assumed, Err: errInternal, Source: "status of the owner's page"},
	{Name: "UNAVAILABLE", Basis: sim.Assumed, Err: errUnavailable, Source: "status and Retry-After documented"},
	{
		Name: "INSUFFICIENT_BALANCE", Operations: []string{"createOrder"}, Basis: sim.Assumed, Err: errInsufficientBalance,
		Source: "words that a live client looks for",
	},
	{
		Name: "ORDER_FAILED", Operations: []string{"createOrder"}, Basis: sim.Assumed, Err: errOrderFailed,
		Source: "words that a live client looks for",
	},
	{
		Name: "PACKAGE_NOT_FOUND", Basis: sim.Assumed, Err: errBundleNotFound, Source: "status of the owner's page",
		Operations: []string{"getCatalogueBundle", "createOrder", "applyBundle", "getEsimBundle"},
	},
	{
		Name: "INCOMPATIBLE_BUNDLE", Operations: []string{"createOrder", "applyBundle"}, Basis: sim.Assumed, Err: errIncompatible,
		Source: "owner's page: allowReassign",
	},
	{
		Name: "NO_INVENTORY", Operations: []string{"applyBundle"}, Basis: sim.Assumed, Err: errNoInventory,
		Source: "vendor's error table of v2.4: 403, no bundles left in the inventory",
	},
	{
		Name: "NOT_FOUND", Operations: []string{"getOrder"}, Basis: sim.Assumed, Err: errOrderNotFound,
		Source: "status of the owner's page, which knows no 404",
	},
	{
		Name: "NOT_FOUND", Operations: []string{"getAssignments"}, Basis: sim.Assumed, Err: errReferenceNotFound,
		Source: "status of the owner's page, which knows no 404",
	},
	{
		Name: "NOT_FOUND", Operations: []string{"getCatalogueBundle"}, Basis: sim.Assumed, Err: errBundleNotFound,
		Source: "status of the owner's page, which knows no 404",
	},
	{
		Name: "NOT_FOUND", Basis: sim.Documented, Err: errAccessDenied,
		Operations: []string{"createOrder", "applyBundle", "getEsim", "listEsimBundles", "getEsimBundle"},
		Source:     "vendor's error table of v2.4: 403, the ICCID is not accessible",
	},
	{
		Name: "PROCESSING", Basis: sim.Documented, Err: errProcessing,
		Operations: []string{"getAssignments", "getOrder", "listOrders", "getEsim", "listEsimBundles", "getEsimBundle", "applyBundle", "createOrder"},
		Source:     "vendor's error table of v2.4: 503, still processing; the text is assumed",
	},
}
