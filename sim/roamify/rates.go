package roamify

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// currenciesJSON has the currencies that the gift cards page lists, and what a dollar cost
// in them about April 2024. The answers are not documented; they follow those of Wise,
// whose parameters these are.
//
//go:embed currencies.json
var currenciesJSON []byte

type currencyRow struct {
	wireCurrency
	PerUSD float64 `json:"perUSD"`
}

// currencies is read when it is first asked for.
var currencies = sync.OnceValue(func() []currencyRow {
	dec := json.NewDecoder(bytes.NewReader(currenciesJSON))
	dec.DisallowUnknownFields()
	var all []currencyRow
	if err := dec.Decode(&all); err != nil {
		panic("roamify currencies: " + err.Error())
	}
	return all
})

func currencyCodes() []string {
	codes := make([]string, len(currencies()))
	for i, c := range currencies() {
		codes[i] = c.Code
	}
	return codes
}

func listCurrencies(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if _, err := noKeys.query(tx, r); err != nil {
		return sim.Reply{}, err
	}
	list := make([]wireCurrency, len(currencies()))
	for i, c := range currencies() {
		list[i] = c.wireCurrency
	}
	return answer(list), nil
}

// intervals are the steps of a history.
var intervals = map[string]time.Duration{"day": day, "hour": time.Hour, "minute": time.Minute}

// maxRates bounds a history. Assumed.
const maxRates = 1000

// ratesQuery asks for both currencies as soon as there is any key at all: the vendor's
// page requires them, and its first sample has none.
func ratesQuery(empty bool) *schema {
	return &schema{
		keys: []key{
			{name: "source", required: !empty, oneOf: currencyCodes()},
			{name: "target", required: !empty, oneOf: currencyCodes()},
			{name: "datetime", kind: date},
			{name: "from", kind: date},
			{name: "to", kind: date},
			{name: "interval", oneOf: []string{"day", "hour", "minute"}},
		},
		peers: []peer{
			{key: "datetime", other: "from", forbidden: true},
			{key: "datetime", other: "to", forbidden: true},
			{key: "datetime", other: "interval", forbidden: true},
			{key: "from", other: "interval"},
			{key: "to", other: "from"},
			{key: "interval", other: "from"},
		},
	}
}

// listRates answers one rate now or at an instant, a history of it, or without any key
// what a dollar costs in every currency.
func listRates(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	empty := strings.Trim(r.URL.RawQuery, "=&") == ""
	q, err := ratesQuery(empty).query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	if empty {
		list := []wireRate{}
		for _, c := range currencies() {
			list = append(list, rate(currency, c.Code, tx.Now))
		}
		return answer(list), nil
	}
	source, target := q.text("source"), q.text("target")
	from, history := q.date("from")
	if !history {
		when := tx.Now
		if past, ok := q.date("datetime"); ok && past.Before(when) {
			when = past
		}
		return answer([]wireRate{rate(source, target, when)}), nil
	}
	until := tx.Now
	if to, ok := q.date("to"); ok && to.Before(until) {
		until = to
	}
	list := []wireRate{}
	for step := intervals[q.text("interval")]; !from.After(until) && len(list) < maxRates; from = from.Add(step) {
		list = append(list, rate(source, target, from))
	}
	if !from.After(until) {
		r.Note(&oddRatesCut, "query/from", "ask for a shorter history: no more than "+strconv.Itoa(maxRates)+" rates are answered")
	}
	return answer(list), nil
}

func rate(source, target string, when time.Time) wireRate {
	v := perDollar(target, when) / perDollar(source, when)
	places := math.Pow(10, 5-math.Ceil(math.Log10(v)))
	return wireRate{
		Rate: math.Round(v*places) / places, Source: source, Target: target,
		Time: when.UTC().Format("2006-01-02T15:04:05Z"),
	}
}

// perDollar moves a currency up and down by half a per cent in four weeks, each with a
// start of its own, so that a history is no straight line and the same whenever asked.
func perDollar(code string, when time.Time) float64 {
	for i, c := range currencies() {
		if c.Code == code && code != currency {
			weeks := float64(when.Unix()) / (28 * day.Seconds())
			return c.PerUSD * (1 + 0.005*math.Sin(2*math.Pi*weeks+float64(i)))
		}
	}
	return 1
}
