package esimgo

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// many are n eSIMs whose ICCIDs are in no order; every seventh has left the account.
func many(n int) (held []*heldESIM, away int) {
	for i := range n {
		e := &heldESIM{ICCID: strconv.Itoa(i * 7919 % n), CustomerRef: "ref-" + strconv.Itoa(i%10)}
		if i%7 == 0 {
			e.ReturnedAt = time.Unix(1, 0)
			away++
		}
		held = append(held, e)
	}
	return held, away
}

func iccids(list []*heldESIM) (out []string) {
	for _, e := range list {
		out = append(out, e.ICCID)
	}
	return out
}

// All pages after another are the whole list: filtered, sorted, turned round.
func TestPagesOfESIMs(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 7, 30, 100} {
		all, gone := many(n)
		present := slices.DeleteFunc(slices.Clone(all), func(e *heldESIM) bool { return !e.ReturnedAt.IsZero() })
		for _, c := range []struct {
			held []*heldESIM
			away int
			ref  string
		}{{all, gone, ""}, {all, gone, "ref-3"}, {present, 0, ""}, {present, 0, "ref-3"}, {all, gone, "none"}} {
			for _, o := range []esimOrder{{}, {newest: true}, {byICCID: true}, {byICCID: true, newest: true}} {
				o.away = c.away
				if c.ref != "" {
					o.keep = func(e *heldESIM) bool { return e.CustomerRef == c.ref }
				}
				var want []*heldESIM
				for _, e := range present {
					if c.ref == "" || e.CustomerRef == c.ref {
						want = append(want, e)
					}
				}
				if o.byICCID {
					slices.SortFunc(want, func(a, b *heldESIM) int { return strings.Compare(a.ICCID, b.ICCID) })
				}
				if o.newest {
					slices.Reverse(want)
				}
				var got []*heldESIM
				for number := 1; ; number++ {
					part, rows := o.page(c.held, page{number, 4})
					if rows != len(want) || len(part) > 4 {
						t.Fatalf("%d of %d rows, want %d", len(part), rows, len(want))
					}
					if got = append(got, part...); len(part) == 0 {
						break
					}
				}
				if diff := cmp.Diff(iccids(want), iccids(got)); diff != "" {
					t.Errorf("%d eSIMs, %d away, %q, %+v (-want +got):\n%s", n, c.away, c.ref, o, diff)
				}
			}
		}
	}
}

// A page of a big account makes nothing but the page; to sort takes one list more.
func TestPagesOfManyESIMs(t *testing.T) { //nolint:paralleltest // it counts what is made
	held, away := many(50_000)
	keep := func(e *heldESIM) bool { return e.CustomerRef == "ref-3" }
	for name, c := range map[string]struct {
		order esimOrder
		most  float64
	}{
		"one returned": {esimOrder{away: away, newest: true}, 1},
		"filtered":     {esimOrder{keep: keep, away: away}, 1},
		"sorted":       {esimOrder{keep: keep, away: away, byICCID: true}, 2},
	} {
		size := 0
		if got := testing.AllocsPerRun(3, func() {
			out, _ := c.order.page(held, page{2, 10})
			size = cap(out)
		}); got > c.most || size > 10 {
			t.Errorf("%s: %v lists are made, want %v; the page holds %d", name, got, c.most, size)
		}
	}
}
