module github.com/esimsim/esimsim/tools/atlas

go 1.26.0

require github.com/biter777/countries v1.7.5
