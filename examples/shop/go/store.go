package shop

import (
	"maps"
	"slices"
	"sync"
)

// A Store is the shop's own record of what it sells. Maps stand for the database. It hands
// out copies: who changes a record puts the new one in its place.
type Store[T interface{ key() string }] struct {
	mu      sync.Mutex
	records map[string]T
	locks   map[string]*sync.Mutex
}

// Get is the record of an id, if there is one.
func (s *Store[T]) Get(id string) (record T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, ok = s.records[id]
	return record, ok
}

// Put keeps a record and returns it.
func (s *Store[T]) Put(record T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.records == nil {
		s.records = map[string]T{}
	}
	s.records[record.key()] = record
	return record
}

// All are the records, in no order.
func (s *Store[T]) All() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.records))
}

// Lock keeps others off a record for as long as work about it takes. In a database this is
// SELECT ... FOR UPDATE.
func (s *Store[T]) Lock(key string) (unlock func()) {
	s.mu.Lock()
	if s.locks == nil {
		s.locks = map[string]*sync.Mutex{}
	}
	lock := s.locks[key]
	if lock == nil {
		lock = &sync.Mutex{}
		s.locks[key] = lock
	}
	s.mu.Unlock()
	lock.Lock()
	return lock.Unlock
}
