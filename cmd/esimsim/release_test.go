package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// A pipeline is a workflow of our own, with the members that ours have.
type pipeline struct {
	Name        string            `yaml:"name"`
	On          any               `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		RunsOn    string            `yaml:"runs-on"`
		Container string            `yaml:"container"`
		Env       map[string]string `yaml:"env"`
		Steps     []step            `yaml:"steps"`
	} `yaml:"jobs"`
}

type step struct {
	Name string            `yaml:"name"`
	If   string            `yaml:"if"`
	Uses string            `yaml:"uses"`
	With map[string]string `yaml:"with"`
	Env  map[string]string `yaml:"env"`
	Run  string            `yaml:"run"`
}

// steps are those of all jobs of one of our workflows.
func steps(t *testing.T, name string) (all []step) {
	t.Helper()
	var p pipeline
	parsed(t, ".github/workflows/"+name, true, &p)
	for _, job := range slices.Sorted(maps.Keys(p.Jobs)) {
		all = append(all, p.Jobs[job].Steps...)
	}
	if p.On == nil || len(p.Permissions) == 0 || len(all) == 0 {
		t.Fatalf("%s is no workflow with rights of its own: %+v", name, p)
	}
	return all
}

var (
	goal   = regexp.MustCompile(`(?m)^([a-z-]+):[^=]`)
	made   = regexp.MustCompile("(?m)(?:^|[`\"]|run: |- )make ([a-z][a-z-]*)")
	action = regexp.MustCompile(`uses: (\S+)@(\S+)`)
)

// Whatever calls make names a target that there is, and each action is taken at one major
// version everywhere, in what the README proposes too.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	var goals []string
	for _, m := range goal.FindAllStringSubmatch(ours(t, "Makefile"), -1) {
		goals = append(goals, m[1])
	}
	versions := map[string]string{}
	for _, file := range []string{"README.md", "CONTRIBUTING.md", ".github/workflows/ci.yml", ".github/workflows/release.yml", ".ci/run", ".goreleaser.yaml"} {
		text := ours(t, file)
		for _, m := range made.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(goals, m[1]) {
				t.Errorf("%s calls make %s, which is none of %q", file, m[1], goals)
			}
		}
		for _, m := range action.FindAllStringSubmatch(text, -1) {
			if was := versions[m[1]]; was != "" && was != m[2] || !regexp.MustCompile(`^v\d+$`).MatchString(m[2]) {
				t.Errorf("%s uses %s at %s, elsewhere at %q", file, m[1], m[2], was)
			}
			versions[m[1]] = m[2]
		}
	}
	if len(versions) < 3 {
		t.Errorf("actions found: %v", versions)
	}
}

// CI does what .ci/run does, in the Go that the image is built in.
func TestOwnCI(t *testing.T) {
	t.Parallel()
	var p pipeline
	parsed(t, ".github/workflows/ci.yml", true, &p)
	base := dockerfile(t).base
	check := p.Jobs["check"]
	if check.Container != base || !slices.ContainsFunc(check.Steps, func(s step) bool { return s.Run == ".ci/run" }) {
		t.Errorf("the job check runs no .ci/run in %s: %+v", base, check)
	}
	for _, s := range append(steps(t, "ci.yml"), steps(t, "release.yml")...) {
		if strings.HasPrefix(s.Uses, "actions/setup-go@") && "golang:"+s.With["go-version"] != base {
			t.Errorf("set up is Go %s, and the image is built in %s", s.With["go-version"], base)
		}
	}
}

// The notes of a release are its part of the changelog, and there is no release without.
func TestReleaseNotes(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	all := steps(t, "release.yml")
	at := slices.IndexFunc(all, func(s step) bool { return s.Name == "What changed" })
	if at < 0 {
		t.Fatal("the workflow has no such step")
	}
	const changelog = "# Changelog\n\nForm.\n\n## [Unreleased]\n\n- Later.\n\n## [1.10.0] - 2026-12-01\n\n### Added\n\n- Ten.\n\n## [1.1.0] - 2026-11-01\n\n- One.\n"
	for tag, want := range map[string]string{"v1.10.0": "\n### Added\n\n- Ten.\n\n", "v1.1.0": "\n- One.\n", "v1.1": "", "v2.0.0": ""} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "CHANGELOG.md"), []byte(changelog), 0o600); err != nil {
			t.Fatal(err)
		}
		run := exec.CommandContext(t.Context(), sh, "-e", "-c", all[at].Run)
		run.Dir = dir
		run.Env = append(os.Environ(), "GITHUB_REF_NAME="+tag, "RUNNER_TEMP="+dir)
		out, err := run.CombinedOutput()
		got, _ := os.ReadFile(filepath.Join(dir, "notes.md"))
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%s: notes %q, want %q; %v: %s", tag, got, want, err, out)
		}
	}
}

// A release is made for the targets that are checked, as make build makes it, and names no
// file that is missing.
func TestRelease(t *testing.T) {
	t.Parallel()
	var release struct {
		Dist   string
		Builds []struct {
			Main                              string
			Env, Flags, Ldflags, Goos, Goarch []string
		}
		Archives []struct{ Files []yaml.Node }
	}
	parsed(t, ".goreleaser.yaml", false, &release)
	if len(release.Builds) != 1 || len(release.Archives) != 1 {
		t.Fatalf("want one build and one kind of archive: %+v", release)
	}
	b := release.Builds[0]
	var released []string
	for _, system := range b.Goos {
		for _, arch := range b.Goarch {
			released = append(released, system+"/"+arch)
		}
	}
	_, line, _ := strings.Cut(ours(t, "Makefile"), "\ntargets := ")
	line, _, _ = strings.Cut(line, "\n")
	if diff := cmp.Diff(strings.Fields(line), released); diff != "" {
		t.Errorf("targets of the Makefile (-) and of the release (+):\n%s", diff)
	}
	by := strings.Join(b.Env, " ") + " go build " + strings.Join(b.Flags, " ") + ` -ldflags "` + strings.Join(b.Ldflags, " ") + `" -o /esimsim ` + b.Main
	if built := dockerfile(t).build; by != built {
		t.Errorf("a release is built by %q, an image by %q", by, built)
	}
	for _, f := range release.Archives[0].Files {
		if f.Kind == yaml.ScalarNode {
			ours(t, f.Value)
		}
	}
	if !strings.HasPrefix(release.Dist, ".bin/") || !strings.Contains(ours(t, ".gitignore"), "/.bin/\n") {
		t.Errorf("%s is not ignored, and so makes the clone a changed one", release.Dist)
	}
}
