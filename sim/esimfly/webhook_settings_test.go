package esimfly_test

import (
	"net/http"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/golden"
)

func TestWebhookSettings(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "hooks")
	put := func(body string) answer { t.Helper(); return c.do(http.MethodPut, "/webhooks", body, nil) }
	golden.JSON(t, "testdata/getWebhook-none.json", c.get("/webhooks").body)
	made := put(`{"webhook_url":"http://127.0.0.1:9090/esimfly","events":["esim.provisioned","esim.status.changed"]}`)
	golden.JSON(t, "testdata/setWebhook.json", made.body)
	golden.JSON(t, "testdata/getWebhook.json", c.get("/webhooks").body)

	// Again makes another secret; without events it is all of them.
	again := put(`{"webhook_url":"https://shop.example/hook"}`)
	secret := "webhook.secret"
	if gjson.GetBytes(made.body, secret).Str == gjson.GetBytes(again.body, secret).Str {
		t.Error("the secret stayed the same")
	}
	if got := gjson.GetBytes(again.body, "webhook.events.#").Int(); got != 5 {
		t.Errorf("%d events, want 5", got)
	}
	reserved := put(`{"webhook_url":"https://shop.example/hook","events":["order.completed"]}`)
	if got := reserved.header.Get("X-Esimsim-Findings"); reserved.status != 200 || got != "esimfly.reserved-event" {
		t.Errorf("status %d, findings %q", reserved.status, got)
	}

	const badURL = `{"success":false,"message":"webhook_url must be a valid HTTPS URL","code":"INVALID_WEBHOOK_URL"}`
	for _, link := range []string{`""`, `"shop"`, `"/hook"`, `"http://shop.example/hook"`, `"http://8.8.8.8/"`, `"http://169.254.169.254/latest/"`, `"http://[fe80::1]/"`, `"http://0.0.0.0/"`, `"ftp://127.0.0.1/"`, `"https://"`, `7`, `"http://[::1"`} {
		put(`{"webhook_url":`+link+`}`).is(t, 400, badURL)
	}
	for _, body := range []string{"", "{}", `{"events":[]}`} {
		put(body).is(t, 400, badURL)
	}
	put("[]").is(t, 400, noBody)
	put(`{"webhook_url":"https://shop.example/","events":["order.created"]}`).is(t, 400, `{"success":false,"message":"Unknown event: order.created","code":"INVALID_EVENT"}`)
	put(`{"webhook_url":"https://shop.example/","events":"esim.installed"}`).is(t, 400, `{"success":false,"message":"Unknown event: esim.installed","code":"INVALID_EVENT"}`)
	if got := gjson.GetBytes(c.get("/webhooks").body, "webhook.events").Raw; got != `["order.completed"]` {
		t.Errorf("a refusal changed the events to %s", got)
	}

	for _, link := range []string{"http://localhost:9000/", "http://shop:9000/hook", "http://10.1.2.3/", "http://[::1]:9000/", "http://host.docker.internal/", "http://hooks.test/"} {
		if a := put(`{"webhook_url":"` + link + `","events":[]}`); a.status != 200 {
			t.Errorf("%s: %d %s", link, a.status, a.body)
		}
	}
	// An empty list is none, null is like leaving it out.
	for events, want := range map[string]int64{"[]": 0, "null": 5} {
		if got := gjson.GetBytes(put(`{"webhook_url":"https://shop.example/","events":`+events+`}`).body, "webhook.events.#").Int(); got != want {
			t.Errorf("events %s: %d, want %d", events, got, want)
		}
	}
	put(`{"webhook_url":null}`).is(t, 200, `{"success":true,"message":"Webhook settings updated","webhook":null}`)
	if got := gjson.GetBytes(c.get("/webhooks").body, "webhook").Raw; got != "null" {
		t.Errorf("settings %s, want null", got)
	}
}
