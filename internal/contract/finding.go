package contract

// A Finding is one thing in a request, or in an answer of ours, that the OpenAPI
// document or the provider's rules do not allow.
type Finding struct {
	// Code names the kind of mistake and never changes: "body.required".
	Code string `json:"code"`
	// Pointer is the JSON pointer into the body, or the name of the header, query key or
	// path variable, after its place: "/items/0/packageId", "query/page".
	Pointer string `json:"pointer,omitempty"`
	// Message tells in one sentence what to change.
	Message string `json:"message"`
	// Basis says whose word the rule rests on.
	Basis string `json:"basis,omitempty"`
}
