// Package esimfly stands in for the esimfly Business API v1, as the vendor's "Create
// Order" page of August 2025 has it, with the vendor's repository of documents
// (eSimfly-Official/api-docs, revisions from 2025-08-19 to 2026-09) where that page is
// silent.
//
// What is modelled: the signature over the bytes sent, with the checks around it in a
// fixed order, replay protection and the hourly limit; the catalogue; orders of one to
// ten eSIMs that are charged, provisioned at once or later, or fail and are refunded; the
// life of an eSIM until it is used up or expired; the balance.
//
// What is known to differ: the service has no sandbox, so accounts, catalogue and
// operators of a package are invented, and reference numbers count from the one on the
// page. Bearer tokens, which the page names in one error text and nowhere else, are not
// accepted. The order in which refusals come is nowhere documented and assumed here.
//
// What is left out: everything that came after edition 2025-08.
package esimfly
