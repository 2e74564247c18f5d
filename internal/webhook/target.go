package webhook

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// metadata are private addresses at which clouds hand out credentials.
var metadata = []netip.Addr{netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("fd20:ce::254")}

// Private says whether an address belongs to this machine or to a network that is not the
// internet. Link-local ones are left out, at which clouds hand out credentials too.
func Private(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return ip.IsLoopback() || ip.IsPrivate() && !slices.Contains(metadata, ip)
}

// MaxURL bounds an address, in bytes.
const MaxURL = 2 << 10

// CheckURL refuses an address that no event could be sent to: one that is no URL of HTTP,
// or that names a public IP address which is not among the allowed hosts. A host name is
// judged by what it resolves to, at each attempt.
func CheckURL(raw string, allowed []string) error {
	if len(raw) > MaxURL {
		return fmt.Errorf("an address is at most %d bytes", MaxURL)
	}
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
