// Package esimgo stands in for the eSIM Go API v2.4: a catalogue of bundles, orders paid
// from the organisation's balance, an inventory of bundles bought ahead, eSIMs with a
// queue of bundle assignments, and the organisation itself.
//
// It is modelled on the owner's page (the OpenAPI document 2.4.0 as first published, in
// October 2024), on bodies that live clients decode, and on the vendor's documentation
// and guides up to early 2026, in this order of weight. The owner's page decides which
// operations exist; where its bodies are placeholders, the others fill them in.
//
// Documents and live bodies differ in places. The setting shapes chooses: observed, the
// default, wraps lists in an object and gives the assignments of an order as an array;
// documented gives bare arrays, and one object where one eSIM was asked about.
//
// An assignment of a bundle is Processing, then Queued until data flows, Active until
// its volume is Depleted or its days are Expired; one that nobody uses for twelve months
// is Lapsed. Data goes to the active assignment, then on to the one queued longest. A
// bundle of a year is twelve assignments, one for each month. Unlimited bundles have an
// allowance at full speed that is new every 24 hours and never deplete.
//
// Assumed, as no source tells: the wording of nearly all refusals, what is incompatible
// (a legacy bundle, whose name ends in _U, with an eSIM of a current one, and the other
// way about), prices, at most 1000 eSIMs or bundles in one order, bad page numbers (400)
// and unknown columns (passed over), and that a reference of a single assignment can be
// used wherever that of its order can.
//
// Left out: an account in another currency than USD, and test credit.
package esimgo
