// Package sim is the contract that a provider fills in, and the spine that serves it:
// worlds, turns, edges and the road of a request.
//
// A Go test runs a simulator of its own and points its client at it:
//
//	srv := sim.StartT(t, sim.Config{Providers: all.Providers()})
//	shop := NewShop(srv.URL()) // its credentials are roamify_<name>, esimgo_<name>, esf_<name>
//	world := srv.WorldT(t, "<name>")
//	happened, err := world.Advance(30 * 24 * time.Hour)
//
// Each name is a world of its own, with accounts, clock, chance and journal, so tests run
// in parallel on one simulator. A provider is a Definition, put together in a folder of
// its own; see the package simtest for the rules that all must obey.
package sim
