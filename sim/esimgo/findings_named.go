package esimgo

import "github.com/esimsim/esimsim/sim"

// What is odd about a request and accepted all the same.
var (
	oddAdditionalField = sim.NamedFinding{
		Code: "esimgo.additional-field", Basis: sim.Documented, Source: "GET /esims/assignments: appleInstallUrl; vendor's page of v2.5: installUrl as well",
		Says: "The query asks for an additional field that this version of the API does not have.",
	}
	oddDailyTopUp = sim.NamedFinding{
		Code: "esimgo.daily-top-up", Basis: sim.Documented, Source: "vendor's page of POST /organisation/balance, second revision of v2.4; an account manager can change it",
		Says: "The balance is topped up by more in 24 hours than the vendor takes.",
	}
	oddIdempotencyKey = sim.NamedFinding{
		Code: "esimgo.idempotency-key", Basis: sim.Documented, Source: "POST /orders: no page has such a header, which a live client sends",
		Says: "An order carries the header Idempotency-Key, which the API does not know: sent again it buys again.",
	}
	oddLargeOrder = sim.NamedFinding{
		Code: "esimgo.large-order", Basis: sim.Documented, Source: "vendor's help centre: at most 10 an order, at least three seconds apart",
		Says: "An order is for more bundles than the vendor asks to order at a time.",
	}
	oddOrderRepeated = sim.NamedFinding{
		Code: "esimgo.order-repeated", Basis: sim.Documented, Source: "POST /orders: there is no key by which a second try would be known",
		Says: "An order is the same as one up to a minute before it, and is charged again.",
	}
	oddRateLimit = sim.NamedFinding{
		Code: "esimgo.rate-limit", Basis: sim.Documented, Source: "vendor's rate limit guide",
		Says: "It is one of more calls in a second than the real API answers.",
	}
	oddStartTime = sim.NamedFinding{
		Code: "esimgo.start-time", Basis: sim.Documented, Source: "POST /esims/apply: only for bundles without autostart",
		Says: "A bundle is applied with a startTime, which changes nothing about one with autostart.",
	}
	oddUnknownCountry = sim.NamedFinding{
		Code: "esimgo.unknown-country", Basis: sim.Assumed, Source: "GET /networks does not say what becomes of it",
		Says: "Networks are asked for by a name or a code that no country has, and none are found.",
	}
)

// namedFindings are all of them.
var namedFindings = []*sim.NamedFinding{
	&oddAdditionalField, &oddDailyTopUp, &oddIdempotencyKey, &oddLargeOrder, &oddOrderRepeated, &oddRateLimit, &oddStartTime, &oddUnknownCountry,
}
