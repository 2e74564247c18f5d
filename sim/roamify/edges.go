package roamify

import "github.com/esimsim/esimsim/sim"

// The names of the edges. The id is that of the order, the voucher or the refund request,
// the orderId of a gift, and the esimId of all that concerns an eSIM.
const (
	orderCompleted     = "order.completed"
	orderRequireAction = "order.require_action"
	orderCancelled     = "order.cancelled"
	orderRefunded      = "order.refunded"
	orderArchived      = "order.archived"

	esimReady     = "esim.ready"
	esimInstalled = "esim.installed"
	esimActive    = "esim.active"
	esimInactive  = "esim.inactive"
	esimDepleted  = "esim.depleted"
	esimExpired   = "esim.expired"
	esimDeleted   = "esim.deleted"
	esimRevoked   = "esim.revoked"
	esimUnknown   = "esim.unknown"
	esimRecovered = "esim.recovered"
	esimReported  = "esim.reported"

	voucherRedeemed  = "voucher.redeemed"
	voucherCancelled = "voucher.cancelled"

	giftRedeemed = "gift.redeemed"
	giftExpired  = "gift.expired"
	giftVoided   = "gift.voided"
	giftRefunded = "gift.refunded"

	refundProcessing = "refund.processing"
	refundRefunded   = "refund.refunded"
	refundRejected   = "refund.rejected"
	refundCancelled  = "refund.cancelled"
)

var (
	// never is for what happens in a scenario or by hand only.
	never = sim.Policy{Never: true}
	// byHand is for what people decide.
	byHand = sim.Policy{Manual: true}
)

const statusesPage = "owner's Orders page, Get eSIM Orders: the statuses; when they are met is assumed"

var edges = []sim.Edge[state]{
	{
		Name: orderCompleted, Pass: completeOrder,
		Basis: sim.Brief, Source: "owner's Orders page: PENDING and COMPLETED; recorded orders were COMPLETED at once",
	},
	{Name: orderRequireAction, Pass: holdOrder, Default: never, Basis: sim.Brief, Source: statusesPage},
	{Name: orderCancelled, Pass: cancelOrder, Default: never, Basis: sim.Brief, Source: statusesPage},
	{Name: orderRefunded, Pass: refundOrder, Default: never, Basis: sim.Brief, Source: statusesPage},
	{Name: orderArchived, Pass: archiveOrder, Default: never, Basis: sim.Brief, Source: statusesPage},

	{
		Name: esimReady, Pass: generate,
		Basis: sim.Brief, Source: "owner's Overview page, step 4; eSIM page: NEW and READY",
	},
	{
		Name: esimInstalled, Pass: install,
		Basis: sim.Documented, Source: "eSIM page: READY and INSTALLED; events page",
	},
	{
		Name: esimActive, Pass: activate,
		Basis: sim.Documented, Source: "packages page: activation first-use; usage page: startedAt; events page: ACTIVATED",
	},
	{
		Name: esimInactive, Pass: deactivate, Default: never,
		Basis: sim.Documented, Source: "events page: INACTIVE",
	},
	{
		Name: esimDepleted, Pass: deplete,
		Basis: sim.Documented, Source: "usage webhook page: 100 % of data",
	},
	{
		Name: esimExpired, Pass: expire,
		Basis: sim.Documented, Source: "eSIM page: EXPIRED; expiredAt of its samples",
	},
	{
		Name: esimDeleted, Pass: remove,
		Basis: sim.Documented, Source: "status webhook page: DELETED",
	},
	{
		Name: esimRevoked, Pass: revoke,
		Basis: sim.Documented, Source: "eSIM page: REVOKED; vouchers page: revoking",
	},
	{
		Name: esimUnknown, Pass: lose, Default: never,
		Basis: sim.Documented, Source: "eSIM page: UNKNOWN; when it is met is assumed",
	},
	{
		Name: esimRecovered, Pass: recoverESIM, Default: never,
		Basis: sim.Assumed, Source: "the way back from UNKNOWN",
	},
	{
		Name: esimReported, Pass: reportUsage,
		Basis: sim.Documented, Source: "usage webhook page: every four hours for each activated eSIM; here while somebody listens",
	},

	{
		Name: voucherRedeemed, Pass: redeemVoucher, Default: byHand,
		Basis: sim.Documented, Source: "vouchers page, 2026-09: ACTIVE and REDEEMED",
	},
	{
		Name: voucherCancelled, Pass: cancelVoucher,
		Basis: sim.Documented, Source: "vouchers page, 2026-09: ACTIVE and CANCELLED",
	},

	{Name: giftRedeemed, Pass: redeemGift, Default: byHand, Basis: sim.Documented, Source: "gift cards page: the statuses"},
	{Name: giftExpired, Pass: expireGift, Default: byHand, Basis: sim.Documented, Source: "gift cards page: the statuses"},
	{Name: giftVoided, Pass: voidGift, Basis: sim.Documented, Source: "gift cards page: revoking"},
	{Name: giftRefunded, Pass: refundGift, Default: byHand, Basis: sim.Documented, Source: "gift cards page: the statuses"},

	{
		Name: refundProcessing, Pass: processRefund, Default: byHand,
		Basis: sim.Documented, Source: "refunds page, 2026-11: people review a request",
	},
	{Name: refundRefunded, Pass: grantRefund, Default: byHand, Basis: sim.Documented, Source: "refunds page, 2026-11: REFUNDED"},
	{Name: refundRejected, Pass: rejectRefund, Default: byHand, Basis: sim.Documented, Source: "refunds page, 2026-11: REJECTED"},
	{Name: refundCancelled, Pass: cancelRefundRequest, Basis: sim.Documented, Source: "refunds page, 2026-11: cancel"},
}
