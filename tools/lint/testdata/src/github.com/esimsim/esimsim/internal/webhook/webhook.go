package webhook

import "net/http"

func call() {
	_, _ = http.Get("http://shop.example/")
}
