package roamify

import "github.com/esimsim/esimsim/sim"

// What is odd about a request and accepted all the same.
var (
	oddESIMIDIgnored = sim.NamedFinding{
		Code: "roamify.esim-id-ignored", Basis: sim.Assumed, Source: "owner's eSIM API Overview page, step 4, does not say what becomes of both",
		Says: "Profiles are asked for by esimId and referenceId at once: those of the whole order are generated.",
	}
	oddOldSpelling = sim.NamedFinding{
		Code: "roamify.old-spelling", Basis: sim.Documented, Source: "events page, 2026-06",
		Says: "Events are asked for by a path or a method that the vendor's page had until 2026-06.",
	}
	oddOrderRepeated = sim.NamedFinding{
		Code: "roamify.order-repeated", Basis: sim.Documented, Source: vouchersPage + ": without a referenceId a second try buys again",
		Says: "An order without a referenceId is the same as the one up to a minute before it, and is charged again.",
	}
	oddPastStartDate = sim.NamedFinding{
		Code: "roamify.past-start-date", Basis: sim.Assumed, Source: "owner's eSIM API Overview page, step 4, does not forbid it",
		Says: "The startDate of a profile is a day that is over.",
	}
	oddRatesCut = sim.NamedFinding{
		Code: "roamify.rates-cut", Basis: sim.Assumed, Source: "rates page, 2025-12, has no bound",
		Says: "A history of rates is longer than what is answered of it.",
	}
	oddUnknownCountry = sim.NamedFinding{
		Code: "roamify.unknown-country", Basis: sim.Brief, Source: "owner's eSIM API Overview page, step 2; that the list is empty then is assumed",
		Says: "Packages are asked for by a name or a code of a country that GET /api/esim/countries does not list.",
	}
)

// namedFindings are all of them.
var namedFindings = []*sim.NamedFinding{
	&oddESIMIDIgnored, &oddOldSpelling, &oddOrderRepeated, &oddPastStartDate, &oddRatesCut, &oddUnknownCountry,
}
