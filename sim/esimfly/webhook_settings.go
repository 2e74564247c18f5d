package esimfly

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// A webhook is where a key's events go.
type webhook struct {
	URL    string
	Secret string
	Events []string
}

// A delivery is one of the last, as the settings show them.
type delivery struct {
	ID             int     `json:"id"`
	Event          string  `json:"event"`
	OrderReference string  `json:"order_reference"`
	Status         string  `json:"status"`
	Attempts       int     `json:"attempts"`
	LastAttempt    *string `json:"last_attempt"`
	DeliveredAt    *string `json:"delivered_at"` // null until then
}

// availableEvents are those of api-docs, Webhooks; the words for all but the first two are
// assumed. order.completed is reserved and never sent.
var availableEvents = []availableEvent{
	{"esim.provisioned", "eSIM QR code is ready (asynchronously provisioned packages)"},
	{"esim.installed", "Profile installed and enabled on a device for the first time"},
	{"esim.profile.updated", "SM-DP+ profile state changed"},
	{"esim.status.changed", "eSIM lifecycle status changed"},
	{"esim.usage.threshold", "Remaining data crossed 500, 200, 100 or 50 MB"},
}

const reservedEvent = "order.completed"

// setWebhook sets address and events, and makes a new secret each time. That
// events left out are all, an empty list is none, and a null address takes the webhook
// away, is assumed.
func setWebhook(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := object(r, errWebhookURL)
	if err != nil {
		return sim.Reply{}, err
	}
	link := sim.Field(body, "webhook_url")
	none := link.Exists() && link.Type == gjson.Null
	if !none && (!filled(link) || !isTarget(link.Str)) {
		return sim.Reply{}, errWebhookURL
	}
	events, err := readEvents(r, sim.Field(body, "events"))
	if err != nil {
		return sim.Reply{}, err
	}
	out := webhookUpdated{Success: true, Message: "Webhook settings updated"}
	if none {
		tx.State.Webhook = nil
		return sim.Reply{Body: out}, nil
	}
	hook := &webhook{URL: link.Str, Secret: "whsec_" + tx.Text(16, "0123456789abcdef"), Events: events}
	tx.State.Webhook = hook
	out.Webhook = &webhookSecret{hook.URL, hook.Secret, hook.Events}
	out.Note = "Save your webhook_secret - it is used to verify webhook signatures via X-Webhook-Signature header."
	return sim.Reply{Body: out}, nil
}

func readEvents(r *sim.Request, list gjson.Result) (events []string, err error) {
	if list.Type == gjson.Null {
		for _, e := range availableEvents {
			events = append(events, e.Event)
		}
		return events, nil
	}
	if !list.IsArray() {
		return nil, unknownEvent(list.String())
	}
	events = []string{}
	for _, v := range list.Array() {
		known := slices.ContainsFunc(availableEvents, func(e availableEvent) bool { return e.Event == v.Str })
		switch {
		case v.Type == gjson.String && known:
		case v.Str == reservedEvent:
			r.Note(sim.Finding{
				Code: "esimfly.reserved-event", Pointer: "/events", Basis: string(sim.Documented),
				Message: "leave out " + reservedEvent + ": it is reserved and never sent",
			})
		default:
			return nil, unknownEvent(v.String())
		}
		events = append(events, v.Str)
	}
	return events, nil
}

// isTarget says whether events can go to an address: HTTPS, or plain HTTP to a machine
// that is not on the internet.
func isTarget(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLocal(u.Hostname())
}

func isLocal(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	if !strings.Contains(host, ".") {
		return true
	}
	return slices.ContainsFunc([]string{".localhost", ".local", ".internal", ".test"}, func(end string) bool {
		return strings.HasSuffix(host, end)
	})
}

// getWebhook shows the settings without the secret.
func getWebhook(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	out := webhookAnswer{Success: true, AvailableEvents: availableEvents, RecentDeliveries: []delivery{}}
	if hook := tx.State.Webhook; hook != nil {
		out.Webhook = &webhookSettings{URL: hook.URL, Events: hook.Events, APIKeyName: r.Caller.Base}
	}
	return sim.Reply{Body: out}, nil
}
