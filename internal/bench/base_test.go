package bench

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// What the three APIs are sent and answer, as structs: the cheapest that encoding/json
// has to offer.

type flyAsk struct {
	PackageCode string  `json:"packageCode"`
	PackageName string  `json:"packageName"`
	Price       float64 `json:"price"`
	Quantity    int     `json:"quantity"`
	Duration    int     `json:"duration"`
	FlagURL     string  `json:"flagUrl"`
}

type flyOrdered struct {
	Success            bool     `json:"success"`
	Message            string   `json:"message"`
	OrderReference     string   `json:"orderReference"`
	EsimID             int      `json:"esimId"`
	PackageName        string   `json:"packageName"`
	NewBalance         float64  `json:"newBalance"`
	QRCodeURL          string   `json:"qrCodeUrl"`
	DirectAppleInstall string   `json:"directAppleInstallUrl"`
	PaymentMethod      string   `json:"paymentMethod"`
	Status             string   `json:"status"`
	Amount             float64  `json:"amount"`
	Profit             float64  `json:"profit"`
	FinalPrice         float64  `json:"final_price"`
	ProcessingTimeMS   int      `json:"processing_time_ms"`
	ESIMs              []flySIM `json:"esims"`
}

type flySIM struct {
	ICCID              string `json:"iccid"`
	QRCodeURL          string `json:"qrCodeUrl"`
	DirectAppleInstall string `json:"directAppleInstallUrl"`
	Status             string `json:"status"`
	IsPending          bool   `json:"isPending"`
}

type flyLookedUp struct {
	Success bool `json:"success"`
	Order   struct {
		ID             int     `json:"id"`
		PackageName    string  `json:"packageName"`
		PackageCode    string  `json:"packageCode"`
		Status         string  `json:"status"`
		Amount         float64 `json:"amount"`
		FinalPrice     float64 `json:"finalPrice"`
		OrderDate      string  `json:"orderDate"`
		OrderReference string  `json:"orderReference"`
		PaymentMethod  string  `json:"paymentMethod"`
		PaymentStatus  string  `json:"paymentStatus"`
		ESIM           struct {
			ICCID              string `json:"iccid"`
			Status             string `json:"status"`
			QRCodeURL          string `json:"qrCodeUrl"`
			DirectAppleInstall string `json:"directAppleInstallUrl"`
			Unlimited          bool   `json:"unlimited"`
			TotalVolume        int64  `json:"totalVolume"`
			TotalDuration      int    `json:"totalDuration"`
			ExpiredTime        string `json:"expiredTime"`
		} `json:"esim"`
	} `json:"order"`
}

type roamifyAsk struct {
	Items []struct {
		PackageID string `json:"packageId"`
		Quantity  int    `json:"quantity"`
	} `json:"items"`
	ReferenceID string `json:"referenceId"`
}

type roamifyOrdered struct {
	Status string `json:"status"`
	Data   struct {
		ID          string  `json:"id"`
		ReferenceID string  `json:"referenceId"`
		OrderType   string  `json:"orderType"`
		Status      string  `json:"status"`
		Total       float64 `json:"total"`
		Currency    string  `json:"currency"`
		CreatedAt   int64   `json:"createdAt"`
		UpdatedAt   int64   `json:"updatedAt"`
		Items       []struct {
			ESIMID    string  `json:"esimId"`
			PackageID string  `json:"packageId"`
			Package   string  `json:"package"`
			Type      string  `json:"type"`
			Price     float64 `json:"price"`
			Currency  string  `json:"currency"`
			CreatedAt int64   `json:"createdAt"`
			UpdatedAt int64   `json:"updatedAt"`
		} `json:"items"`
	} `json:"data"`
}

type goAsk struct {
	Type   string `json:"type"`
	Assign bool   `json:"assign"`
	Order  []struct {
		Type     string `json:"type"`
		Quantity int    `json:"quantity"`
		Item     string `json:"item"`
	} `json:"order"`
}

type goLine struct {
	ESIMs []struct {
		ICCID       string `json:"iccid"`
		MatchingID  string `json:"matchingId"`
		SMDPAddress string `json:"smdpAddress"`
	} `json:"esims"`
	Type          string   `json:"type"`
	Item          string   `json:"item"`
	ICCIDs        []string `json:"iccids"`
	Quantity      int      `json:"quantity"`
	SubTotal      float64  `json:"subTotal"`
	PricePerUnit  float64  `json:"pricePerUnit"`
	AllowReassign bool     `json:"AllowReassign"`
}

type goOrdered struct {
	Order          []goLine `json:"order"`
	Total          float64  `json:"total"`
	Currency       string   `json:"currency"`
	Status         string   `json:"status"`
	StatusMessage  string   `json:"statusMessage"`
	OrderReference string   `json:"orderReference"`
	CreateDate     string   `json:"createDate,omitempty"`
	CreatedDate    string   `json:"createdDate"`
	Assigned       bool     `json:"assigned"`
	SourceIP       string   `json:"sourceIP,omitempty"`
}

// shapesOf are what a load is sent and answers; nil where nothing is sent, or where the
// answer is a page of the catalogue, which is bytes.
func (l load) shapes() (ask, answer func() any) {
	switch l.name {
	case "EsimflyOrder":
		return func() any { return new(flyAsk) }, func() any { return new(flyOrdered) }
	case "RoamifyOrder":
		return func() any { return new(roamifyAsk) }, func() any { return new(roamifyOrdered) }
	case "EsimgoOrder":
		return func() any { return new(goAsk) }, func() any { return new(goOrdered) }
	case "EsimflyLookup":
		return nil, func() any { return new(flyLookedUp) }
	case "RoamifyLookup":
		return nil, func() any { return new(roamifyOrdered) }
	case "EsimgoLookup":
		return nil, func() any { return new(goOrdered) }
	}
	return nil, nil
}

// A base does a load's work without what makes the simulator itself: it looks at the key
// or verifies the signature, decodes, keeps the order or finds it, encodes. It knows one
// answer.
type base struct {
	load   load
	answer []byte // of the simulator

	mu   sync.Mutex
	kept []any
}

func (b *base) handler() http.Handler {
	ask, shape := b.load.shapes()
	var answer any
	if shape != nil {
		answer = shape()
		if err := json.Unmarshal(b.answer, answer); err != nil {
			panic(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc(b.load.pattern, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if !b.known(r, body) {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		if ask != nil {
			o := ask()
			if err := json.Unmarshal(body, o); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			b.mu.Lock()
			b.kept = append(b.kept, o)
			b.mu.Unlock()
		}
		w.Header().Set("Content-Type", "application/json")
		if answer == nil {
			_, _ = w.Write(b.answer)
			return
		}
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(answer)
	})
	return mux
}

// known checks the credential as each API wants it.
func (b *base) known(r *http.Request, body []byte) bool {
	switch b.load.api {
	case "roamify":
		return r.Header.Get("Authorization") == "Bearer roamify_"+world
	case "esimgo":
		return r.Header.Get("X-API-Key") == "esimgo_"+world
	}
	mac := hmac.New(sha256.New, []byte("sk_"+world))
	for _, h := range []string{"RT-Timestamp", "RT-RequestID", "RT-AccessCode"} {
		_, _ = io.WriteString(mac, r.Header.Get(h))
	}
	_, _ = mac.Write(body)
	made := strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
	return hmac.Equal([]byte(made), []byte(r.Header.Get("RT-Signature")))
}

// The twins answer with the very bytes of the simulator, or the ratio would say nothing.
func TestBaseAnswersTheSameBytes(t *testing.T) {
	t.Parallel()
	s := open(t)
	for n, l := range loads {
		want := s.call(t, l.call(s.menu, keyOf(l.api, world), n).request(origin, n)).Body.Bytes()
		b := &base{load: l, answer: want}
		d := &recorder{discard: discard{header: http.Header{}}}
		b.handler().ServeHTTP(d, l.call(s.menu, keyOf(l.api, world), n).request(origin, n))
		if got := bytes.TrimSpace(d.body.Bytes()); !bytes.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", l.name, got, want)
		}
	}
}

type recorder struct {
	discard
	body bytes.Buffer
}

func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// discard is a ResponseWriter that costs nothing.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(s int)           { d.status = s }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

func (d *discard) err() error {
	if found := d.header.Get("X-Esimsim-Findings"); found != "" || d.status != 0 && d.status != http.StatusOK {
		return fmt.Errorf("status %d, %s", d.status, found)
	}
	return nil
}
