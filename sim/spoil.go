package sim

import (
	"bytes"
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/scenario"
)

// A spoil is what a scenario does to the signature of a delivery; its zero value does
// nothing.
type spoil struct {
	signature string
	stale     time.Duration
}

// behindAtMost is how long a delivery waits for one that shall overtake it, in the
// world's time.
const behindAtMost = time.Minute

// tamper asks the scenarios what becomes of a delivery, and queues what is left of it.
func (t *Turn) tamper(d *delivery) {
	w := t.spoiled(d)
	o := t.w.outbox
	if w == nil {
		o.add(t, d)
		return
	}
	d.spoil = spoil{w.Signature, w.Stale}
	if w.Stale > 0 {
		d.body = redate(d.body, w.Stale)
	}
	d.cut = w.Truncate
	d.due = t.Now.Add(w.Delay)
	if w.Drop {
		d.state = Dropped
	}
	if w.Reorder {
		d.behind, d.due = true, d.due.Add(behindAtMost)
	}
	d.eager = w.BeforeAnswer
	twins := make([]delivery, max(0, w.Duplicate-1))
	for i := range twins {
		twins[i] = *d
		twins[i].copies = i + 2
	}
	o.add(t, d)
	for i := range twins {
		o.add(t, &twins[i])
	}
}

// spoiled is what the first firing rule says of the event, nil for none.
func (t *Turn) spoiled(d *delivery) (w *scenario.Webhook) {
	call := &scenario.Call{
		Operation: d.provider.eventName(d.event), Webhook: true, Now: t.Now, Since: t.Now.Sub(t.w.begun),
		Env: func() scenario.Env {
			return scenario.Env{
				Body: gjson.Parse(d.body).Value(), Account: t.w.settingsOf(d.provider, t.Now), Work: scenario.NewWork(len(d.body)),
			}
		},
	}
	for _, s := range []*scenario.Script{t.extra, t.w.script} {
		// Each counts the event, also where another's rule acts.
		if f, _ := s.Match(call); f != nil && w == nil {
			t.w.srv.noteFired(f.Rule)
			d.rule, w = f.Rule, f.Webhook
		}
	}
	return w
}

// sign makes the headers as the provider would, but for what the scenario spoils.
func (s spoil) sign(sign func(Signing) http.Header, by Signing) http.Header {
	by.At = by.At.Add(-s.stale)
	switch s.signature {
	case scenario.SignatureWrong:
		by.Secret += "-of-somebody-else"
	case scenario.SignatureOther:
		by.Body = append(bytes.Clone(by.Body), ' ')
	case scenario.SignatureNone:
		// Whatever depends on the secret is the signature.
		signed := sign(by)
		by.Secret += "-"
		other := sign(by)
		for name, v := range signed {
			if other[name][0] != v[0] {
				delete(signed, name)
			}
		}
		return signed
	}
	return sign(by)
}

// redate writes a payload's own timestamp as it would have been so long before. Services
// have it at the top or in data, as text or in whole seconds.
func redate(body string, by time.Duration) string {
	for _, path := range []string{"timestamp", "date", "data.timestamp"} {
		v := gjson.Get(body, path)
		if v.Index == 0 {
			continue
		}
		var text string
		if v.Type == gjson.Number {
			text = strconv.FormatInt(v.Int()-int64(by/time.Second), 10)
		} else if at, err := time.Parse(time.RFC3339Nano, v.Str); err == nil {
			layout := time.RFC3339
			if at.Nanosecond() != 0 || len(v.Str) > len("2006-01-02T15:04:05Z") {
				layout = "2006-01-02T15:04:05.000Z07:00"
			}
			text = strconv.Quote(at.Add(-by).Format(layout))
		} else {
			continue
		}
		body = body[:v.Index] + text + body[v.Index+len(v.Raw):]
	}
	return body
}
