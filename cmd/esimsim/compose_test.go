package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// The service may do no more than the image needs, and is reached from this machine only.
func TestCompose(t *testing.T) {
	t.Parallel()
	type service struct {
		Image, Build, User string
		Environment, Ports []string
		ReadOnly           bool     `yaml:"read_only"`
		CapDrop            []string `yaml:"cap_drop"`
		SecurityOpt        []string `yaml:"security_opt"`
	}
	var file struct{ Services map[string]service }
	parsed(t, "compose.yaml", true, &file)
	im := dockerfile(t)
	want := map[string]service{"esimsim": {
		Image: "esimsim", Build: ".", User: im.user, // and its health check, since none is named
		Environment: []string{"ESIMSIM_CONTROL_TOKEN"}, // as it is outside
		Ports:       []string{"127.0.0.1:8484:" + im.port},
		ReadOnly:    true,
		CapDrop:     []string{"ALL"},
		SecurityOpt: []string{"no-new-privileges:true"},
	}}
	if diff := cmp.Diff(want, file.Services); diff != "" {
		t.Errorf("compose.yaml (+):\n%s", diff)
	}
}

// ours is the text of a file of the repository.
func ours(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parsed reads YAML; a strict reading refuses a key that out has no place for.
func parsed(t *testing.T, name string, strict bool, out any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(ours(t, name)))
	d.KnownFields(strict)
	if err := d.Decode(out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
