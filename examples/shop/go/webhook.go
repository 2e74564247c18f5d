package shop

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
)

const maxBody = 1 << 20

// Webhook is where esimfly posts its events to. It refreshes the sale which an event is
// about.
//
// The payload is not used for more than that: events come twice, late and out of order, and
// what esimfly says when it is asked is always the newest. Everything but 200 has esimfly
// send the event again, after 10 seconds first and five times in all.
func Webhook(s *Shop, secret string) http.Handler {
	if secret == "" {
		panic("anybody can sign with an empty secret")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		w.WriteHeader(receive(r.Context(), s, secret, r.Header.Get("X-Webhook-Signature"), body))
	})
}

// receive takes an event and returns the status to answer with.
func receive(ctx context.Context, s *Shop, secret, signature string, body []byte) int {
	// Over the bytes as they came: JSON that was parsed and written anew is other bytes.
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	if !hmac.Equal([]byte(want), []byte(signature)) {
		return http.StatusUnauthorized
	}
	var event struct {
		Data struct {
			OrderReference string `json:"order_reference"`
		}
	}
	if json.Unmarshal(body, &event) != nil || event.Data.OrderReference == "" {
		return http.StatusBadRequest
	}
	sale, ok := s.SaleOf(event.Data.OrderReference)
	if !ok {
		return http.StatusNotFound // an event may overtake the answer to its order; the next attempt will not
	}
	if _, err := s.Refresh(ctx, sale.ID); err != nil {
		log.Printf("event about %s: %v", sale.ID, err)
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}
