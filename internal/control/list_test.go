package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// What is sent piece by piece is what would be sent at once.
func TestAnswerList(t *testing.T) {
	t.Parallel()
	type inner struct {
		List []any `json:"list"`
		Name string
	}
	for _, list := range [][]any{{}, {1}, {"<a>", map[string]any{"b": []int{1, 2}, "c": []int{}}, nil}} {
		whole, pieces := httptest.NewRecorder(), httptest.NewRecorder()
		answer(whole, map[string]inner{"log": {list, "x"}})
		answerList(pieces, map[string]inner{"log": {[]any{}, "x"}}, slices.Values(list), func(v any) any { return v })
		if pieces.Body.String() != whole.Body.String() || !json.Valid(pieces.Body.Bytes()) {
			t.Errorf("got %s, want %s", pieces.Body, whole.Body)
		}
		if got, want := pieces.Header().Get("Content-Type"), whole.Header().Get("Content-Type"); got != want {
			t.Errorf("content type %s, want %s", got, want)
		}
	}
}

// A gone client fails its second write.
type gone struct {
	http.ResponseWriter
	writes int
}

func (g *gone) Write(p []byte) (int, error) {
	if g.writes++; g.writes > 1 {
		return 0, errors.New("gone")
	}
	return len(p), nil
}

// Entries are made one at a time: each is sent before the next is asked for, and none is
// for a client that is gone.
func TestAnswerListHoldsOneEntry(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	made := 0
	entries := func(yield func(string) bool) {
		for _, e := range []string{"one", "two", "three"} {
			if made++; made > 1 && !strings.Contains(w.Body.String(), "one") {
				t.Error("the second entry is made before the first was sent")
			}
			if !yield(e) {
				return
			}
		}
	}
	one := func(e string) any { return e }
	answerList(w, map[string][]any{"requests": {}}, entries, one)
	if made != 3 {
		t.Errorf("%d entries were made", made)
	}
	made = 0
	answerList(&gone{ResponseWriter: w}, map[string][]any{"requests": {}}, entries, one)
	if made != 2 {
		t.Errorf("%d entries were made for a client that was gone at the second", made)
	}
}
