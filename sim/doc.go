// Package sim runs a simulator of eSIM wholesale APIs within a Go test, and is the contract
// that such an API fills in.
//
//	import (
//		"github.com/esimsim/esimsim/sim"
//		"github.com/esimsim/esimsim/sim/all"
//	)
//
//	func TestShop(t *testing.T) {
//		srv := sim.StartT(t, sim.Config{Providers: all.Providers()})
//		world := srv.WorldT(t, "")
//		shop := NewShop(world.BaseURL("esimfly"), world.Client("esimfly"))
//		// Buy something. Then a month goes by:
//		world.AdvanceT(t, 30*24*time.Hour)
//		// Look at what the shop makes of it.
//		world.NoFindingsT(t)
//	}
//
// The providers are "roamify", "esimgo" and "esimfly"; each has a package of its own, for
// tests that want one of them alone.
//
// # Worlds
//
// A [World] is a test's environment: at each provider an account with 1000 USD, and eSIMs, a
// clock, chance, scenarios and a journal. Worlds share nothing, so that tests run in parallel
// on one [Server]; one of its own costs a test some hundredths of a second. [Server.WorldT]
// makes a world that has the test's name, or one that is given. The name is in the
// credentials: world "shop" is that of the token roamify_shop, of the API key esimgo_shop,
// and of the access code esf_shop, which signs with sk_shop.
//
// [World.Patch] sets a balance, or another of the settings that the README lists:
//
//	err := world.Patch(sim.Patch{"esimfly": {"balance": 2.5}})
//
// [World.Start] begins anew with a [Fixture] of orders and eSIMs in given states,
// [World.Snapshot], [World.Restore] and [World.Fork] copy, [World.Reset] empties.
//
// # Clients
//
// [World.Client] is an http.Client that sends the world's credential and signs where the API
// asks for it, and [World.BaseURL] is where it goes. Code that signs for itself takes
// [Server.Client] and finds its keys in [Server.Env]. Both clients reach the simulator
// alone, over HTTPS too where [Config].TLS asks for it, so that a real service whose address
// was left in the code is never called. A plain http.Client works as well.
//
// # Time
//
// A world's clock follows the machine's, until it is stopped by [World.Freeze], [World.Set]
// or, from the beginning, Config.Freeze. [World.AdvanceT] moves it on, runs what falls due,
// each at its own instant, waits for those who receive webhooks, and lists what happened.
// [World.Pass] passes an edge, such as esimfly.order.provisioned, by hand. Where the clock
// stands still, the same seed, name of the world and requests give the same bytes.
//
// # What goes wrong
//
// Nothing does, unless a scenario says so. Bundled ones ([Server.ScenarioNames]) are switched
// on by [World.SwitchOn], or by the name of a world, as in WorldT(t, "~esimfly-flaky").
// [World.ScenarioT] reads one from the test; the README has all that it may say:
//
//	world.ScenarioT(t, `
//	version: 1
//	name: lost
//	rules:
//	  - {on: esimfly.createOrder, first: 1, phase: after, do: {fault: reset}}
//	`)
//
// # Devices and webhooks
//
// [World.Install], [World.Attach], [World.Use] and [World.Remove] do what a phone does.
// [World.ReceiveT] has webhooks come to a handler of the test's, signed as the provider
// does; [World.Deliveries] tells what became of each, [World.Trigger] sends one now.
//
// # Evidence
//
// [World.Journal] has each request with its answer. [World.VerifyT] holds them against what
// should have been asked, and [World.NoFindingsT] against the contract: an unknown field, a
// call over the rate limit, an order that was sent twice. [World.View] shows balances and
// states. Requests with an unknown key are in [Server.Journal].
//
// # Bubbles
//
// With Config.InMemory there is no port, and in a bubble of testing/synctest the clock of
// the worlds is the bubble's: sleeps, time-outs, delays and the retries of webhooks take no
// time. A bubble begins in the year 2000, which the APIs never saw; let it pass before
// StartT:
//
//	synctest.Test(t, func(t *testing.T) {
//		time.Sleep(time.Until(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)))
//		srv := sim.StartT(t, sim.Config{Providers: all.Providers(), InMemory: true})
//
// Whatever talks to the simulator does so from the bubble, by the clients above, and
// receives by ReceiveT: connections of the system would hold the bubble's time up.
//
// # Without a test
//
// [New] makes a Server from a [Config] whose zero fields mean sane defaults, [Server.Start]
// listens and [Server.Close] ends it: in TestMain, for one that many tests share, or in a
// program. [Server.Handler] needs no listener at all.
//
// # Providers
//
// A provider is a [Definition], which [Define] turns into a [Provider]. [Turn], [Tx],
// [Request], [Reply] and what belongs to them are for providers alone; see the package
// simtest for the rules that all must obey.
package sim
