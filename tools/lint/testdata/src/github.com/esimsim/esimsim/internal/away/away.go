package away

import (
	"net"
	"net/http"
)

func call(l net.Listener) {
	_, _ = http.Get("http://shop.example/")          // want `http.Get opens connections: only internal/webhook does`
	_, _ = net.Dial("tcp", "shop.example:80")        // want `net.Dial opens connections`
	_, _ = (&http.Client{}).Get("http://127.0.0.1/") // want `http.Client opens connections`
	_ = http.Serve(l, nil)
}

// Who is given a client may hand it on, and may not make one.
func hand(c *http.Client) *http.Client {
	var own http.Client      // want `http.Client opens connections`
	_ = new(http.Transport)  // want `http.Transport opens connections`
	*c = *http.DefaultClient // want `http.DefaultClient opens connections`
	_ = own
	return c
}
