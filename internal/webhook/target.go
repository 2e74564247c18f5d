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

// private are what names end in that the internet has not: those that RFC 2606, 6761, 6762
// and 8375 and ICANN keep for machines and networks of one's own, and Kubernetes' own.
var private = []string{".localhost", ".local", ".internal", ".test", ".lan", ".home.arpa", ".svc"}

// Local says whether a host is an address that is Private, or a name that by its form is
// none of the internet: one without a dot, such as a container's, or below one of private.
// What such a name resolves to is judged at each attempt.
func Local(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return Private(ip)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return !strings.Contains(host, ".") || slices.ContainsFunc(private, func(end string) bool { return strings.HasSuffix(host, end) })
}

// MaxURL bounds an address, in bytes.
const MaxURL = 2 << 10

// CheckURL refuses an address that no event could be sent to: one that is no URL of HTTP,
// or whose host is neither Local nor among the allowed ones.
func CheckURL(raw string, allowed []string) error {
	if len(raw) > MaxURL {
		return fmt.Errorf("an address is at most %d bytes", MaxURL)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%q is no address to send to: write http://127.0.0.1:9000/hook", raw)
	}
	return checkHost(u.Hostname(), allowed)
}

// checkHost refuses a host that nobody allowed before it is looked up.
func checkHost(host string, allowed []string) error {
	if Local(host) || isAllowed(host, allowed) {
		return nil
	}
	return &BlockedError{Host: host}
}

// A BlockedError is a receiver on the internet that nobody allowed.
type BlockedError struct {
	Host    string
	Address string // that the host resolves to, "" where it was not looked up
}

func (e *BlockedError) Error() string {
	if e.Address == "" {
		return fmt.Sprintf("%s is neither loopback nor private: allow it with --allow-webhook-host", e.Host)
	}
	return fmt.Sprintf("%s is at %s, which is neither loopback nor private: allow it with --allow-webhook-host", e.Host, e.Address)
}

// isAllowed compares names without the dot of the root.
func isAllowed(host string, allowed []string) bool {
	host = strings.TrimSuffix(host, ".")
	return slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(strings.TrimSuffix(a, "."), host) })
}
