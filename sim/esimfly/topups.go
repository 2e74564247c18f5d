package esimfly

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// Packages to top up with are those of the same area and provider as the eSIM's own, under
// codes of their own. How the vendor makes the codes is not published; both forms occur.
const (
	topUpPrefix = "TOPUP_"
	topUpSuffix = "-topup"
)

func topUpCode(p *pack) string {
	code := p.item.PackageCode
	switch {
	case p.class == classEnterprise:
		return code
	case strings.Contains(code, "-"):
		return code + topUpSuffix
	}
	return topUpPrefix + code
}

// isItem says whether a scenario can speak of a code: of a package, or of a top-up.
func isItem(code string) bool {
	all := catalogue().byCode
	if all[code] != nil {
		return true
	}
	p := all[strings.TrimSuffix(strings.TrimPrefix(code, topUpPrefix), topUpSuffix)]
	return p != nil && topUpCode(p) == code && p.rechargeable()
}

// topUpPrice is the package's, unless a scenario gives the top-up one of its own.
func topUpPrice(tx *sim.Tx[state], p *pack) money.Amount {
	code := p.item.PackageCode
	return purse(tx).of(tx.Price(topUpCode(p), tx.Price(code, p.cost)), usd)
}

// topUps are what an eSIM can be topped up with, in the order of listing.
func topUps(tx *sim.Tx[state], e *soldESIM) (list []*pack) {
	of := tx.State.orderOf(e).pack()
	if !of.rechargeable() {
		return nil
	}
	for _, p := range catalogue().byArea[of.area] {
		if p.class == of.class && p.rechargeable() && tx.Offered(p.item.PackageCode) && tx.Offered(topUpCode(p)) {
			list = append(list, p)
		}
	}
	return list
}

// rechargeable says whether eSIMs of the package can be topped up. Unlimited ones cannot,
// but for enterprises', which have days to add; both are assumed.
func (p *pack) rechargeable() bool {
	return p.item.Features.IsRechargeable && (!p.unlimited() || p.class == classEnterprise)
}

// toppable says whether its state allows a top-up: active, depleted, or expired after it
// was used; on esimfly's own network a new one too.
func (e *soldESIM) toppable(class string) bool {
	switch e.status() {
	case statusActive, statusDepleted:
		return true
	case statusExpired:
		return !e.ActivatedAt.IsZero()
	case statusNew:
		return class == classOwn
	}
	return false
}

// listTopUps gives what one eSIM can be topped up with, which may be nothing.
func listTopUps(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	iccid := r.Query.Get("iccid")
	if iccid == "" {
		return sim.Reply{}, errMissingICCID
	}
	e := esimOf(tx, iccid)
	if e == nil {
		return sim.Reply{}, errAccessDenied
	}
	if !e.toppable(tx.State.orderOf(e).class()) {
		return sim.Reply{}, notToppable(e.status(), true)
	}
	at := pageOf(r.Query, defaultPackages)
	out := topUpPackages{Packages: []topUpPackage{}}
	list := topUps(tx, e)
	for i, p := range list {
		if !at.holds(i) {
			continue
		}
		out.Packages = append(out.Packages, topUpPackage{
			PackageCode: topUpCode(p), Name: p.item.Name, DataAmountGB: p.item.DataAmountGB,
			ValidityDays: p.item.ValidityDays, Cost: topUpPrice(tx, p).Float(), Currency: purse(tx).code,
			Features: topUpFeatures{IsRechargeable: true}, IsUnlimited: p.unlimited(),
		})
	}
	at.count(len(list))
	out.Pagination = at
	return sim.Reply{Body: topUpPackagesAnswer{Success: true, Data: out}}, nil
}

// topUp adds volume and days to an eSIM. There is no idempotency key here. The order of
// its checks is assumed.
func topUp(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := object(r, errTopUpFields)
	if err != nil {
		return sim.Reply{}, err
	}
	iccid, code := body.Field("iccid"), body.Field("packageCode")
	if !filled(iccid) || !filled(code) {
		return sim.Reply{}, errTopUpFields
	}
	quantity, err := readQuantity(body)
	if err != nil {
		return sim.Reply{}, err
	}
	e, p, err := topUpOf(tx, iccid.Str, code.Str)
	if err != nil {
		return sim.Reply{}, err
	}

	c := purse(tx)
	cost := topUpPrice(tx, p)
	if sent := body.Field("price"); sent.Type != gjson.Null && !equals(sent, cost, c) {
		return sim.Reply{}, errPriceMismatch
	}
	total := cost.Times(quantity)
	if tx.State.Balance < total {
		return sim.Reply{}, insufficientForTopUp(c, tx.State.Balance, total)
	}
	return sim.Reply{Body: placeTopUp(tx, e, p, quantity, total)}, nil
}

// topUpOf finds the eSIM and the package, and refuses what does not go with it.
func topUpOf(tx *sim.Tx[state], iccid, code string) (*soldESIM, *pack, error) {
	e := esimOf(tx, iccid)
	if e == nil {
		return nil, nil, errTopUpESIM
	}
	of := tx.State.orderOf(e).pack()
	switch {
	case !of.rechargeable():
		return nil, nil, errTopUpNotSupported
	case !e.toppable(of.class):
		return nil, nil, notToppable(e.status(), false)
	}
	for _, p := range topUps(tx, e) {
		if topUpCode(p) == code {
			return e, p, nil
		}
	}
	if isOwnCode(code) {
		return nil, nil, errTopUpPackageOwn
	}
	return nil, nil, errTopUpPackage
}

// placeTopUp charges the account. The answer always says completed, and shows the eSIM as
// it then is.
func placeTopUp(tx *sim.Tx[state], e *soldESIM, p *pack, quantity int, total money.Amount) topUpAnswer {
	s := tx.State
	o := &order{
		Reference: newReference(tx, "topup_"), ID: s.NextID, PackageCode: topUpCode(p), PackageName: p.item.Name,
		Volume: p.volume, Days: p.item.ValidityDays, Quantity: quantity, Amount: total, Kind: s.Kind,
		ProcessingMS: 2000 + tx.Rand().IntN(2000), FlagURL: s.orderOf(e).FlagURL, TopUp: e.ICCID,
		PlacedAt: tx.Now, AcceptedAt: tx.Now,
	}
	s.Balance -= total
	s.addOrder(o)
	tx.Await(edgeToppedUp, o.Reference)
	rate := profitRate
	if newer(tx) {
		rate = profitRate26
	}
	a := topUpAnswer{
		Success: true, Message: "eSIM top-up processed successfully", OrderReference: o.Reference, ICCID: e.ICCID,
		PackageName: o.PackageName, NewBalance: s.Balance.Float(), Currency: o.currency().code, Status: orderCompleted,
		Amount: total.Float(), Profit: o.currency().share(total, rate).Float(), ProcessingTimeMS: o.ProcessingMS,
		ESIMData: topUpData{ExpiredTime: e.expires().UTC().Format("January 2, 2006 at 3:04 PM")},
	}
	if !e.unlimited() {
		a.ESIMData.NewTotalVolumeGB, a.ESIMData.NewRemainingVolumeGB = gigabytes(e.Volume), gigabytes(e.Volume-e.Used)
	}
	return a
}

// complete adds what a top-up brings. That its days begin when those before are over, and
// a new eSIM may be installed later by as many, is assumed.
func complete(tx *sim.Tx[state], reference string) error {
	s := tx.State
	o := s.order(reference)
	if o == nil || o.TopUp == "" {
		return &sim.EdgeError{ID: reference}
	}
	if st := o.status(); st != orderPending {
		return &sim.EdgeError{ID: reference, State: st, Wanted: orderPending}
	}
	e := esimOf(tx, o.TopUp)
	if !e.toppable(s.orderOf(e).class()) {
		return e.refuse(alive)
	}
	was := e.status()
	o.ProvisionedAt = tx.Now
	s.count(o, tally{Completed: 1, Revenue: o.Amount})
	days := o.Days * o.Quantity
	e.Days += days
	if !e.unlimited() {
		for range o.Quantity {
			e.Volume += o.Volume
		}
	}
	if e.ActivatedAt.IsZero() {
		e.InstallBy = e.InstallBy.AddDate(0, 0, days)
	} else {
		e.EndsAt = later(tx.Now, e.EndsAt).AddDate(0, 0, days)
	}
	e.ExpiredAt = time.Time{}
	if e.unlimited() || e.Used < e.Volume {
		e.DepletedAt = time.Time{}
	}
	tx.At(edgeExpired, e.ICCID, e.expires())
	e.changed(tx, was)
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
