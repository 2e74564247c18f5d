# make check is what CI runs; the rest are its parts.

.PHONY: check test lint lint-full fmt build image

# Each folder with a go.mod is a module of its own, and every check is for all of them.
modules := $(sort $(dir $(wildcard go.mod */go.mod */*/go.mod)))

# What golangci-lint is when lint-full runs it.
golangci := 2.15.0

check: test lint instructions

test:
	go test -race ./...
	set -e; for m in $(filter-out ./,$(modules)); do (cd $$m && go test ./...); done

# The OpenAPI documents are linted by the tests of the package openapi.
lint: .bin/lint
	@echo gofumpt
	@files=$$(go -C tools/lint tool gofumpt -l ../..) || exit 1; \
	  [ -z "$$files" ] || { echo "not formatted (make fmt):"; echo "$$files" | sed s,^../../,,; exit 1; }
	set -e; for m in $(modules); do \
	  (cd $$m && go mod tidy -diff && go vet ./... && go vet -vettool=$(CURDIR)/.bin/lint ./...); done

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

# Instructions of one call against those recorded; without valgrind it says so and passes.
.PHONY: instructions instructions-record
instructions:
	internal/bench/instructions

instructions-record:
	internal/bench/instructions record

build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o .bin/esimsim ./cmd/esimsim

image:
	docker build -t esimsim .
