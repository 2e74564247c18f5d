package sim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	"github.com/esimsim/esimsim/internal/lazy"
)

// A TLS says how HTTPS is served beside HTTP, for clients that insist on it.
type TLS struct {
	// Listen is the address; "" serves no HTTPS.
	Listen string
	// CertFile and KeyFile are PEM files; without them a CA and a certificate are made at
	// start, and the CA is served at /_sim/ca.pem.
	CertFile, KeyFile string
	// Hosts are further names for the certificate made at start, which always has
	// localhost and the loopback addresses.
	Hosts []string
}

// certificate loads the given pair, or makes one. ca is PEM, nil for a given pair.
func (t TLS) certificate(now time.Time) (cert tls.Certificate, ca []byte, err error) {
	if t.CertFile != "" || t.KeyFile != "" {
		cert, err = tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		return cert, nil, err
	}
	// Real randomness: a key that a seed gives away would be no key.
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return cert, nil, err
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "esimsim local CA"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, authority, authority, &caKey.PublicKey, caKey)
	if err != nil {
		return cert, nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return cert, nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "esimsim"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, h := range t.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, authority, &key.PublicKey, caKey)
	if err != nil {
		return cert, nil, err
	}
	cert = tls.Certificate{Certificate: [][]byte{der, caDER}, PrivateKey: key}
	return cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}), nil
}

// listenTLS opens the second listener, where one is wanted. HTTP/1.1 only, as the real
// hosts' clients were seen to have trouble with HTTP/2, and the faults of the wire need a
// connection of their own.
func (s *Server) listenTLS() error {
	if s.cfg.TLS.Listen == "" {
		return nil
	}
	cert, ca, err := s.cfg.TLS.certificate(s.cfg.Real.Now())
	if err != nil {
		return fmt.Errorf("TLS certificate: %w", err)
	}
	l, err := net.Listen("tcp", s.cfg.TLS.Listen)
	if err != nil {
		return err
	}
	s.ca = ca
	if s.trusted, err = trusted(cert); err != nil {
		_ = l.Close()
		return fmt.Errorf("TLS certificate: %w", err)
	}
	s.tlsListener = tls.NewListener(lazy.Listener(l), &tls.Config{
		Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
	})
	return nil
}

// trusted is all of a chain, so that who has it is trusted whoever signed it.
func trusted(chain tls.Certificate) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for _, der := range chain.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		pool.AddCert(c)
	}
	return pool, nil
}

// TLSURL is the origin served over HTTPS, "" where none is, and before Start.
func (s *Server) TLSURL() string {
	if s.tlsListener == nil {
		return ""
	}
	return "https://" + reachable(s.tlsListener.Addr())
}

// CA is the PEM of the authority made at start; nil where a certificate was given, where
// there is no HTTPS, and before Start.
func (s *Server) CA() []byte { return s.ca }
