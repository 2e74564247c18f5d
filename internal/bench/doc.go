// Package bench measures the simulator beside a bare net/http handler that reads and
// writes the same bytes and does the same work, so that a ratio comes from one run:
//
//	go test -run xxx -bench 'Wire|Handler' ./internal/bench
//
// Wire runs each of the two in a process of its own, behind loopback, asks them in turns
// and counts the CPU time of each process alone: cpu-ratio is base over simulator. Handler
// calls the handler alone, and its allocations are its own. Worlds and Orders show that a request costs the same however much there is.
//
// With ESIMSIM_BINARY set to a program that was built, Wire measures that instead. Start
// needs one, and measures how long it takes to its first answers.
package bench
