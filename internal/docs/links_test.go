package docs_test

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/docs"
)

// root is the repository.
const root = "../.."

// pages are all Markdown of the repository, by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	repo := os.DirFS(root)
	err := fs.WalkDir(repo, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && (strings.HasPrefix(name, ".") && file != "." || name == "testdata" || name == "node_modules") {
			return fs.SkipDir
		}
		if strings.HasSuffix(file, ".md") {
			text, err := fs.ReadFile(repo, file)
			out[file] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Each link to a file or a heading of the repository leads somewhere.
func TestLinks(t *testing.T) {
	t.Parallel()
	all := pages(t)
	if all["README.md"] == "" || all["docs/README.md"] == "" {
		t.Fatal("no pages are found")
	}
	for file, text := range all {
		for _, to := range docs.Targets(text) {
			if why := broken(all, file, to); why != "" {
				t.Errorf("%s: link to %s: %s", file, to, why)
			}
		}
	}
}

// broken says why a link leads nowhere, "" where it leads somewhere.
func broken(all map[string]string, from, to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return err.Error()
	}
	if u.Scheme != "" || u.Host != "" {
		return "" // tests ask nobody on the internet
	}
	file := from
	if u.Path != "" {
		file = path.Join(path.Dir(from), u.Path)
		if _, err := fs.Stat(os.DirFS(root), file); err != nil {
			return "there is no such file"
		}
	}
	text, isPage := all[file]
	if u.Fragment != "" && isPage && !docs.Anchors(text)[u.Fragment] {
		return "there is no such heading"
	}
	return ""
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	text := strings.Join([]string{
		"# What it is, and why", "[a](other.md#there) and ![b](b.png \"B\"), `[not](one)`", "```", "# no heading", "[no](link)", "```",
		"## `POST` /_sim/worlds/{w}", "## Twice", "## Twice", "## With [a link](x.md)", `<img src="c.png">`,
	}, "\n")
	want := map[string]bool{"what-it-is-and-why": true, "post-_simworldsw": true, "twice": true, "twice-1": true, "with-a-link": true}
	if diff := cmp.Diff(want, docs.Anchors(text)); diff != "" {
		t.Errorf("anchors (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"other.md#there", "b.png", "x.md", "c.png"}, docs.Targets(text)); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	all := map[string]string{"docs/a.md": "# Here"}
	for to, want := range map[string]string{
		"#here": "", "#there": "there is no such heading", "../go.mod": "", "../go.sub": "there is no such file", "https://nowhere.invalid/": "",
	} {
		if got := broken(all, "docs/a.md", to); got != want {
			t.Errorf("link to %s: got %q, want %q", to, got, want)
		}
	}
}
