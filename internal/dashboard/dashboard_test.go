package dashboard_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/dashboard"
)

// most is how many bytes the page may be of, since it is read as it is and not packed.
const most = 120_000

// texts are the files of the page by name.
func texts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(dashboard.Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(dashboard.Files(), name)
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func serve(t *testing.T, name, etag string) (*httptest.ResponseRecorder, bool) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_sim/ui/"+name, nil)
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	w := httptest.NewRecorder()
	ok := dashboard.Serve(w, r, name)
	return w, ok
}

// Each file is what it says it is, may load nothing from elsewhere, and is sent once.
func TestServe(t *testing.T) {
	t.Parallel()
	types := map[string]string{".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
	for name, text := range texts(t) {
		w, ok := serve(t, name, "")
		h := w.Header()
		if !ok || w.Code != http.StatusOK || w.Body.String() != text || !strings.HasPrefix(h.Get("Content-Type"), types[path.Ext(name)]) || types[path.Ext(name)] == "" {
			t.Errorf("%s: %t %d, %s, %d bytes", name, ok, w.Code, h.Get("Content-Type"), w.Body.Len())
		}
		if policy := h.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", name, policy)
		}
		if h.Get("Cache-Control") != "no-cache" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", name, h)
		}
		if again, _ := serve(t, name, h.Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s of the same tag: %d", name, again.Code)
		}
	}
	for _, name := range []string{"none.js", "", "../dashboard.go", "ui"} {
		if w, ok := serve(t, name, ""); ok || w.Body.Len() > 0 {
			t.Errorf("%q is served", name)
		}
	}
}

var (
	loaded   = regexp.MustCompile(`(?:src|href)="ui/([^"]+)"`)
	imported = regexp.MustCompile(`(?m)^import .* from '\./([^']+)'$`)
	// What would make markup of a text, or run one.
	unsafe = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(|new Function|javascript:`)
	// Script or style that stands in the page, which the policy forbids.
	inline = regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=`)
	remote = regexp.MustCompile(`https?://[^'"\s]+`)
)

// The page is put together of its own files, all of them, by nothing but what it names.
func TestFilesBelongTogether(t *testing.T) {
	t.Parallel()
	files, used := texts(t), map[string]bool{dashboard.Index: true}
	var follow func(name string)
	follow = func(name string) {
		for _, m := range slices.Concat(loaded.FindAllStringSubmatch(files[name], -1), imported.FindAllStringSubmatch(files[name], -1)) {
			if files[m[1]] == "" {
				t.Errorf("%s names %s, which there is not", name, m[1])
			}
			if !used[m[1]] {
				used[m[1]] = true
				follow(m[1])
			}
		}
	}
	follow(dashboard.Index)
	size := 0
	for name, text := range files {
		size += len(text)
		if !used[name] {
			t.Errorf("nothing uses %s", name)
		}
		if found := unsafe.FindString(text); found != "" {
			t.Errorf("%s has %s: what a client sent must stay a text", name, found)
		}
		if found := inline.FindString(text); path.Ext(name) == ".html" && found != "" {
			t.Errorf("%s has %s, which its policy forbids", name, found)
		}
		for _, link := range remote.FindAllString(text, -1) {
			if !strings.HasPrefix(link, "http://127.0.0.1") && !strings.HasPrefix(link, "http://www.w3.org/2000/svg") {
				t.Errorf("%s names %s", name, link)
			}
		}
		for _, provider := range []string{"roamify", "esimgo", "esimfly"} {
			if strings.Contains(strings.ToLower(text), provider) {
				t.Errorf("%s knows of %s", name, provider)
			}
		}
	}
	if size > most {
		t.Errorf("the page is of %d bytes, want %d at most", size, most)
	}
}
