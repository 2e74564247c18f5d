package esimfly

import (
	"fmt"
	"net/http"

	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
)

// mount is the prefix under which the vendor serves the API.
const mount = "/api/v1/business"

// Provider is the esimfly Business API.
func Provider() *sim.Provider {
	return sim.Define(sim.Definition[state]{
		Name:     "esimfly",
		Title:    "esimfly",
		Mounts:   []string{mount},
		Document: openapi.Esimfly,

		Key:         accessCode,
		Identify:    identify,
		KeyOf:       keyOf,
		Credentials: credentials,
		Authorize:   authorize,
		Secrets:     []string{headerSignature},
		Admit:       admit,
		Missed:      tellMeter,
		EncodeError: encodeError,
		Example:     example,

		Open:   open,
		Check:  check,
		Knows:  knows,
		Item:   isItem,
		Device: device,
		Status: status,

		Machines: machines(),
		Fixtures: fixtures(),

		Operations: []sim.Operation[state]{
			{ID: "getBalance", Method: http.MethodGet, Path: "/balance", Run: getBalance},
			{ID: "listPackages", Method: http.MethodGet, Path: "/esims/packages", Run: listPackages},
			{ID: "listPackagesAlias", Method: http.MethodGet, Path: "/packages", Run: listPackagesAlias},
			{ID: "createOrder", Method: http.MethodPost, Path: "/esims/order", Run: createOrder},
			{ID: "getOrder", Method: http.MethodGet, Path: "/esims/order", Run: getOrder},
			{ID: "listEsims", Method: http.MethodGet, Path: "/esims", Run: listESIMs},
			{ID: "queryUsage", Method: http.MethodGet, Path: "/esims/usage/query", Run: queryUsage},
			{ID: "listOrders", Method: http.MethodGet, Path: "/orders", Run: listOrders},
			{ID: "listTopupPackages", Method: http.MethodGet, Path: "/topup/packages", Run: listTopUps},
			{ID: "topUp", Method: http.MethodPost, Path: "/topup/order", Run: topUp},
			{ID: "cancelEsim", Method: http.MethodPost, Path: "/esims/cancel", Run: cancelESIM},
			{ID: "suspendEsim", Method: http.MethodPost, Path: "/esims/suspend", Run: suspendESIM},
			{ID: "sendSms", Method: http.MethodPost, Path: "/esims/send-sms", Run: sendSMS},
			{ID: "getEsimStatus", Method: http.MethodPost, Path: "/esims/status", Run: readStatus},
			{ID: "listNetworkEvents", Method: http.MethodPost, Path: "/esims/network-events", Run: listNetworkEvents},
			{ID: "getUsageReport", Method: http.MethodPost, Path: "/esims/usage-report", Run: reportUsage},
			{ID: "setWebhook", Method: http.MethodPut, Path: "/webhooks", Run: setWebhook},
			{ID: "getWebhook", Method: http.MethodGet, Path: "/webhooks", Run: getWebhook},
		},
		Edges: []sim.Edge[state]{
			{
				Name: edgeAccepted, Pass: accept,
				Basis: sim.Documented, Source: "api-docs, Create Order, Idempotency: until then an order is being processed; edition 2026-09 only",
			},
			{
				Name: edgeProvisioned, Pass: provision,
				Basis: sim.Brief, Source: `Create Order: "eSIM is provisioned from the provider", at once or later; KDDI's take 1 to 5 minutes (api-docs)`,
			},
			{
				Name: edgeFailed, Pass: fail, Default: sim.Policy{Never: true},
				Basis: sim.Assumed, Source: `Create Order: "No partial deductions on failed orders"; that a pending one can fail is assumed`,
			},
			{
				Name: edgeToppedUp, Pass: complete,
				Basis: sim.Documented, Source: "api-docs, Top-up order: status is always completed",
			},
			{
				Name: edgeInstalled, Pass: install,
				Basis: sim.Documented, Source: "api-docs, Webhooks: esim.installed, first time only",
			},
			{
				Name: edgeActive, Pass: activate,
				Basis: sim.Documented, Source: "api-docs, List eSIMs: validity.activated_at; that first use activates is assumed",
			},
			{
				Name: edgeDepleted, Pass: deplete,
				Basis: sim.Documented, Source: "api-docs, List eSIMs: status DEPLETED",
			},
			{
				Name: edgeExpired, Pass: expire,
				Basis: sim.Brief, Source: "Create Order: expiredTime is 180 days after orderDate; after first use, the days of the package",
			},
			{
				Name: edgeSuspended, Pass: suspend,
				Basis: sim.Documented, Source: "api-docs, Suspend eSIM: action suspend",
			},
			{
				Name: edgeReactivated, Pass: reactivate,
				Basis: sim.Documented, Source: "api-docs, Suspend eSIM: action activate",
			},
			{
				Name: edgeCancelled, Pass: cancel,
				Basis: sim.Documented, Source: "api-docs, Cancel eSIM",
			},
			{
				Name: edgeRefunded, Pass: refund,
				Basis: sim.Documented, Source: "api-docs, Cancel eSIM: refund_method balance, or refund_request where it takes longer",
			},
			{
				Name: edgeDeleted, Pass: remove,
				Basis: sim.Documented, Source: "api-docs, List eSIMs: status DELETED, profile_status Delete; that removal from a device leads there is assumed",
			},
			{
				Name: edgeSynced, Pass: synchronise, Default: sim.Policy{After: syncDelay},
				Basis: sim.Documented, Source: "api-docs, Webhooks: esim.status.changed comes within 30 minutes, or with POST /esims/status",
			},
		},
		Webhooks: webhooks(),
		Settings: []sim.Setting[state]{
			{
				Name: "edition", Values: []string{edition2025, edition2026},
				Basis: sim.Brief, Doc: "The dated contract that is spoken; 2025-08 is the Create Order page, 2026-09 what the vendor's own SDK speaks.",
			},
			{
				Name: "account", Values: []string{accountUSD, accountIQD, accountEnterprise, accountOwn},
				Basis: sim.Documented, Doc: "What the account counts in and buys from: enterprise ones count in EUR, and enterprise-own sells its own packages alone.",
			},
			{
				Name: "rateLimit", Values: []string{"enforce", "off"},
				Basis: sim.Brief, Doc: "Whether a key's calls beyond 1000 an hour (2026-09: 100 a minute and 10000 a day, too) of the world's time are refused.",
			},
			{
				Name: "rateLimitStatus", Values: []string{"429", "401"},
				Basis: sim.Assumed, Doc: "The status of that refusal; a test of the vendor's has 401.",
			},
			{
				Name:  "balance",
				Basis: sim.Assumed, Doc: "The account's money in its currency, a number from 0 to 1e9.",
				Get: balance,
				Set: setBalance,
			},
		},
		Errors:   namedErrors,
		Findings: namedFindings,
	})
}

// example orders the page's package and computes the signature in the shell, so that it
// works as printed.
func example(base, name string) string {
	return fmt.Sprintf(`code='%s%s' secret='%s%s'; ts=$(($(date +%%s)*1000)); `+
		`id=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen | tr A-Z a-z); `+
		`body='{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72}'; `+
		`sig=$(printf %%s "$ts$id$code$body" | openssl dgst -sha256 -hmac "$secret" | sed 's/.* //' | tr a-z A-Z); `+
		`curl -s '%s%s/esims/order' -H "RT-AccessCode: $code" -H "RT-RequestID: $id" -H "RT-Timestamp: $ts" `+
		`-H "RT-Signature: $sig" -H 'Content-Type: application/json' -d "$body"`,
		codePrefix, name, secretPrefix, name, base, mount)
}
