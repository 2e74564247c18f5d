// Package esimgo stands in for the eSIM Go API: a catalogue of bundles, orders paid from
// the organisation's balance, an inventory of bundles bought ahead, eSIMs with a queue of
// bundle assignments, what can be done to them, and the organisation itself.
//
// It is modelled on the owner's page (the OpenAPI document 2.4.0 as first published, in
// October 2024), on bodies that live clients decode, and on the vendor's documentation
// and guides up to early 2026, in this order of weight. The owner's page decides which
// operations exist; where its bodies are placeholders, the others fill them in.
//
// # Versions and shapes
//
// Version 2.4 is the usual one. v2.5 shows more (state and telephone number of an eSIM,
// suspending and deleting, the allowances of a bundle), v2.3 less (neither compatible nor
// bundleName, customerRef, networkBrandName or billingType); all share one account. What a
// version lacks it never heard of.
//
// Documents and live bodies differ in places. The setting shapes chooses: observed, the
// default, wraps lists in an object and gives the assignments of an order as an array;
// documented gives bare arrays, and one object where one eSIM was asked about.
//
// # Bundles
//
// An assignment of a bundle is Processing, then Queued until data flows, Active until its
// volume is Depleted or its days are Expired; one that waits while its eSIM has no activity
// for twelve months is Lapsed, and one that is taken off is Revoked. Data goes to the
// active assignment, then on to the one queued longest. A bundle of a year is twelve
// assignments, one for each month. Unlimited bundles have an allowance at full speed that
// is new every 24 hours and never deplete.
//
// A revoked bundle that was never used comes back within 60 days of its purchase, to the
// inventory or, for an offer, to the balance; its eSIM goes back to the vendor when nothing
// is left on it and it is not installed, and returns after four days if it was meanwhile.
//
// Orders of more than five bundles come to an edge of their own, order.dispatched, which
// holds nothing up unless a scenario says so.
//
// # Callbacks
//
// The organisation is called back where the control plane says, as in the vendor's portal:
// signed and in full as of version 3, or unsigned with the basic fields of version 2. A use
// that crosses several thresholds at once is told once for each, in their order and with
// what is left after it. Nothing tells of orders, of bundles that come to an eSIM or of
// their end: the vendor has no callback for those.
//
// # Assumed, as no source tells
//
//   - The wording of nearly all refusals, and prices.
//   - What is incompatible: a legacy bundle, whose name ends in _U, with an eSIM of a current
//     one, and the other way about.
//   - At most 1000 eSIMs or bundles are in one order.
//   - Bad page numbers are 400, and unknown columns are passed over.
//   - A reference of a single assignment can be used wherever that of its order can.
//   - The answers to a revoke of type validate and to GET suspend.
//   - A month of a longer bundle is worth its part of the price and cannot go to the
//     inventory.
//   - v2.5 tells the telephone number of every eSIM which has one: all but those of
//     esim_10GB_30D_IM_U.
//   - Nothing can be put on a deactivated eSIM.
//   - A failed order gives its payment back. A failed apply keeps its lines, while the new
//     eSIMs it was answered with leave the account unless they were installed.
//   - An eSIM is active as long as one of its bundles is.
//   - A bundle withdrawn from sale can still be applied by who owns it.
//   - Nothing is seen where no network is known of; bundles are sold for every country.
//   - Calls refused before they come to an operation (404, 405 and 413) do not count against
//     the rate limit.
//   - TADIG codes that end in X and a digit are invented: those of networks that tadig.json
//     does not have.
//
// # Assumed of callbacks
//
//   - One is given ten seconds and tried once.
//   - First use is told for each bundle and has the further fields of version 3 as
//     Utilisation has.
//   - An unlimited bundle has no thresholds.
//   - The percentage of a low balance is what is left of the threshold to two places.
//   - Refusals for want of money count anew after any credit.
//   - The saved card tops up by 1000 (balance.autotopup, which never happens unless a policy
//     says so).
//   - A stay is told of at its full days, also where an eSIM has been within the last day,
//     and ends when the profile is removed.
//   - The events of 2026 come in both versions.
//   - The keys of esim.profile_status_changed.
//   - The date of esim.deletion_scheduled is when it was scheduled.
//
// # Left out
//
//   - GET /catalogue/prices of v2.5, whose form is not published.
//   - An account in another currency than USD, and test credit.
//   - Bundles of voice and SMS, so that MSISDNDisabled is sent on demand only and no bundle of
//     a callback has a unit.
package esimgo
