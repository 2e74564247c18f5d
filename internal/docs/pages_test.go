package docs_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/docs"
)

// Each page that can be made is what the program has today.
func TestDocs(t *testing.T) {
	t.Parallel()
	list := volumes(t)
	made := map[string]func(*testing.T) *docs.Page{
		"scenarios.md":         scenarioPage,
		"scenario-language.md": languagePage,
		"control-api.md":       controlPage,
		"settings.md":          func(t *testing.T) *docs.Page { return settingsPage(t, list) },
		"errors.md":            func(*testing.T) *docs.Page { return errorsPage(list) },
		"edges.md":             func(t *testing.T) *docs.Page { return edgesPage(t, list) },
		"webhooks.md":          func(t *testing.T) *docs.Page { return webhooksPage(t, list) },
		"findings.md":          func(*testing.T) *docs.Page { return findingsPage(list) },
	}
	for _, v := range list {
		made["operations/"+v.Name()+".md"] = func(t *testing.T) *docs.Page { return operationsPage(t, v) }
		made["fidelity/"+v.Name()+".md"] = func(t *testing.T) *docs.Page { return fidelityPage(t, v) }
	}
	for file, page := range made {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			page(t).Check(t, root, file)
		})
	}
	others := []string{
		"README.md", "principles.md", // by hand
		"flags.md", "exit-codes.md", // of cmd/esimsim
	}
	for _, file := range files(t) {
		if made[file] == nil && !slices.Contains(others, file) {
			t.Errorf("docs/%s is a page that nothing makes", file)
		}
	}
}

// files are the pages that there are.
func files(t *testing.T) (out []string) {
	t.Helper()
	folder := filepath.Join(root, "docs")
	err := filepath.WalkDir(folder, func(file string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(file, ".md") {
			name, _ := filepath.Rel(folder, file)
			out = append(out, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
