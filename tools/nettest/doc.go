// Package nettest holds the connections of internal/network and of internal/lazy against
// what the Go project asks of any connection. It is a module of its own, so that
// golang.org/x/net is no requirement of the simulator's.
package nettest
