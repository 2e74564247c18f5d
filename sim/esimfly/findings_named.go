package esimfly

import "github.com/esimsim/esimsim/sim"

// What is odd about a request and accepted all the same.
var (
	oddNewerField = sim.NamedFinding{
		Code: "body.undeclared", Basis: sim.Brief, Source: "Create Order, Request Parameters, has no such field",
		Says: "An order has a field that the API got after the edition in force.",
	}
	oddCallbackURL = sim.NamedFinding{
		Code: "esimfly.callback-url", Basis: sim.Assumed, Source: docOrder + ": an address for webhooks; that a wrong one is passed over is assumed",
		Says: "An order names a callbackUrl that no webhook would be sent to.",
	}
	oddDate = sim.NamedFinding{
		Code: "esimfly.date", Basis: sim.Assumed, Source: "api-docs, List Orders: ISO 8601; that another is passed over is assumed",
		Says: "A date of the query is not written as ISO 8601 and chooses nothing.",
	}
	oddDuration = sim.NamedFinding{
		Code: "esimfly.duration", Basis: sim.Assumed, Source: "Create Order: auto-detected when it is left out; that a wrong one is passed over is assumed",
		Says: "An order has a duration that is not the package's.",
	}
	oddIdempotencyKey = sim.NamedFinding{
		Code: "esimfly.idempotency-key", Basis: sim.Assumed, Source: docOrder + ", Idempotency, does not say what becomes of another order",
		Says: "An idempotency_key was that of an order which differs, and that order is answered.",
	}
	oddNoEffect = sim.NamedFinding{
		Code: "esimfly.no-effect", Basis: sim.Assumed, Source: docActions + ", does not say what becomes of it",
		Says: "An eSIM is suspended or activated that is so already, or is over.",
	}
	oddOrderRepeated = sim.NamedFinding{
		Code: "esimfly.order-repeated", Basis: sim.Assumed, Source: "Create Order has no key by which a second try would be known",
		Says: "In edition 2025-08 an order is the same as one up to a minute before it, and is charged again.",
	}
	oddOrderKeyless = sim.NamedFinding{
		Code: "esimfly.order-repeated", Basis: sim.Documented, Source: docOrder + ", Idempotency",
		Says: "In edition 2026-09 an order without an idempotency_key is the same as one up to a minute before it, and is charged again.",
	}
	oddPackageName = sim.NamedFinding{
		Code: "esimfly.package-name", Basis: sim.Assumed, Source: "Create Order requires it; that a wrong one is passed over is assumed",
		Says: "An order has a packageName that is not the catalogue's.",
	}
	oddPackagesPath = sim.NamedFinding{
		Code: "esimfly.packages-path", Basis: sim.Documented, Source: "api-docs, index of endpoints; Create Order, Order Flow, has it for short",
		Says: "The catalogue is asked for by a path that the live API does not have.",
	}
	oddRateLimit = sim.NamedFinding{
		Code: "esimfly.rate-limit", Basis: sim.Brief, Source: "Create Order, Rate Limiting; the other windows of edition 2026-09: api-docs, Rate limits",
		Says: "It is one of more calls of a key than the real API answers.",
	}
	oddRecurring = sim.NamedFinding{
		Code: "esimfly.recurring", Basis: sim.Assumed, Source: docOrder + ": for packages that are recurring; that it is passed over elsewhere is assumed",
		Says: "An order asks for a subscription of a package that has none.",
	}
	oddReservedEvent = sim.NamedFinding{
		Code: "esimfly.reserved-event", Basis: sim.Documented, Source: docWebhooks + ": order.completed is reserved",
		Says: "Webhooks are asked for of an event that is never sent.",
	}
	oddUsageBoth = sim.NamedFinding{
		Code: "esimfly.usage-both", Basis: sim.Documented, Source: docUsage + ": either, not both; which one counts is assumed",
		Says: "Usage is asked for by iccid and order_id at once: the iccid counts.",
	}
	oddUsageDates = sim.NamedFinding{
		Code: "esimfly.usage-dates", Basis: sim.Documented, Source: docUsage + ": reserved",
		Says: "Usage is asked for between dates, which has no effect yet.",
	}
)

// Why a signature or its timestamp is refused. What is signed, and how, is the owner's page's;
// that a refusal is explained is our own.
var (
	oddSignatureAccessCode = sim.NamedFinding{
		Code: "signature.access-code-as-key", Basis: sim.Brief, Source: pageSigning,
		Says: "The access code made the signature, not the secret key.",
	}
	oddSignatureBase64 = sim.NamedFinding{
		Code: "signature.base64", Basis: sim.Brief, Source: pageSigning,
		Says: "The signature is base64, not upper-case hex, or of another length.",
	}
	oddSignatureEmptyBody = sim.NamedFinding{
		Code: "signature.empty-body", Basis: sim.Brief, Source: pageSigning,
		Says: "Another body was signed than the one sent: none, or one where none was sent.",
	}
	oddSignatureOrder = sim.NamedFinding{
		Code: "signature.field-order", Basis: sim.Brief, Source: pageSigning,
		Says: "The parts were signed in another order, or not all of them.",
	}
	oddSignatureLowerCase = sim.NamedFinding{
		Code: "signature.lower-case", Basis: sim.Brief, Source: pageSigning,
		Says: "The signature is lower-case hex.",
	}
	oddSignaturePath = sim.NamedFinding{
		Code: "signature.path-included", Basis: sim.Brief, Source: pageSigning,
		Says: "The method, the path or the query was signed as well.",
	}
	oddSignatureRewritten = sim.NamedFinding{
		Code: "signature.reserialised", Basis: sim.Brief, Source: pageSigning,
		Says: "JSON was signed that means the same as the body sent and is other bytes.",
	}
	oddSignaturePrefix = sim.NamedFinding{
		Code: "signature.secret-prefix", Basis: sim.Brief, Source: pageSigning,
		Says: "The secret key lacks its prefix, or has it twice.",
	}
	oddSignatureSeparators = sim.NamedFinding{
		Code: "signature.separators", Basis: sim.Brief, Source: pageSigning,
		Says: "Something stands between the parts that were signed.",
	}
	oddSignatureNewline = sim.NamedFinding{
		Code: "signature.trailing-newline", Basis: sim.Brief, Source: pageSigning,
		Says: "The body or the secret key was used with a newline at its end, or without the one it has.",
	}
	oddSignatureUnknown = sim.NamedFinding{
		Code: "signature.unknown", Basis: sim.Brief, Source: pageSigning,
		Says: "No known mistake explains the signature, or RT-Timestamp is no number of milliseconds.",
	}
	oddTimestampSeconds = sim.NamedFinding{
		Code: "timestamp.seconds", Basis: sim.Brief, Source: pageSigning,
		Says: "RT-Timestamp is in seconds.",
	}

	oddSignatureBodyOnGet = sim.NamedFinding{
		Code: "signature.body-on-get", Basis: sim.Documented, Source: docAuth + ": of GET the empty text is signed",
		Says: "A GET was signed with a body.",
	}
	oddTimestampSkew = sim.NamedFinding{
		Code: "timestamp.skew", Basis: sim.Documented, Source: docAuth + ": 5 minutes; that a clock that is ahead counts as well is assumed",
		Says: "RT-Timestamp is too far from the clock.",
	}
)

const pageSigning = "Create Order, the sample clients; what they leave open: " + docAuth

// namedFindings are all of them.
var namedFindings = []*sim.NamedFinding{
	&oddNewerField, &oddCallbackURL, &oddDate, &oddDuration, &oddIdempotencyKey, &oddNoEffect, &oddOrderRepeated, &oddOrderKeyless,
	&oddPackageName, &oddPackagesPath, &oddRateLimit, &oddRecurring, &oddReservedEvent, &oddUsageBoth, &oddUsageDates,
	&oddSignatureAccessCode, &oddSignatureBase64, &oddSignatureBodyOnGet, &oddSignatureEmptyBody, &oddSignatureOrder, &oddSignatureLowerCase,
	&oddSignaturePath, &oddSignatureRewritten, &oddSignaturePrefix, &oddSignatureSeparators, &oddSignatureNewline, &oddSignatureUnknown,
	&oddTimestampSeconds, &oddTimestampSkew,
}
