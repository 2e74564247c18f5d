// Package esimfly stands in for the esimfly Business API v1 in two editions: 2025-08, as
// the vendor's "Create Order" page of August 2025 has it, and 2026-09, as the vendor's
// repository of documents (eSimfly-Official/api-docs, revisions until September 2026) and
// its current SDK do. The endpoints that only those documents have are served in both
// editions alike; ordering, authentication and limits differ.
//
// # What is modelled
//
//   - The signature over the bytes sent, with the checks around it in a fixed order, replay
//     protection and the limits.
//   - The catalogue.
//   - Orders of one to ten eSIMs that are charged, provisioned at once or later, or fail and
//     are refunded, and in the newer edition their idempotency keys.
//   - Top-ups by class of provider.
//   - The life of an eSIM until it is used up, expired, cancelled or deleted, with
//     suspension.
//   - Usage, network events and reports out of what the device did.
//   - Accounts in USD, IQD and, for enterprises, EUR.
//   - Webhooks, in both editions alike, and callbackUrl in the newer one.
//
// # What is known to differ
//
//   - The service has no sandbox, so accounts, catalogue, operators and codes of top-ups are
//     invented, and reference numbers count from the one on the page.
//   - Bearer tokens, which the page names in one error text and nowhere else, are not
//     accepted.
//   - A request is carried out in one turn, so two that come at once with one idempotency
//     key meet only while the policy of order.accepted holds the first.
//
// # Assumed, as no source tells
//
//   - The order in which refusals come.
//   - That no more than the last thousand network events of an eSIM are kept.
//
// # Assumed of webhooks
//
//   - esim.provisioned is for every order which was answered pending_details.
//   - A download is told as BPP installation and Enable, one after the other, before
//     esim.installed.
//   - The source of all but esim.usage.threshold.
//   - A change of status is told as late as api-docs allow, as the edge esim.synced, with its
//     changed_at then. What changed back meanwhile is not told, and a transition which comes
//     again after a top-up is told again.
//   - A top-up is another package with thresholds of its own, while total and used are those
//     of the eSIM.
//   - The numbers of packages.
//   - A callbackUrl takes all events of its order's eSIMs from the key's address, which the
//     key can narrow down. Its secret is the key's, or else whsec_ and the name of the world.
//   - The order in which GET /webhooks lists deliveries, and its words for those under way.
//
// # Left out
//
// Renewals of recurring plans, addresses that a key is bound to, and everything that the
// vendor withdrew in November 2025.
package esimfly
