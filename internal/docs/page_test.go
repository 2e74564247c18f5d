package docs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/docs"
)

func TestPage(t *testing.T) {
	t.Parallel()
	p := docs.NewPage("Title")
	p.Table([]string{"A", "B", "C"}, [][]string{{docs.Code("a|b"), "", docs.Plain("x < y|z and *")}, {"two\nlines", "", ""}})
	p.Table([]string{"A"}, nil)
	p.Fence("sh", "\nls\n")
	want := "\n# Title\n\n| A | C |\n| --- | --- |\n| `a\\|b` | x &lt; y\\|z and \\* |\n| two lines |  |\n\n```sh\nls\n```\n"
	_, got, _ := strings.Cut(p.String(), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the page (-want +got):\n%s", diff)
	}
}
