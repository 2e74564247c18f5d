package sim

import "sync"

// The bounds of what pages hold, all providers together.
const (
	maxPage  = 1 << 20  // bytes; a larger one is made each time
	maxPages = 16 << 20 // bytes
	manyKeys = 1000
)

// pages are parts of catalogues, encoded. To put one together takes a hundred times as
// long as the rest of the request. When they are too many all go: what is asked for is
// soon back. Its zero value is empty; its lock is innermost.
type pages struct {
	mu   sync.Mutex
	held map[pageKey][]byte
	size int
}

type pageKey struct {
	provider string
	key      any
}

// Page gives what encode makes, from memory where it was made for that key before. It must
// depend on nothing but the key and the catalogue as it comes with the program; while a
// scenario changes the catalogue, it is made each time. Nobody may change the bytes.
func (t *Turn) Page(key any, encode func() []byte) []byte {
	if t.CatalogueChanged() {
		return encode()
	}
	p, id := &t.w.srv.pages, pageKey{t.a.provider.name, key}
	p.mu.Lock()
	page := p.held[id]
	p.mu.Unlock()
	if page == nil {
		page = encode()
		p.keep(id, page)
	}
	return page
}

func (p *pages) keep(id pageKey, page []byte) {
	if len(page) > maxPage {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == nil || p.size+len(page) > maxPages || len(p.held) == manyKeys {
		p.held, p.size = map[pageKey][]byte{}, 0
	}
	if p.held[id] == nil {
		p.held[id] = page
		p.size += len(page)
	}
}
