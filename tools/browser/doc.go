// Package browser holds the dashboard against a real Chromium. It is a module of its own,
// so that who builds the program need not fetch what drives a browser.
package browser
