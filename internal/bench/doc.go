// Package bench measures the simulator beside a bare net/http handler that reads and
// writes the same bytes and does the same work, so that a ratio comes from one run:
//
//	go test -bench . -benchmem ./internal/bench
//
// Names ending in Base are the bare handler. Wire goes over loopback with its client in
// the same process; Handler calls the handler alone, and its allocations are its own.
package bench
