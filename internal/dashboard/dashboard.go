// Package dashboard is the page for people at /_sim/: HTML, style sheets and ES modules as
// they were written, with nothing to build. In the browser it is one more client of the
// control API, and it knows nothing else of the simulator.
package dashboard

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"sync"
	"time"
)

//go:embed ui
var embedded embed.FS

// Files are those of the page, named as they are asked for under /_sim/ui/.
func Files() fs.FS {
	files, err := fs.Sub(embedded, "ui")
	if err != nil {
		panic("dashboard: " + err.Error()) // the folder is ours
	}
	return files
}

// Index is the file that is the page itself.
const Index = "index.html"

// policy lets the page load what this server serves and nothing else, run no script that
// stands in the page, and be in no frame, where a click could be had by deceit.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Kinds of file there are. The system's own table may lack them, and browsers run no
// module of another type.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

type asset struct {
	data []byte
	etag string
}

// assets are read once, with their tags.
var assets = sync.OnceValue(func() map[string]asset {
	out := map[string]asset{}
	err := fs.WalkDir(Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(Files(), name)
		sum := sha256.Sum256(data)
		out[name] = asset{data, `"` + hex.EncodeToString(sum[:8]) + `"`}
		return err
	})
	if err != nil {
		panic("dashboard: " + err.Error())
	}
	return out
})

// Serve answers with the file of that name. When it says false there is none, and it has
// not answered.
func Serve(w http.ResponseWriter, r *http.Request, name string) bool {
	a, ok := assets()[name]
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", contentTypes[path.Ext(name)])
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	// Asked for each time, so that a newer program never meets an older page.
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", a.etag)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.data))
	return true
}
