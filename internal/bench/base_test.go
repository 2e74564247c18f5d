package bench

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// order is the body that the owner's page prints, and reply its answer.
type order struct {
	PackageCode string  `json:"packageCode"`
	PackageName string  `json:"packageName"`
	Price       float64 `json:"price"`
	Quantity    int     `json:"quantity"`
	Duration    int     `json:"duration"`
	FlagURL     string  `json:"flagUrl"`
}

type reply struct {
	Success              bool       `json:"success"`
	Message              string     `json:"message"`
	OrderReference       string     `json:"orderReference"`
	EsimID               int        `json:"esimId"`
	PackageName          string     `json:"packageName"`
	NewBalance           float64    `json:"newBalance"`
	QRCodeURL            string     `json:"qrCodeUrl"`
	DirectAppleInstall   string     `json:"directAppleInstallUrl"`
	PaymentMethod        string     `json:"paymentMethod"`
	Status               string     `json:"status"`
	Amount               float64    `json:"amount"`
	Profit               float64    `json:"profit"`
	FinalPrice           float64    `json:"final_price"`
	ProcessingTimeMillis int        `json:"processing_time_ms"`
	ESIMs                []esimWire `json:"esims"`
}

type esimWire struct {
	ICCID              string `json:"iccid"`
	QRCodeURL          string `json:"qrCodeUrl"`
	DirectAppleInstall string `json:"directAppleInstallUrl"`
	Status             string `json:"status"`
	IsPending          bool   `json:"isPending"`
}

// base does an order's work without what makes the simulator itself: it verifies the
// signature, decodes, keeps the order, encodes. It knows one answer, and one page.
type base struct {
	secret []byte
	answer reply
	page   []byte

	mu     sync.Mutex
	orders []order
}

func (b *base) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/business/esims/order", b.order)
	mux.HandleFunc("GET /v2.4/catalogue", b.catalogue)
	return mux
}

func (b *base) order(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	mac := hmac.New(sha256.New, b.secret)
	for _, h := range []string{"RT-Timestamp", "RT-RequestID", "RT-AccessCode"} {
		_, _ = io.WriteString(mac, r.Header.Get(h))
	}
	_, _ = mac.Write(body)
	want := strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
	if !hmac.Equal([]byte(want), []byte(r.Header.Get("RT-Signature"))) {
		http.Error(w, "signature", http.StatusUnauthorized)
		return
	}
	var o order
	if err := json.Unmarshal(body, &o); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	b.orders = append(b.orders, o)
	b.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(b.answer)
}

func (b *base) catalogue(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-API-Key") != "esimgo_bench" {
		http.Error(w, "key", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b.page)
}
