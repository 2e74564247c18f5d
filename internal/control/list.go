package control

import (
	"bytes"
	"encoding/json"
	"iter"
	"net/http"
)

// answerList is answer for frame, whose one empty list is filled as it is sent, an entry at
// a time, so that a long list takes no more memory than its longest entry. It ends early
// when the client is gone.
func answerList[E any](w http.ResponseWriter, frame any, entries iter.Seq[E], one func(E) any) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(frame); err != nil {
		panic(err) // it is our own
	}
	head, tail, _ := bytes.Cut(bytes.Clone(text.Bytes()), []byte("[]"))
	line := head[bytes.LastIndexByte(head, '\n'):]
	outer := string(line[:len(line)-len(bytes.TrimLeft(line, "\n "))])
	inner := outer + "  "

	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	enc.SetIndent(inner[1:], "  ")
	before := string(head) + "["
	for e := range entries {
		text.Reset()
		text.WriteString(before + inner)
		if err := enc.Encode(one(e)); err != nil {
			panic(err)
		}
		text.Truncate(text.Len() - 1) // the line's end
		if _, err := w.Write(text.Bytes()); err != nil {
			return
		}
		before = ","
	}
	end := "[" // of a list without entries
	if before == "," {
		head, end = nil, outer
	}
	_, _ = w.Write([]byte(string(head) + end + "]" + string(tail)))
}
