module github.com/esimsim/esimsim/tools/nettest

go 1.26.0

replace github.com/esimsim/esimsim => ../..

require (
	github.com/esimsim/esimsim v0.0.0-00010101000000-000000000000
	golang.org/x/net v0.62.0
)
