package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A Key is a credential of the user's own, beside the forms that every name has.
type Key struct {
	Provider string
	Value    string // token, API key or access code
	Secret   string // what requests are signed with, where the provider has them signed
	World    string // "" means "default"
}

// Auth says which keys are known.
type Auth string

// The values of Auth.
const (
	AuthNames  Auth = "names"  // each provider's form of any name, and the keys given
	AuthClosed Auth = "closed" // the keys given and no other
	AuthAny    Auth = "any"    // whatever key comes, each with a world of its own
)

type keyID struct{ provider, value string }

// keyring sorts the given keys for look-up.
func keyring(keys []Key, providers []*Provider) (map[keyID]Key, error) {
	out := map[keyID]Key{}
	for _, k := range keys {
		known := false
		for _, p := range providers {
			known = known || p.name == k.Provider
		}
		if !known || k.Value == "" {
			return nil, fmt.Errorf("a key needs a provider and a value")
		}
		if k.World == "" {
			k.World = "default"
		}
		if !worldName.MatchString(k.World) {
			return nil, fmt.Errorf("%q is no name of a world", k.World)
		}
		out[keyID{k.Provider, k.Value}] = k
	}
	return out, nil
}

// Credentials are what a caller of the world of that name may use: a key of the user's own
// where one was given for it, else the form that names have.
func (s *Server) Credentials(p *Provider, world string) []Credential {
	return p.credentials(s.key(p, world))
}

// key is the key that Credentials have, and its secret.
func (s *Server) key(p *Provider, world string) (key, secret string) {
	for _, k := range s.cfg.Keys {
		if k.Provider == p.name && (k.World == world || k.World == "" && world == "default") {
			return k.Value, k.Secret
		}
	}
	return p.keyOf(world)
}

// ownKey finds the caller of a key of the user's own. ok is false where the key has to be
// read as a name.
func (s *Server) ownKey(p *Provider, r *Request) (c Caller, ok bool, err error) {
	raw := p.key(r)
	if k, known := s.keys[keyID{p.name, raw}]; known && raw != "" {
		return Caller{World: k.World, Base: k.World, Secret: k.Secret}, true, nil
	}
	switch {
	case s.cfg.Auth == AuthClosed:
		return Caller{}, true, &nameError{"only the keys of the credentials file are known here"}
	case s.cfg.Auth == AuthAny && raw != "":
		// The key itself is not kept, not even as a name: it may be a real one.
		sum := sha256.Sum256([]byte(p.name + "\x00" + raw))
		name := "key-" + hex.EncodeToString(sum[:6])
		return Caller{World: name, Base: name, Unverified: true}, true, nil
	}
	return Caller{}, false, nil
}
