// A receiver of the webhooks of eSIM Go, Roamify and esimfly. It takes what is signed
// rightly, once, and prints one line for each event.
package main

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

const maxBody = 1 << 20

// A sender is one provider: where it posts to, what signs, and how.
type sender struct {
	name, secret, header string
	encode               func([]byte) string // of the HMAC-SHA256, as the header has it
}

// A receiver hands events on to a worker, each once.
type receiver struct {
	mu     sync.Mutex
	seen   map[string]bool // a shop keeps these in its database, and for some days only
	events chan string
}

func main() {
	r := &receiver{seen: map[string]bool{}, events: make(chan string, 1000)}
	mux := http.NewServeMux()
	for _, s := range []sender{
		{"esimgo", os.Getenv("ESIMGO_API_KEY"), "X-Signature-SHA256", base64.StdEncoding.EncodeToString},
		{"roamify", os.Getenv("ROAMIFY_WEBHOOK_SECRET"), "X-Roamify-Signature", hex.EncodeToString},
		{"esimfly", os.Getenv("ESIMFLY_WEBHOOK_SECRET"), "X-Webhook-Signature", func(mac []byte) string { return "sha256=" + hex.EncodeToString(mac) }},
	} {
		// Anybody can sign with a secret that is empty.
		if s.secret != "" {
			mux.Handle("POST /"+s.name, r.handler(s))
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "9000"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s\n", l.Addr())
	go r.work()
	srv := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	log.Fatal(srv.Serve(l))
}

func (r *receiver) handler(s sender) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		// The bytes as they came: JSON that was parsed and written anew is other bytes.
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		mac := hmac.New(sha256.New, []byte(s.secret))
		mac.Write(body)
		want := s.encode(mac.Sum(nil))
		// Equal takes the same time wherever the two differ.
		if !hmac.Equal([]byte(want), []byte(req.Header.Get(s.header))) {
			http.Error(w, "bad signature", http.StatusUnauthorized)
			return
		}
		if !r.accept(s.name, req.Header, body) {
			http.Error(w, "busy", http.StatusServiceUnavailable) // the sender tries again
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}

// accept queues an event that is new, and says whether there was room. The work comes after
// the answer, for which the sender waits a few seconds only; a shop keeps its queue where a
// crash does not lose it.
func (r *receiver) accept(from string, header http.Header, body []byte) bool {
	var e struct {
		ID        string `json:"event_id"`
		AlertType string `json:"alertType"`
		Event     string `json:"event"`
		Category  string `json:"event_category"`
		Type      string `json:"event_type"`
	}
	_ = json.Unmarshal(body, &e) // it is signed, and what it lacks stays empty
	name := cmp.Or(e.AlertType, e.Event, e.Category+"."+e.Type)
	// What makes an event the same: an id where there is one, else its bytes.
	sum := sha256.Sum256(body)
	key := hex.EncodeToString(sum[:])
	switch {
	case from == "esimfly":
		key = cmp.Or(header.Get("X-Webhook-Id"), key)
	case from == "roamify":
		key = cmp.Or(e.ID, key)
	}
	key = from + " " + key
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[key] {
		return true
	}
	select {
	case r.events <- from + " " + name:
		r.seen[key] = true
		return true
	default:
		return false
	}
}

func (r *receiver) work() {
	for e := range r.events {
		fmt.Println("accepted", e)
	}
}
