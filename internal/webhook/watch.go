package webhook

import (
	"context"
	"net"
	"net/http"
)

// Watch lets f hear of every address that a connection is opened to from now on, before its
// name is resolved. It is for tests, and for a sender that has sent nothing yet.
func (s *Sender) Watch(f func(address string)) {
	transport := s.client.Transport.(*http.Transport)
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		f(address)
		return dial(ctx, network, address)
	}
}
