package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// An image is what the Dockerfile says of the one that it makes.
type image struct {
	base          string   // what the program is built in
	build         string   // makes the program, as /esimsim
	files         []string // what the root holds, by where the build has it
	user          string
	env           []string
	port          string
	entry, health []string
}

// readImage reads a Dockerfile of two stages, the second of which begins with nothing.
func readImage(text []byte) (im image, err error) {
	stage := 0
	for _, line := range strings.Split(string(text), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case word == "FROM":
			stage++
			if stage == 1 {
				im.base, _, _ = strings.Cut(rest, " AS ")
			} else if rest != "scratch" {
				return im, fmt.Errorf("the image is made from %s, not from nothing", rest)
			}
		case stage == 1 && word == "RUN":
			im.build = rest // the last of them
		case stage == 2 && word == "COPY":
			from := strings.Fields(rest)
			if from[0] != "--from=build" || from[len(from)-1] != "/" {
				return im, fmt.Errorf("%q copies something else than from the build to the root", line)
			}
			im.files = append(im.files, from[1:len(from)-1]...)
		case stage == 2 && word == "USER":
			im.user = rest
		case stage == 2 && word == "ENV":
			im.env = append(im.env, rest)
		case stage == 2 && word == "EXPOSE":
			im.port = rest
		case stage == 2 && word == "ENTRYPOINT":
			err = json.Unmarshal([]byte(rest), &im.entry)
		case stage == 2 && word == "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, "CMD ")
			err = json.Unmarshal([]byte(command), &im.health)
		case stage == 2 && word != "" && word != "#":
			return im, fmt.Errorf("%q is not understood here", line)
		}
		if err != nil {
			return im, fmt.Errorf("%q: %w", line, err)
		}
	}
	if len(im.entry) == 0 || im.entry[0] != "/esimsim" || len(im.health) == 0 || im.health[0] != "/esimsim" {
		return im, fmt.Errorf("the image runs %q and %q", im.entry, im.health)
	}
	return im, nil
}

// dockerfile is what ours says.
func dockerfile(t *testing.T) image {
	t.Helper()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	im, err := readImage(text)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// The image is built by the Go that go.mod asks for, and by the command of make build.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	im := dockerfile(t)
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version, _ := strings.CutPrefix(im.base, "golang:")
	if !strings.Contains(string(mod), "\ngo "+version+".") && !strings.Contains(string(mod), "\ngo "+version+"\n") {
		t.Errorf("built in %s, which go.mod does not ask for", im.base)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	by := strings.Replace(im.build, "-o /esimsim ", "-o .bin/esimsim ", 1)
	if !strings.Contains(string(makefile), "\nbuild:\n\t"+by+"\n") {
		t.Errorf("make build is another command than %q", by)
	}
	if want := []string{"/esimsim", "/src/LICENSE", "/src/NOTICE"}; !slices.Equal(im.files, want) {
		t.Errorf("the image holds %q, want %q", im.files, want)
	}
	if im.user != "65532:65532" { // in numbers, so that Kubernetes sees that it is not root
		t.Errorf("the image runs as %s", im.user)
	}
}
