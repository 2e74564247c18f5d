package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/esimsim/esimsim/internal/nearest"
)

// A body is the JSON object of a call, read member by member; the first member of the
// wrong kind is remembered for failed.
type body struct {
	members map[string]any
	problem *Problem
}

// readAll reads a body of so many bytes at most. When it says false it has answered.
func readAll(w http.ResponseWriter, r *http.Request, most int64) ([]byte, bool) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		Problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("a body is at most %d MiB here", most>>20)}.write(w)
	case err != nil:
		Problem{Status: http.StatusBadRequest, Detail: "the body could not be read"}.write(w)
	}
	return data, err == nil
}

// readBody reads an object with no members but the allowed ones; none named allows any.
// An empty body is an empty object. When it says false it has answered.
func readBody(w http.ResponseWriter, r *http.Request, allowed ...string) (*body, bool) {
	b := &body{members: map[string]any{}}
	data, ok := readAll(w, r, 1<<20)
	if !ok {
		return nil, false
	}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &b.members); err != nil {
			Problem{Status: http.StatusBadRequest, Detail: "send a JSON object: " + clip(err.Error())}.write(w)
			return nil, false
		}
	}
	for _, key := range slices.Sorted(maps.Keys(b.members)) {
		if len(allowed) > 0 && !slices.Contains(allowed, key) {
			Problem{
				Status: http.StatusBadRequest, Pointer: "/" + clip(key),
				Detail: fmt.Sprintf("there is no member %q here%s", clip(key), nearest.Hint(key, allowed)),
			}.write(w)
			return nil, false
		}
	}
	return b, true
}

func (b *body) fault(key, detail string) {
	if b.problem == nil {
		b.problem = &Problem{Status: http.StatusBadRequest, Pointer: "/" + key, Detail: detail}
	}
}

// failed answers with the first fault, if there was one.
func (b *body) failed(w http.ResponseWriter) bool {
	if b.problem == nil {
		return false
	}
	b.problem.write(w)
	return true
}

func (b *body) text(key string) (string, bool) {
	v, ok := b.members[key]
	s, isText := v.(string)
	if ok && !isText {
		b.fault(key, key+" must be a text")
	}
	return s, ok
}

func (b *body) required(key string) (string, bool) {
	s, ok := b.text(key)
	if s == "" {
		b.fault(key, "send "+key)
	}
	return s, ok
}

func (b *body) number(key string) (float64, bool) {
	v, ok := b.members[key]
	f, isNumber := v.(float64)
	if ok && !isNumber {
		b.fault(key, key+" must be a number")
	}
	return f, ok
}

func (b *body) truth(key string) bool {
	v, ok := b.members[key]
	t, isBool := v.(bool)
	if ok && !isBool {
		b.fault(key, key+" must be true or false")
	}
	return t
}
