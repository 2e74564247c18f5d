package roamify

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

func TestNumeric(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"1": 1, " 7 ": 7, "+2": 2, "-3.5": -3.5, "1e2": 100, ".5": 0.5, "5.": 5, "007": 7,
	} {
		if got, ok := numeric(gjson.Result{Type: gjson.String, Str: text}, true); !ok || got != want {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", " ", "x", "1x", "0x1", "1_000", "Infinity", "NaN", "--1", "1,5", "."} {
		if got, ok := numeric(gjson.Result{Type: gjson.String, Str: text}, true); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
	if _, ok := numeric(gjson.Parse(`"1"`), false); ok {
		t.Error("a text of a body was taken for a number")
	}
}

func TestLastMemberWins(t *testing.T) {
	t.Parallel()
	body := gjson.Parse(`{"items":7,"items":[{"packageId":"a","packageId":"b","quantity":0,"quantity":2}]}`)
	if complaint := orderBody.complain(objectOf(body), "value", ""); complaint != "" {
		t.Error(complaint)
	}
}

// What validation lets through can be read without a second look.
func FuzzOrderBody(f *testing.F) {
	for _, seed := range []string{
		`{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}]}`, `{"items":[{}]}`, `{"referenceId":"a"}`,
		`[]`, `{"items":[{"packageId":"x","quantity":1e999}],"a":{"b":[1,2,{"c":null}]}}`, `{"\u0069tems":"x"}`, `{"items":[[[[`,
		strings.Repeat(`{"items":`, 300) + "1" + strings.Repeat("}", 300), `{"items":` + strings.Repeat("[", 199) + strings.Repeat("]", 199) + "}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		v, ok := (&sim.Request{Body: []byte(body)}).JSON()
		if !ok {
			return
		}
		o := objectOf(v)
		if orderBody.complain(o, "value", "") != "" {
			return
		}
		items, ok := o.get("items")
		if !ok || len(items.Array()) == 0 {
			t.Fatalf("passed without items: %s", body)
		}
		items.ForEach(func(_, v gjson.Result) bool {
			item := objectOf(v)
			if n, ok := item.number("quantity"); !ok || n < 1 || n != float64(int(n)) || item.text("packageId") == "" {
				t.Fatalf("passed with item %s", v.Raw)
			}
			return true
		})
	})
}

func FuzzBearer(f *testing.F) {
	for _, seed := range []string{
		"Bearer roamify_demo", "bearer roamify_ci~roamify-order-pending", "Bearer", "", "Basic roamify_demo", "Bearer  roamify_x ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		token := bearer(header)
		if token != strings.TrimSpace(token) || !strings.Contains(header, token) {
			t.Errorf("%q gives %q", header, token)
		}
		if token != "" && !strings.EqualFold(header[:7], "Bearer ") {
			t.Errorf("%q gives %q", header, token)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2026-07-01", "2026-07-01T10:00:00Z", "2026-02-30", "", "0000-00-00", "2026-07-01T24:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := isoDate(gjson.Result{Type: gjson.String, Str: text})
		if ok && text[:4] != at.Format(time.DateOnly)[:4] {
			t.Errorf("%q was read as %s", text, at)
		}
	})
}

func FuzzPlainCode(f *testing.F) {
	for _, seed := range []string{"H3V9TQ0MZ2KD", " h3v9-tq0m-z2kd ", "ß٣é", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		plain := plainCode(code)
		if strings.Trim(plain, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || plainCode(plain) != plain {
			t.Errorf("%q is %q", code, plain)
		}
	})
}

func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"ana@example.org", "ana", "@", "a@b", "a b@c.d", "a@b..c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if emailText.MatchString(text) && (strings.Count(text, "@") != 1 || strings.ContainsAny(text, " \t\n") || !strings.Contains(text, ".")) {
			t.Errorf("%q is an address", text)
		}
	})
}
