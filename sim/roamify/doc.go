// Package roamify stands in for the Roamify eSIM API: a catalogue by country and region,
// orders and top-ups paid from a balance, profiles made on demand ("apply"), and usage.
//
// It is modelled on the owner's two pages (Orders; eSIM API Overview), on bodies that
// clients recorded against production in June and July 2025, and on the vendor's
// documentation up to November 2026, in this order of weight. The contract is edition
// 2026-06: the packages are paged, country is a name and countryCode a code.
//
// Two shapes of error are real and both are kept. What validation refuses is
// {"error":"\"items\" is required"}, in the words of Joi and the first complaint only;
// everything else is {"message":…,"status":"failed"}. Only those two bodies, and the
// Unknown error for a package that does not exist, were ever seen; the other messages
// are those that the vendor documents for sister modules with the same calls.
//
// Assumed, as no source tells: what counts as a result of a page (a group), the status
// of "eSIM is still pending processing" (409), how a top-up extends a package, and
// figures before first use (-1).
package roamify
