package webhook

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Private says whether an address belongs to this machine or to a network that is not the
// internet. Link-local ones are left out: that is where clouds hand out credentials.
func Private(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate()
}

// CheckURL refuses an address that no event could be sent to: one that is no URL of HTTP,
// or that names a public IP address which is not among the allowed hosts. A host name is
// judged by what it resolves to, at each attempt.
func CheckURL(raw string, allowed []string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%q is no address to send to: write http://127.0.0.1:9000/hook", raw)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !Private(ip) && !isAllowed(u.Hostname(), allowed) {
		return &BlockedError{u.Hostname()}
	}
	return nil
}

// A BlockedError is a receiver on the internet that nobody allowed.
type BlockedError struct{ Host string }

func (e *BlockedError) Error() string {
	return fmt.Sprintf("%s is neither loopback nor private: allow it with --allow-webhook-host", e.Host)
}

func isAllowed(host string, allowed []string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, host) })
}
