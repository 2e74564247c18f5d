// Command atlas makes the tables of internal/atlas: countries.json from the ISO 3166-1 data of
// github.com/biter777/countries, networks.json from the npm package mcc-mnc-list.
//
// It is a module of its own, so that esimsim itself depends on neither. To remake the tables, in this folder:
//
//	npm pack mcc-mnc-list@1.1.11 --pack-destination /tmp && tar -xzf /tmp/mcc-mnc-list-1.1.11.tgz -C /tmp
//	go run . -mccmnc /tmp/package/mcc-mnc-list.json -out ../../internal/atlas
//
// The same sources give the same bytes. What the sources lack or have wrong for our purpose stands in tables.go; an
// entry there that fits nothing is an error, so that a newer source cannot leave it behind unseen.
package main
