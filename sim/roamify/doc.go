// Package roamify stands in for the Roamify eSIM API: a catalogue by country and region,
// orders and top-ups paid from a balance, profiles made on demand ("apply"), usage and
// events, links for people, exchange rates, and behind features of the account vouchers,
// refunds, an affiliate catalogue and gift cards.
//
// It is modelled on the owner's two pages (Orders; eSIM API Overview), on bodies that
// clients recorded against production in June and July 2025, and on the vendor's
// documentation up to November 2026, in this order of weight.
//
// # Editions
//
// There are two editions of the contract:
//   - In 2026-06 the packages are paged, country is a name and countryCode a code.
//   - Edition 2025-07 answers all packages at once, takes an ISO code for country, knows
//     neither page nor countryCode, and has no requirements on packages and no
//     androidQuickInstall.
//   - Calls that came between the two are served in both, and gift cards, which went with
//     the newer, in the older alone.
//
// # Errors
//
// Two shapes of error are real and both are kept. What validation refuses is
// {"error":"\"items\" is required"}, in the words of Joi and the first complaint only;
// everything else is {"message":…,"status":"failed"}, to which the refund calls add a
// code. Only those two bodies, and the Unknown error for a package that does not exist,
// were ever seen; the other messages are those that the vendor documents for vouchers and
// for sister modules with the same calls. Requests are checked in the order: token,
// feature, declared keys, unknown keys, what must hold between keys, what is named, rules
// of the business.
//
// # Assumed, as no source tells
//
//   - What counts as a result of a page: a group.
//   - The status of "eSIM is still pending processing": 409.
//   - How a top-up extends a package, and figures before first use: -1.
//   - When orders leave PENDING for any status but COMPLETED, and what money moves when they
//     do.
//   - All answers of health, currencies, rates, SMS, gift cards and refunds.
//   - When fewer vouchers are made than were asked for: when the balance ends.
//
// # Assumed of webhooks
//
// Of the events that are sent to a partner, the vendor tells when they come, their bodies
// and their signature. The rest is assumed:
//   - The waits before the three further attempts are 5, 30 and 180 seconds.
//   - The secret is whsec_roamify_ and the name, and what an answer says beside its 200
//     counts for nothing.
//   - NEW is sent when a profile is READY, which events have no word for, and the state an
//     eSIM is in when it comes back from UNKNOWN, or by a top-up from EXPIRED.
//   - start and end are -1 before first use; the package is that the eSIM was bought with.
//   - eSIMs without usage check have no usage events, unlimited ones no shares.
//   - Reports every four hours count from the activation, or from when somebody began to
//     listen.
//   - The threshold of low_balance is 50 USD unless set; top_up and insufficient_balance
//     have no threshold.
//   - To set a higher balance is to add funds, a refund is not; vouchers of which only some
//     can be paid are no refusal.
//   - Nobody buys through an affiliate link here, so order is sent by a trigger alone.
//
// # Left out
//
// Insurance, which is another product under the same token.
package roamify
