package esimfly

import (
	"net/url"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/webhook"
	"github.com/esimsim/esimsim/sim"
)

// A hook is where a key's events go, and which.
type hook struct {
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
	{hookProvisioned, "eSIM QR code is ready (asynchronously provisioned packages)"},
	{hookInstalled, "Profile installed and enabled on a device for the first time"},
	{hookProfile, "SM-DP+ profile state changed"},
	{hookStatus, "eSIM lifecycle status changed"},
	{hookUsage, "Remaining data crossed 500, 200, 100 or 50 MB"},
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
	link := body.Field("webhook_url")
	none := link.Exists() && link.Type == gjson.Null
	if !none && (!filled(link) || !isTarget(link.Str)) {
		return sim.Reply{}, errWebhookURL
	}
	events, err := readEvents(r, body.Field("events"))
	if err != nil {
		return sim.Reply{}, err
	}
	out := webhookUpdated{Success: true, Message: "Webhook settings updated"}
	if none {
		tx.State.Webhook = nil
		return sim.Reply{Body: out}, nil
	}
	h := &hook{URL: link.Str, Secret: hookSecretPrefix + tx.Text(16, "0123456789abcdef"), Events: events}
	tx.State.Webhook = h
	tx.Listen()
	out.Webhook = &webhookSecret{h.URL, h.Secret, h.Events}
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
			r.Note(&oddReservedEvent, "/events", "leave out "+reservedEvent+": it is reserved and never sent")
		default:
			return nil, unknownEvent(v.String())
		}
		events = append(events, v.Str)
	}
	return events, nil
}

// isTarget says whether the API takes an address: HTTPS, or plain HTTP to a machine that is
// not on the internet. Whether anything is sent there is another question.
func isTarget(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && webhook.Local(u.Hostname())
}

// getWebhook shows the settings without the secret.
func getWebhook(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	out := webhookAnswer{Success: true, AvailableEvents: availableEvents, RecentDeliveries: recentDeliveries(tx)}
	if h := tx.State.Webhook; h != nil {
		out.Webhook = &webhookSettings{URL: h.URL, Events: h.Events, APIKeyName: r.Caller.Base}
	}
	return sim.Reply{Body: out}, nil
}

// recentDeliveries are the last ten. That the newest comes first, and the words for what
// is neither delivered nor failed, are assumed.
func recentDeliveries(tx *sim.Tx[state]) []delivery {
	out := []delivery{}
	for _, d := range tx.Deliveries(10) {
		row := delivery{
			ID: d.Number, Event: d.Event, OrderReference: gjson.Get(d.Body, "data.order_reference").Str,
			Status: string(d.State), Attempts: len(d.Attempts),
		}
		for _, a := range d.Attempts {
			row.LastAttempt = ptr(a.At.UTC().Format(wireMillis))
			if received(a.Status) && row.DeliveredAt == nil {
				row.DeliveredAt = row.LastAttempt
			}
		}
		if d.State == sim.Pending && row.Attempts > 0 {
			row.Status = "retrying"
		}
		out = append(out, row)
	}
	return out
}
