// Package esimfly stands in for the esimfly Business API v1 in two editions: 2025-08, as
// the vendor's "Create Order" page of August 2025 has it, and 2026-09, as the vendor's
// repository of documents (eSimfly-Official/api-docs, revisions until September 2026) and
// its current SDK do. The endpoints that only those documents have are served in both
// editions alike; ordering, authentication and limits differ.
//
// What is modelled: the signature over the bytes sent, with the checks around it in a
// fixed order, replay protection and the limits; the catalogue; orders of one to ten eSIMs
// that are charged, provisioned at once or later, or fail and are refunded, and in the
// newer edition their idempotency keys; top-ups by class of provider; the life of an eSIM
// until it is used up, expired, cancelled or deleted, with suspension; usage, network
// events and reports out of what the device did; accounts in USD, IQD and, for
// enterprises, EUR; webhooks, in both editions alike, and callbackUrl in the newer one.
//
// What is known to differ: the service has no sandbox, so accounts, catalogue, operators
// and codes of top-ups are invented, and reference numbers count from the one on the page.
// Bearer tokens, which the page names in one error text and nowhere else, are not
// accepted. The order in which refusals come is nowhere documented and assumed here; that no
// more than the last thousand network events of an eSIM are kept is assumed, too. A request
// is carried out in one turn, so two that come at once with one idempotency key meet only
// while the policy of order.accepted holds the first.
//
// Of webhooks it is assumed: that esim.provisioned is for every order which was answered
// pending_details; that a download is told as BPP installation and Enable, one after the
// other, before esim.installed; the source of all but esim.usage.threshold; that a change
// of status is told as late as api-docs allow, as the edge esim.synced, with its changed_at
// then, that what changed back meanwhile is not told, and that a transition which comes
// again after a top-up is told again; that a top-up is another package with thresholds of
// its own, while total and used are those of the eSIM; the numbers of packages; that a
// callbackUrl takes all events of its order's eSIMs from the key's address, which the key
// can narrow down; that its secret is the key's, or else whsec_ and the name of the world;
// the order in which GET /webhooks lists deliveries, and its words for those under way.
//
// What is left out: renewals of recurring plans, addresses that a key is bound to, and
// everything that the vendor withdrew in November 2025.
package esimfly
