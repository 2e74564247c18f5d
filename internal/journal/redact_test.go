package journal_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/journal"
)

// A member that holds a credential is hidden however it is written, and what only looks
// like one can be read.
func TestRedactText(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		`{"apiKey":"ab\"LEAK","a":1}`:             `{"apiKey":"[redacted]","a":1}`,
		`{"apiKey":"ab\\","a":"b"}`:               `{"apiKey":"[redacted]","a":"b"}`,
		`{"token":"LEAK"}`:                        `{"token":"[redacted]"}`,
		`{"webhook":{"secret":"whsec_LEAK"}}`:     `{"webhook":{"secret":"[redacted]"}}`,
		`{"password" :` + "\n" + `"LEAK"}`:        `{"password" :` + "\n" + `"[redacted]"}`,
		`{"API_KEY":"LEAK"}`:                      `{"API_KEY":"[redacted]"}`,
		`{"\u0061pi\u004bey":"LEAK"}`:             `{"\u0061pi\u004bey":"[redacted]"}`,
		`{"to\u212Aen":"LEAK"}`:                   `{"to\u212Aen":"[redacted]"}`,
		`{"accessToken":["LE]AK",{"b":"LEAK"}]}`:  `{"accessToken":"[redacted]"}`,
		`{"secret":{"a":"}","b":["LEAK"]},"c":1}`: `{"secret":"[redacted]","c":1}`,
		`{"password":1234,"a":1}`:                 `{"password":"[redacted]","a":1}`,
		`{"password":1234}`:                       `{"password":"[redacted]"}`,
		`{"RT-AccessCode":"LEAK"}`:                `{"RT-AccessCode":"[redacted]"}`,
		`{"X-API-Key":"LEAK"}`:                    `{"X-API-Key":"[redacted]"}`,
		`{"Authorization":"Bearer LEAK"}`:         `{"Authorization":"[redacted]"}`,
		`{"a":1,"token":"LEAK`:                    `{"a":1,"token":"[redacted]"`,
		`{"token":["LEAK`:                         `{"token":"[redacted]"`,
		`odd " {"token":"LEAK"}`:                  `odd " {"token":"[redacted]"}`,
		`{"token":null,"secret":true}`:            `{"token":null,"secret":true}`,
		`{"token":`:                               `{"token":`,
		`{"a":"token","secret`:                    `{"a":"token","secret`,
		// JSON in a text of JSON, also within another and cut off.
		`{"payload":"{\"apiKey\":\"LEAK\",\"a\":1}","b":"\n"}`:                   `{"payload":"{\"apiKey\":\"[redacted]\",\"a\":1}","b":"\n"}`,
		`{"payload":"{\u0022apiKey\u0022:\u0022LEAK\u0022}"}`:                    `{"payload":"{\"apiKey\":\"[redacted]\"}"}`,
		`{"payload":"{\n  \"token\" : [\"LEAK\", \"<LEAK>\"]\n, \"a\":\"<>\"}"}`: `{"payload":"{\n  \"token\" : \"[redacted]\"\n, \"a\":\"<>\"}"}`,
		`{"a":"{\"b\":\"{\\\"apiKey\\\":\\\"LEAK\\\"}\"}"}`:                      `{"a":"{\"b\":\"{\\\"apiKey\\\":\\\"[redacted]\\\"}\"}"}`,
		`["{\"secret\":\"a\\\"LEAK\"}","{\"password\":12}"]`:                     `["{\"secret\":\"[redacted]\"}","{\"password\":\"[redacted]\"}"]`,
		`odd " {"a":"{\"token\":\"LEAK\"}"}`:                                     `odd " {"a":"{\"token\":\"[redacted]\"}"}`,
		`{"a":"{\"token\":\"LEAK`:                                                `{"a":"{\"token\":\"[redacted]\""`,
		`{"a":"{\"token\":\"LEAK\`:                                               `{"a":"{\"token\":\"[redacted]\""`,
		`{"a":"{\"token\":\"LEAK\u00`:                                            `{"a":"{\"token\":\"[redacted]\""`,
		`{"a":"{\"tokens\":\"x\"}","token":"LEAK"}`:                              `{"a":"{\"tokens\":\"x\"}","token":"[redacted]"}`,
		// Data, and names that only resemble.
		`{"packageToken":"p","accessCode":"0419","apnPassword":"x","tokens":["a"],"matchingId":"m","error":"INVALID_API_KEY"}`: `{"packageToken":"p","accessCode":"0419","apnPassword":"x","tokens":["a"],"matchingId":"m","error":"INVALID_API_KEY"}`,
	} {
		got := journal.RedactText(sent)
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", sent, got, want)
		}
		if json.Valid([]byte(sent)) && !json.Valid([]byte(got)) {
			t.Errorf("%s is no JSON any more: %s", sent, got)
		}
	}
}

// A header that holds a credential is hidden whoever was asked, and so is a token in the
// address that a browser came from.
func TestRedactHeaders(t *testing.T) {
	t.Parallel()
	h := http.Header{"Referer": {"http://shop.test/a?x=1&token=LEAK#access_token=LEAK"}, "Accept": {"*/*"}, "X-Request-Id": {"seen"}}
	for _, name := range []string{
		"Authorization", "Proxy-Authorization", "Cookie", "X-Auth-Token", "Api-Key", "X-Api-Key", "X-Api-Token",
		"RT-Signature", "Rt-Accesscode", "X_API_KEY", "X-Roamify-Token-None",
	} {
		h[name] = []string{"LEAK"}
	}
	h["X-Roamify-Token-None"] = []string{"seen"}
	var r journal.Record
	r.Asked(h, nil, nil)
	var j journal.Journal
	j.Keep(&r)
	got := j.List(journal.Filter{})[0].Request.Header
	for name, values := range got {
		if strings.Contains(values[0], "LEAK") {
			t.Errorf("%s: %s", name, values)
		}
	}
	if got.Get("Referer") != "http://shop.test/a?x=1&token=%5Bredacted%5D#access_token=%5Bredacted%5D" || got.Get("X-Request-Id") != "seen" || got.Get("X-Roamify-Token-None") != "seen" || got.Get("Accept") != "*/*" {
		t.Errorf("got %v", got)
	}
}

func TestRedactTarget(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("http://ana:LEAK@127.0.0.1:9000/hook?shop=1&token=LEAK")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := journal.RedactTarget(u), "http://ana:xxxxx@127.0.0.1:9000/hook?shop=1&token=%5Bredacted%5D"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Every kind of name is met by a body, whatever letter it begins with.
func TestEverySecretName(t *testing.T) {
	t.Parallel()
	for _, name := range strings.Fields("access_key access-token apiKey api_secret API-Token Authorization auth_token bearer_token clientSecret " +
		"cookie id_token JWT passphrase passwd password private_key Proxy-Authorization refresh_token RT-AccessCode RT-Signature secret secretKey " +
		"session_token Set-Cookie signature signing_secret token webhookSecret X-API-Key x-token") {
		if got, want := journal.RedactText(`{"`+name+`":"LEAK"}`), `{"`+name+`":"[redacted]"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Whatever a body is, JSON stays JSON, and a text without credentials stays as it is.
func FuzzRedactText(f *testing.F) {
	f.Add(`{"apiKey":"ab\"LEAK","token":["a"],"x":1}`)
	f.Add(`{"secret":-1e5,"a":[{"password":{}}]}`)
	f.Add(`"token":`)
	f.Add(`{"payload":"{\"apiKey\":\"LEAK\",\"b\":\"{\\\"token\\\":1}\"}"}`)
	f.Add(`{"payload":"{\u0022apiKey\u0022:[\"LEAK`)
	f.Fuzz(func(t *testing.T, body string) {
		got := journal.RedactText(body)
		if json.Valid([]byte(body)) && !json.Valid([]byte(got)) {
			t.Errorf("%q became %q", body, got)
		}
		if journal.RedactText(got) != got {
			t.Errorf("%q is %q, and then %q", body, got, journal.RedactText(got))
		}
	})
}

// BenchmarkRedactText reads a page of a catalogue, in which nothing is secret.
func BenchmarkRedactText(b *testing.B) {
	body := "[" + strings.Repeat(`{"name":"esim_1GB_7D_GB_V2","price":1.25,"countries":["GB"]},`, 1000) + "{}]"
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if journal.RedactText(body) != body {
			b.Fatal("changed")
		}
	}
}

// BenchmarkRedactWithin reads what is made to be read again and again: twice as much takes
// twice as long.
func BenchmarkRedactWithin(b *testing.B) {
	for name, piece := range map[string]string{
		"texts": `"{\"token\":\"x\"}",`, "quotes": `\"`, "open": `"\"`, "backslashes": `\`, "letters": `\u005cu0022`, "control": "\"\\\"\n\"", "names": `"token":"\`,
	} {
		for _, size := range []int{1 << 18, 1 << 20} {
			body := `{"a":"` + strings.Repeat(piece, size/len(piece))
			b.Run(fmt.Sprint(name, "/", size), func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					journal.RedactText(body)
				}
			})
		}
	}
}
