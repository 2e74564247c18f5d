package main

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"gopkg.in/yaml.v3"
)

// A workflow is one of GitHub Actions, with the members that the README's have.
type workflow struct {
	Name string   `yaml:"name"`
	On   []string `yaml:"on"`
	Jobs map[string]struct {
		RunsOn   string            `yaml:"runs-on"`
		Env      map[string]string `yaml:"env"`
		Services map[string]struct {
			Image string            `yaml:"image"`
			Env   map[string]string `yaml:"env"`
			Ports []string          `yaml:"ports"`
		} `yaml:"services"`
		Steps []struct {
			Name string            `yaml:"name"`
			If   string            `yaml:"if"`
			Uses string            `yaml:"uses"`
			With map[string]string `yaml:"with"`
			Run  string            `yaml:"run"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

// fence writes the first block of that language ("" for none) under a heading of the README
// to a file.
func fence(ts *testscript.TestScript, _ bool, args []string) {
	text, err := os.ReadFile(repository(ts, "README.md"))
	ts.Check(err)
	_, under, ok := strings.Cut(string(text), "\n## "+args[0]+"\n")
	_, block, has := strings.Cut(under, "\n\n```"+args[1]+"\n")
	block, _, ends := strings.Cut(block, "```\n")
	if !ok || !has || !ends {
		ts.Fatalf("the README has no such block under %q", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(block), 0o600))
}

var fenced = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// readme is the workflow of that name in the README.
func readme(ts *testscript.TestScript, name string) (w workflow) {
	text, err := os.ReadFile(repository(ts, "README.md"))
	ts.Check(err)
	for _, block := range fenced.FindAllSubmatch(text, -1) {
		if !bytes.HasPrefix(block[1], []byte("name: "+name+"\n")) {
			continue
		}
		d := yaml.NewDecoder(bytes.NewReader(block[1]))
		d.KnownFields(true)
		ts.Check(d.Decode(&w))
		if len(w.On) == 0 || w.Jobs["test"].RunsOn == "" || len(w.Jobs["test"].Steps) == 0 {
			ts.Fatalf("workflow %s of the README is no workflow: %+v", name, w)
		}
		return w
	}
	ts.Fatalf("the README has no workflow %q", name)
	return w
}

// repository is the path of a file of ours.
func repository(ts *testscript.TestScript, name string) string {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	ts.Check(err)
	return strings.TrimSuffix(strings.TrimSpace(string(out)), "go.mod") + name
}

// program is how "go install" names this program.
const program = "github.com/esimsim/esimsim/cmd/esimsim@latest"

// follow makes a script of each step that the README's workflow runs: step-1.sh and so on.
// Services are started and waited for first; to install the program is left out, as it is
// the one that is tested.
func follow(ts *testscript.TestScript, _ bool, args []string) {
	job := readme(ts, args[0]).Jobs["test"]
	place := ""
	for name, s := range job.Services {
		for _, v := range []string{"ESIMSIM_CONTROL_TOKEN", "ESIMSIM_FREEZE"} {
			ts.Setenv(v, s.Env[v])
			delete(s.Env, v)
		}
		if len(s.Env) > 0 || s.Image == "" || len(s.Ports) != 1 || s.Ports[0] != "8484:8484" {
			ts.Fatalf("service %s is not as this test can run it: %+v", name, s)
		}
		place = asImage(ts)
		ts.Setenv("ESIMSIM_CONTROL_TOKEN", "") // of the service, not of the job
		ts.Setenv("ESIMSIM_FREEZE", "")
		ts.Setenv("ESIMSIM_URL", "")
	}
	for name, v := range job.Env {
		ts.Setenv(name, strings.ReplaceAll(v, "127.0.0.1:8484", place))
	}
	goes(ts)
	n := 0
	for _, s := range job.Steps {
		if pkg, ok := strings.CutPrefix(s.Run, "go install "); ok {
			if strings.TrimSpace(pkg) != program {
				ts.Fatalf("%q does not install %s", s.Run, program)
			}
			continue
		}
		if s.Run != "" {
			n++
			ts.Check(os.WriteFile(ts.MkAbs("step-"+strconv.Itoa(n)+".sh"), []byte(s.Run), 0o600))
		}
	}
}

// goes lets steps run go without the network.
func goes(ts *testscript.TestScript) {
	for _, name := range []string{"GOCACHE", "GOPATH", "GOMODCACHE"} {
		out, err := exec.Command("go", "env", name).Output()
		ts.Check(err)
		ts.Setenv(name, strings.TrimSpace(string(out)))
	}
	ts.Setenv("GOPROXY", "off")
	ts.Setenv("GOTOOLCHAIN", "local")
}

// asImage runs the program as the image does, but on a free port, until its health check
// passes, and gives host and port.
func asImage(ts *testscript.TestScript) string {
	text, err := os.ReadFile(repository(ts, "Dockerfile"))
	ts.Check(err)
	im, err := readImage(text)
	ts.Check(err)
	if !slices.Equal(im.env, []string{"ESIMSIM_LISTEN=0.0.0.0:8484"}) {
		ts.Fatalf("the image does not listen where the README says: %q", im.env)
	}
	start(ts, false, append(im.entry[1:], "--listen", "0.0.0.0:0"))
	at, err := url.Parse(ts.Getenv("ESIMSIM_URL"))
	ts.Check(err)
	ts.Setenv("ESIMSIM_URL", "")
	ts.Setenv("ESIMSIM_LISTEN", "0.0.0.0:"+at.Port())
	ts.Check(ts.Exec("esimsim", im.health[1:]...))
	ts.Setenv("ESIMSIM_LISTEN", "")
	return "127.0.0.1:" + at.Port()
}
