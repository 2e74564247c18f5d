package scaleout

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkInstances asks for what costs the simulator most, an archive of QR images, so
// that client and balancer hardly count. Each instance may use one processor: where there
// are as many for them, so many times as much is answered.
func BenchmarkInstances(b *testing.B) {
	for n := range 3 {
		b.Run(fmt.Sprint(n+1), func(b *testing.B) {
			var addrs []string
			for range n + 1 {
				addrs = append(addrs, instance(b))
			}
			front := balance(b, addrs)
			const worlds = 64
			paths := make([]string, worlds)
			for i := range paths {
				order := fetch(b, http.MethodPost, front+"/v2.4/orders",
					`{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":10,"item":"esim_1GB_7D_GB_V2"}]}`, "X-Api-Key", key(i))
				paths[i] = front + "/v2.4/esims/assignments?reference=" + order.Get("orderReference").Str
			}
			var asked atomic.Int64
			began := time.Now()
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := int(asked.Add(1)) % worlds
					if err := archive(paths[i], key(i)); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(asked.Load())/time.Since(began).Seconds(), "calls/s")
		})
	}
}

func key(i int) string { return fmt.Sprintf("esimgo_team-%d", i) }

func archive(url, key string) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-Api-Key", key)
	req.Header.Set("Accept", "application/zip")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	n, err := io.Copy(io.Discard, res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/zip" || n == 0) {
		err = fmt.Errorf("%s, %d bytes of %s", res.Status, n, res.Header.Get("Content-Type"))
	}
	return err
}

// instance starts a simulator in a process of its own, which may use one processor.
func instance(b *testing.B) (addr string) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), instanceEnv+"=yes", "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		b.Fatal("the instance tells no address")
	}
	return lines.Text()
}
