FROM golang:1.26 AS build
# --build-arg GOFLAGS=-buildvcs=false builds from a folder that is no clone, or a worktree.
ARG GOFLAGS=
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -tags nethttpomithttp2 -trimpath -ldflags "-s -w -funcalign=16" -o /esimsim ./cmd/esimsim

FROM scratch
COPY --from=build /esimsim /src/LICENSE /src/NOTICE /
USER 65532:65532
# Reachable from outside the container, so the control plane asks for a token: give
# ESIMSIM_CONTROL_TOKEN, or read the one that is made and printed at start.
ENV ESIMSIM_LISTEN=0.0.0.0:8484
EXPOSE 8484
HEALTHCHECK --interval=5s --timeout=2s CMD ["/esimsim", "ready"]
ENTRYPOINT ["/esimsim"]
