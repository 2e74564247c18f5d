# make check is what CI runs; the rest are its parts.

.PHONY: check test lint lint-full fmt build image vuln

# Each folder with a go.mod is a module of its own, and every check is for all of them.
modules := $(sort $(dir $(wildcard go.mod */go.mod */*/go.mod)))

# What golangci-lint is when lint-full runs it.
golangci := 2.15.0

check: test lint cross-check instructions image-check

# Without the profile of what is shipped, by which all would be compiled a second time.
test:
	go test -race -pgo=off ./...
	set -e; for m in $(filter-out ./,$(modules)); do (cd $$m && go test ./...); done

# The OpenAPI documents are linted by the tests of the package openapi.
lint: .bin/lint
	@echo gofumpt
	@files=$$(go -C tools/lint tool gofumpt -l ../..) || exit 1; \
	  [ -z "$$files" ] || { echo "not formatted (make fmt):"; echo "$$files" | sed s,^../../,,; exit 1; }
	set -e; for m in $(modules); do \
	  (cd $$m && go mod tidy -diff && go vet -pgo=off ./... && go vet -pgo=off -vettool=$(CURDIR)/.bin/lint ./...); done

.PHONY: .bin/lint
.bin/lint:
	go build -C tools/lint -o $(CURDIR)/.bin/lint .

# The same linters from golangci-lint, which takes longer to build than to run and is
# therefore no part of check.
lint-full:
	@command -v golangci-lint >/dev/null || { echo "golangci-lint v$(golangci) must be on the PATH"; exit 1; }
	@golangci-lint version --short | grep -qx $(golangci) || { echo "golangci-lint must be v$(golangci)"; exit 1; }
	golangci-lint run ./...

fmt:
	go -C tools/lint tool gofumpt -w ../..

# The pages of docs that are made of the program itself. The tests hold them against it.
.PHONY: docs
docs:
	go test ./internal/docs ./cmd/esimsim -run '^TestDocs$$' -count=1 -update

# Instructions of one call against those recorded; without valgrind it says so and passes.
.PHONY: instructions instructions-record
instructions:
	internal/bench/instructions

instructions-record:
	internal/bench/instructions record

# The profile by which the compiler optimises the program, out of the benchmark's loads.
.PHONY: profile
profile:
	@rm -rf .bin/profiles && mkdir -p .bin/profiles
	ESIMSIM_BENCH_PROFILES=$(CURDIR)/.bin/profiles go test -run '^$$' -bench Wire -benchtime 5s ./internal/bench
	go tool pprof -proto -output cmd/esimsim/default.pgo .bin/profiles/*.pprof

# What the built program bears beside a bare handler, and beside Prism where npm can fetch
# it, in some minutes. It needs wrk.
.PHONY: load
load: build
	@command -v wrk >/dev/null || { echo "wrk must be on the PATH"; exit 1; }
	@if command -v npm >/dev/null && [ ! -x .bin/prism/node_modules/.bin/prism ]; then \
	  npm install --silent --no-fund --no-audit --prefix .bin/prism @stoplight/prism-cli@5 || echo "no Prism to compare with"; fi
	prism=$(CURDIR)/.bin/prism/node_modules/.bin/prism; [ -x $$prism ] || prism=; \
	  ESIMSIM_LOAD=2s ESIMSIM_BINARY=$(CURDIR)/.bin/esimsim ESIMSIM_LOAD_PRISM=$$prism go test -count=1 -run TestLoad -v ./internal/bench

# Each fuzz target for so many runs, beyond the seeds that every test run tries. In a count,
# since the end of a span of time is now and then reported as a failure.
.PHONY: fuzz
fuzztime := 2000x
fuzz:
	@mkdir -p .bin
	@set -e; for package in $$(grep -rl --include=*_test.go '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(fuzztime) $$package >.bin/fuzz.log 2>&1 || { cat .bin/fuzz.log; exit 1; }; \
	  done; done

# The endurance tests again and again.
.PHONY: soak
soak:
	go test -race -count=10 -timeout 60m -run 'TestWebhookSoak|TestManyWorlds|TestHostileClients|TestCloseUnderLoad|TestConformance' ./sim/...

# HTTP/2 is left out, since it is served nowhere: see listenTLS in sim/tls.go. Functions begin
# at every sixteenth byte and not at every thirty-second, which makes the program 1 % smaller.
build:
	CGO_ENABLED=0 go build -tags nethttpomithttp2 -trimpath -ldflags "-s -w -funcalign=16" -o .bin/esimsim ./cmd/esimsim

# Known weaknesses of what is built in. Where the database cannot be asked it says so and
# passes.
vuln:
	@mkdir -p .bin
	@go -C tools/lint tool govulncheck -C $(CURDIR) ./... >.bin/vuln.log 2>&1 || { \
	  if grep -q 'fetching vulnerabilities\|no such host\|connection refused\|dial tcp' .bin/vuln.log; then \
	    echo "govulncheck: the database cannot be reached: nothing was checked"; else cat .bin/vuln.log; exit 1; fi; }

# What a release is built for; .goreleaser.yaml names the same.
targets := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

# Whether all of it, tests included, type-checks for each target: in seconds, where to build
# for each, as cross does, takes minutes.
.PHONY: cross cross-check
cross-check:
	go -C tools/lint run ./targets -C $(CURDIR) $(targets)

cross:
	set -e; for t in $(targets); do \
	  GOOS=$${t%/*} GOARCH=$${t#*/} CGO_ENABLED=0 go build -tags nethttpomithttp2 -trimpath -ldflags "-s -w -funcalign=16" -o /dev/null ./cmd/esimsim; done

# What a release brings along for shells.
.PHONY: completions
completions: build
	@mkdir -p .bin/completions
	set -e; for s in bash fish powershell zsh; do .bin/esimsim completion $$s >.bin/completions/esimsim.$$s; done

image:
	docker build -t esimsim .

# What the image is made of, built, weighed and run as the Dockerfile says, without an
# engine: as its user in a root that is read only where this is run by root.
.PHONY: image-check
image-check:
	CGO_ENABLED=0 ESIMSIM_IMAGE=1 go test -trimpath -count=1 -v -run '^TestImage$$' ./cmd/esimsim
