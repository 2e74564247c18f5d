package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

// An encoder is kept for the next body, with its buffer.
type encoder struct {
	out  bytes.Buffer
	json *json.Encoder
}

var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.json = json.NewEncoder(&e.out)
	e.json.SetEscapeHTML(false)
	return e
}}

// maxBuffer bounds what an encoder may hold on to.
const maxBuffer = 64 << 10

// marshal is a body as the services write theirs, without HTML's escapes.
func marshal(v any) []byte {
	e := encoders.Get().(*encoder)
	e.out.Reset()
	if err := e.json.Encode(v); err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	body := bytes.Clone(bytes.TrimSuffix(e.out.Bytes(), []byte("\n")))
	if e.out.Cap() <= maxBuffer {
		encoders.Put(e)
	}
	return body
}
