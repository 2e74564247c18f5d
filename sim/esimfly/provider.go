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

		Identify:    identify,
		Credentials: credentials,
		Secrets:     []string{headerSignature},
		Admit:       admit,
		EncodeError: encodeError,
		Example:     example,

		Open:   open,
		Device: device,
		Status: status,

		Operations: []sim.Operation[state]{
			{ID: "getBalance", Method: http.MethodGet, Path: "/balance", Run: getBalance},
			{ID: "listPackages", Method: http.MethodGet, Path: "/esims/packages", Run: listPackages},
			{ID: "listPackagesAlias", Method: http.MethodGet, Path: "/packages", Run: listPackagesAlias},
			{ID: "createOrder", Method: http.MethodPost, Path: "/esims/order", Run: createOrder},
			{ID: "getOrder", Method: http.MethodGet, Path: "/esims/order", Run: getOrder},
		},
		Edges: []sim.Edge[state]{
			{
				Name: edgeProvisioned, Pass: provision,
				Basis: sim.Brief, Source: `Create Order: "eSIM is provisioned from the provider", at once or later`,
			},
			{
				Name: edgeFailed, Pass: fail, Default: sim.Policy{Never: true},
				Basis: sim.Assumed, Source: `Create Order: "No partial deductions on failed orders"; that a pending one can fail is assumed`,
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
		},
		Settings: []sim.Setting[state]{
			{
				Name: "edition", Values: []string{"2025-08"},
				Basis: sim.Brief, Doc: "The dated contract that is spoken; 2025-08 is the Create Order page.",
			},
			{
				Name: "rateLimit", Values: []string{"enforce", "off"},
				Basis: sim.Brief, Doc: "Whether a key's 1001st call within an hour of the world's time is refused with 429.",
			},
			{
				Name:  "balance",
				Basis: sim.Assumed, Doc: "The account's money in USD, a number from 0 to 1e9.",
				Get: func(tx *sim.Tx[state]) any { return tx.State.Balance.Float() },
				Set: setBalance,
			},
		},
		Errors: namedErrors,
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
