package esimgo

// The versions of the API, by the path they are served under. Old ones stay as they were
// (vendor's release notes), so what a later one added does not show in them: compatible
// came with v2.4, suspending and deleting eSIMs with v2.5.
const (
	v23 = "/v2.3"
	v24 = "/v2.4"
	v25 = "/v2.5"
)

// Where later operations are served.
var (
	sinceV24 = []string{v24, v25}
	sinceV25 = []string{v25}
)
