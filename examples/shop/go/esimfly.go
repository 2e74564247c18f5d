package shop

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A RefusedError says that the API said no, and why: a code such as INSUFFICIENT_BALANCE.
// Nothing has happened.
type RefusedError struct {
	Status        int
	Code, Message string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("refused with %d %s: %s", e.Status, e.Code, e.Message)
}

// ErrLost says that no answer came, or none that tells what became of the call. Nobody can
// tell from here whether it has happened.
var ErrLost = errors.New("answer lost")

// An Offer is a package at the price at which it was offered.
type Offer struct {
	Code  string  `json:"package_code"`
	Name  string  `json:"name"`
	Price float64 `json:"cost"`
}

// An ESIM is what a customer needs to install it.
type ESIM struct {
	ICCID       string `json:"iccid"`
	LPA         string `json:"lpaString"` // what the QR code holds
	QRCode      string `json:"qrCodeUrl"` // where an image of it is; it may be a data: URI
	AppleLink   string `json:"directAppleInstallUrl"`
	AndroidLink string `json:"directAndroidInstallUrl"`
}

// An Order is one of esimfly's.
type Order struct {
	Reference string
	Status    string // completed, pending_details, failed or cancelled
	ESIM      ESIM   // zero until its details are there
}

// Usage is what is known of the use of an eSIM.
type Usage struct {
	Status      string // NEW, ACTIVE, DEPLETED, EXPIRED and so on
	RemainingMB int
}

// Esimfly is what the shop asks of esimfly's Business API, edition 2026-09. A call ends in
// one of three ways: with an answer, with a RefusedError, or with ErrLost.
type Esimfly struct {
	BaseURL, AccessCode, SecretKey string
	// Timeout of a call; zero is 40 seconds. esimfly gives up on a call after 30. Who hangs
	// up before asks again while the first is still being worked on.
	Timeout time.Duration
}

// Offers are all packages of a destination.
func (e *Esimfly) Offers(ctx context.Context, destination string) (found []Offer, err error) {
	for page, pages := 1, 1; page <= pages; page++ {
		var answer struct {
			Data struct {
				Packages   []Offer
				Pagination struct {
					TotalPages int `json:"total_pages"`
				}
			}
		}
		query := url.Values{"search": {destination}, "page": {strconv.Itoa(page)}, "limit": {"100"}}
		if err := e.get(ctx, "/esims/packages", query, &answer); err != nil {
			return nil, err
		}
		found = append(found, answer.Data.Packages...)
		pages = answer.Data.Pagination.TotalPages
	}
	return found, nil
}

// Order orders one eSIM. The same key gives the same order, so that one whose answer was
// lost is simply asked for again. The price makes esimfly refuse if it has risen.
func (e *Esimfly) Order(ctx context.Context, key string, offer Offer) (Order, error) {
	body := map[string]any{"packageCode": offer.Code, "packageName": offer.Name, "price": offer.Price, "idempotency_key": key}
	var answer struct {
		OrderReference, Status string
		ESIMs                  []ESIM
	}
	if err := e.call(ctx, http.MethodPost, "/esims/order", body, 2, &answer); err != nil {
		return Order{}, err
	}
	return order(answer.OrderReference, answer.Status, append(answer.ESIMs, ESIM{})[0])
}

// FindOrder is an order as it is now.
func (e *Esimfly) FindOrder(ctx context.Context, reference string) (Order, error) {
	var answer struct {
		Order struct {
			OrderReference, Status string
			ESIM                   ESIM
		}
	}
	if err := e.get(ctx, "/esims/order", url.Values{"orderReference": {reference}}, &answer); err != nil {
		return Order{}, err
	}
	return order(answer.Order.OrderReference, answer.Order.Status, answer.Order.ESIM)
}

// Usage is that of an eSIM.
func (e *Esimfly) Usage(ctx context.Context, iccid string) (Usage, error) {
	var answer struct {
		Data struct {
			ESIM struct{ Status string }
			Data struct {
				RemainingMB int `json:"remaining_mb"`
			}
		}
	}
	if err := e.get(ctx, "/esims/usage/query", url.Values{"iccid": {iccid}}, &answer); err != nil {
		return Usage{}, err
	}
	return Usage{answer.Data.ESIM.Status, answer.Data.Data.RemainingMB}, nil
}

// TopUpOffers are what an eSIM can be topped up with.
func (e *Esimfly) TopUpOffers(ctx context.Context, iccid string) ([]Offer, error) {
	var answer struct{ Data struct{ Packages []Offer } }
	err := e.get(ctx, "/topup/packages", url.Values{"iccid": {iccid}, "limit": {"100"}}, &answer)
	return answer.Data.Packages, err
}

// TopUp tops up and returns the reference. There is no key for this call: made twice, it is
// charged twice.
func (e *Esimfly) TopUp(ctx context.Context, iccid string, offer Offer) (reference string, err error) {
	body := map[string]any{"iccid": iccid, "packageCode": offer.Code, "packageName": offer.Name, "price": offer.Price}
	var answer struct{ OrderReference string }
	if err := e.call(ctx, http.MethodPost, "/topup/order", body, 1, &answer); err != nil {
		return "", err
	}
	return answer.OrderReference, checkReference(answer.OrderReference)
}

// FindTopUps are references of the top-ups that an eSIM had of a package, newest first.
func (e *Esimfly) FindTopUps(ctx context.Context, iccid, code string) (references []string, err error) {
	var answer struct {
		Data struct {
			Orders []struct {
				Reference string `json:"order_reference"`
				ESIM      struct{ ICCID string }
			}
		}
	}
	if err := e.get(ctx, "/orders", url.Values{"search": {code}, "limit": {"100"}}, &answer); err != nil {
		return nil, err
	}
	for _, o := range answer.Data.Orders {
		if strings.HasPrefix(o.Reference, "topup_") && o.ESIM.ICCID == iccid {
			references = append(references, o.Reference)
		}
	}
	return references, nil
}

func (e *Esimfly) get(ctx context.Context, path string, query url.Values, answer any) error {
	return e.call(ctx, http.MethodGet, path+"?"+query.Encode(), nil, 2, answer)
}

// call asks, and asks again when the answer is lost: only what may be asked twice has more
// than one attempt.
func (e *Esimfly) call(ctx context.Context, method, path string, body map[string]any, attempts int, answer any) (err error) {
	for range attempts {
		if err = e.attempt(ctx, method, path, body, answer); !errors.Is(err, ErrLost) {
			return err
		}
	}
	return err
}

func (e *Esimfly) attempt(ctx context.Context, method, path string, body map[string]any, answer any) error {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(e.Timeout, 40*time.Second))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, e.BaseURL+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	e.sign(req.Header, data)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%w: %s %s: %w", ErrLost, method, path, err)
	}
	return read(res.StatusCode, text, answer)
}

// sign sets the headers of a call; each attempt needs a request id and a timestamp of its
// own.
func (e *Esimfly) sign(h http.Header, data []byte) {
	timestamp := strconv.FormatInt(time.Now().UnixMilli(), 10) //nolint:forbidigo // esimfly lives in real time
	requestID := newUUID()
	mac := hmac.New(sha256.New, []byte(e.SecretKey))
	mac.Write([]byte(timestamp + requestID + e.AccessCode))
	mac.Write(data)
	h.Set("Content-Type", "application/json")
	h.Set("RT-AccessCode", e.AccessCode)
	h.Set("RT-RequestID", requestID)
	h.Set("RT-Timestamp", timestamp)
	h.Set("RT-Signature", strings.ToUpper(hex.EncodeToString(mac.Sum(nil))))
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// read tells an answer from a refusal, and both from what does not tell whether the order was
// made: a proxy's page, a body cut short, an error of the server's own; 401, 403 and 429,
// which are about the caller and say nothing of the attempt before; and DUPLICATE_REQUEST,
// which says that there was one, but not what became of it.
func read(status int, text []byte, answer any) error {
	var outcome struct {
		Success              bool
		Code, Message, Error string
	}
	err := json.Unmarshal(text, &outcome)
	switch {
	case err == nil && status == http.StatusOK && outcome.Success:
		if err = json.Unmarshal(text, answer); err == nil {
			return nil
		}
	case err == nil && (status == http.StatusBadRequest || status == http.StatusNotFound) && outcome.Code != "DUPLICATE_REQUEST":
		return &RefusedError{status, outcome.Code, cmp.Or(outcome.Message, outcome.Error)}
	}
	return fmt.Errorf("%w: answered %d %.200s", ErrLost, status, text)
}

// checkReference is for answers without one, which tell nothing.
func checkReference(reference string) error {
	if reference == "" {
		return fmt.Errorf("%w: answered without a reference", ErrLost)
	}
	return nil
}

// order leaves the eSIM out while it is pending: it is missing then, empty, or has a
// stand-in for its ICCID.
func order(reference, status string, esim ESIM) (Order, error) {
	if status != "completed" || esim.LPA == "" {
		esim = ESIM{}
	}
	return Order{reference, status, esim}, checkReference(reference)
}
