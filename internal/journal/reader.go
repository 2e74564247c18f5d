package journal

import (
	"context"
	"strconv"
	"strings"
)

// A Reader follows a journal from a place on. It holds no entries of its own, so that it
// costs the journal nothing and cannot hold it up: a reader that is slower than the
// bounds loses the oldest, and is told so. It belongs to one goroutine and needs no
// closing.
type Reader struct {
	j      *Journal
	filter Filter
	next   uint64 // place of the entry to be read next
	clears uint64 // seen so far
	other  bool   // it comes from another epoch
}

// A Gap is what a reader missed before the entries it was given.
type Gap struct {
	Lost    uint64 // so many entries were dropped, or cleared, unread
	Cleared bool   // the journal was cleared since, or is another one; ids begin anew
}

// Follow reads what is held and then what comes, as far as the filter takes it. Limit
// begins with the newest so many of those held, and below zero with none.
func (j *Journal) Follow(f Filter) *Reader {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := &Reader{j: j, filter: f, next: j.begun, clears: j.clears}
	switch {
	case f.Limit < 0:
		r.next = j.end()
	case f.Limit > 0:
		r.next = j.end()
		held := j.held()
		for i, left := len(held)-1, f.Limit; i >= 0 && left > 0; i-- {
			if f.takes(&held[i].Entry) {
				r.next = j.first + uint64(i)
				left--
			}
		}
	}
	return r
}

// EventID names the entry of that id, or "0" for the one before the first, so that Resume
// knows it from those of other journals and of the time before a Clear. It is of the time of
// the last Take.
func (r *Reader) EventID(id string) string { return r.j.epoch(r.clears) + "-" + id }

// Resume is Follow for a reader that has seen the entry of that EventID. When it is no
// longer held, all that is held comes, after a Gap that counts what is gone; when it never
// was, the Gap says that the journal was cleared.
func (j *Journal) Resume(f Filter, eventID string) *Reader {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := &Reader{j: j, filter: f, next: j.first, clears: j.clears}
	id, known := strings.CutPrefix(eventID, j.epoch(j.clears)+"-")
	if !known {
		r.next, r.other = j.begun, true
		return r
	}
	for i, e := range j.held() {
		if e.ID == id {
			r.next = j.first + uint64(i) + 1
			return r
		}
	}
	// Ids count the entries since the last Clear.
	if n, err := strconv.ParseUint(id, 10, 64); err == nil && n < j.first-j.begun {
		r.next = j.begun + n
	}
	return r
}

// Take gives the unread entries there are now, at most so many; a limit of 0 is none.
func (r *Reader) Take(limit int) (entries []*Entry, gap Gap) {
	r.j.mu.Lock()
	defer r.j.mu.Unlock()
	if r.other || r.clears != r.j.clears {
		r.other, r.clears, gap.Cleared = false, r.j.clears, true
	}
	if r.next < r.j.first {
		gap.Lost = r.j.first - r.next
		r.next = r.j.first
	}
	for _, e := range r.j.held()[r.next-r.j.first:] {
		if limit > 0 && len(entries) == limit {
			break
		}
		r.next++
		if r.filter.takes(&e.Entry) {
			entries = append(entries, e.open())
		}
	}
	return entries, gap
}

// Wait returns when there may be something to take, or with the error of ctx.
func (r *Reader) Wait(ctx context.Context) error {
	r.j.mu.Lock()
	if r.next < r.j.end() || r.other || r.clears != r.j.clears {
		r.j.mu.Unlock()
		return nil
	}
	if r.j.more == nil {
		r.j.more = make(chan struct{})
	}
	more := r.j.more
	r.j.mu.Unlock()
	select {
	case <-more:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
