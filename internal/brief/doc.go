// Package brief holds the owner's four pages to the letter: each printed field, word,
// header, limit and example is a test against the running simulator.
package brief
