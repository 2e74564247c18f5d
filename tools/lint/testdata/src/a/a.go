package a

import (
	old "math/rand"
	"math/rand/v2"
	"time"

	"github.com/brianvoe/gofakeit/v6"
)

func clocks(t time.Time) {
	_ = time.Now()       // want `time.Now reads the wall clock`
	_ = time.Since(t)    // want `time.Since reads the wall clock`
	f := time.Sleep      // want `time.Sleep reads the wall clock`
	<-time.After(0)      // want `time.After reads the wall clock`
	time.NewTicker(1)    // want `time.NewTicker reads the wall clock`
	_ = t.After(t.UTC()) // a method of that name is another thing
	_ = time.Unix(0, 0)
	f(0)
	_ = time.Now() //nolint:forbidigo // the reason
	//nolint:errcheck,forbidigo // the reason
	_ = time.Now()
	_ = time.Now() //nolint:errcheck // want `time.Now reads the wall clock`
}

func chance() {
	_ = old.Int()       // want `rand.Int is of the first math/rand`
	_ = rand.IntN(6)    // want `rand.IntN draws from a source that all share`
	_ = gofakeit.Name() // want `gofakeit.Name draws from a source that is shared or random`
	_ = gofakeit.New(0) // want `gofakeit.New draws from a source that is shared or random`
	r := rand.New(rand.NewPCG(1, 2))
	_ = r.IntN(6)
	_ = gofakeit.NewCustom(nil).Name()
}
