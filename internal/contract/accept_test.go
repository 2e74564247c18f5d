package contract

import (
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/openapi"
)

func bodies(t testing.TB) map[string]*Operation {
	t.Helper()
	out := map[string]*Operation{}
	for name, data := range map[string][]byte{"roamify": openapi.Roamify, "esimgo": openapi.Esimgo, "esimfly": openapi.Esimfly, "control": openapi.Control} {
		doc, err := Load(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range doc.Operations() {
			if op.body != nil {
				out[name+"."+op.ID] = op
			}
		}
	}
	return out
}

// Nothing that an acceptor takes may be refused by the validator.
func FuzzAcceptor(f *testing.F) {
	ops := bodies(f)
	for _, body := range []string{
		`{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72,"quantity":1,"duration":7,"flagUrl":"/img/flags/tr.png"}`,
		`{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}],"referenceId":"x"}`,
		`{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}]}`,
		`{"iccid":"8943108170002310451","name":"esim_1GB_7D_GB_V2","repeat":null,"allowReassign":false}`,
		`{"items":[],"items":3}`, `{"a":1,"a":"\ud800"}`, `{"quantity":1e400}`, `{"quantity":-0.0}`, `[]`, `null`, `"x"`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if !gjson.Valid(body) {
			return
		}
		v := gjson.Parse(body)
		for name, op := range ops {
			if op.accept == nil || !op.accept(v) {
				continue
			}
			if err := op.body.VisitJSON(v.Value(), asRequest...); err != nil {
				t.Errorf("%s accepts %s, which the validator refuses: %v", name, body, err)
			}
		}
	})
}

// The usual bodies are accepted without asking the validator: that is what makes checking
// cheap.
func TestUsualBodiesAreAccepted(t *testing.T) {
	t.Parallel()
	ops := bodies(t)
	for name, body := range map[string]string{
		"esimfly.createOrder": `{"packageCode":"a","packageName":"b","price":2.72,"quantity":1,"duration":7,"flagUrl":"/img/flags/tr.png"}`,
		"roamify.createOrder": `{"items":[{"packageId":"a","quantity":1}]}`,
		"esimgo.createOrder":  `{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"a"}]}`,
		"roamify.applyEsim":   `{"esimId":"a"}`,
		"control.useEsim":     `{"mb":500}`,
	} {
		op := ops[name]
		if op == nil || op.accept == nil || !op.accept(gjson.Parse(body)) {
			t.Errorf("%s leaves %s to the validator", name, body)
		}
	}
}
