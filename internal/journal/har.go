package journal

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/esimsim/esimsim/internal/contract"
)

// A HAR is an HTTP archive, version 1.2, as the network panels of browsers import it
// (http://www.softwareishard.com/blog/har-12-spec/). Fields that begin with an underscore
// are our own, which the format allows.
type HAR struct {
	Log HARLog `json:"log"`
}

// HARLog is the archive's one member.
type HARLog struct {
	Version string     `json:"version"`
	Creator HARCreator `json:"creator"`
	Entries []HAREntry `json:"entries"`
}

// HARCreator is who wrote the archive.
type HARCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// HAREntry is one exchange. Times are in milliseconds.
type HAREntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  HARRequest  `json:"request"`
	Response HARResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  HARTimings  `json:"timings"`
	Type     string      `json:"_resourceType"` // by which Chromium sorts
	Own      HAROwn      `json:"_esimsim"`
}

// HARRequest is what was asked. A size of -1 is one that is not known.
type HARRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []HARPair    `json:"cookies"`
	Headers     []HARPair    `json:"headers"`
	Query       []HARPair    `json:"queryString"`
	PostData    *HARPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int          `json:"bodySize"`
}

// HARPostData is the body of a request.
type HARPostData struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
}

// HARResponse is what was answered; its status is 0 where nothing was.
type HARResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []HARPair  `json:"cookies"`
	Headers     []HARPair  `json:"headers"`
	Content     HARContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
	Error       string     `json:"_error,omitempty"` // why there was none, as Chromium has it
}

// HARContent is the body of an answer. Without a text it was not kept.
type HARContent struct {
	Size     int     `json:"size"`
	MimeType string  `json:"mimeType"`
	Text     *string `json:"text,omitempty"`
	Encoding string  `json:"encoding,omitempty"`
	Comment  string  `json:"comment,omitempty"`
}

// HARTimings says where the time went; -1 is a step that does not apply.
type HARTimings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	SSL     float64 `json:"ssl"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// A HARPair is a header, a query key or a cookie.
type HARPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// HAROwn is what the journal knows beyond the format.
type HAROwn struct {
	ID        string             `json:"id"`
	At        time.Time          `json:"at"` // on the world's clock
	World     string             `json:"world,omitempty"`
	Operation string             `json:"operation,omitempty"`
	Error     string             `json:"error,omitempty"`
	Findings  []contract.Finding `json:"findings,omitempty"`
	Hint      string             `json:"hint,omitempty"`
	Rules     []string           `json:"rules,omitempty"`
	Fault     string             `json:"fault,omitempty"`
	Edges     []Edge             `json:"edges,omitempty"`
}

// harVersion is what is written of the protocol: HTTP/1.1 is all that is served.
const harVersion = "HTTP/1.1"

// Archive writes entries as an archive. Origin stands before their URLs, which the
// journal keeps without; what the journal redacted stays redacted.
func Archive(entries []*Entry, origin, version string) HAR {
	out := HAR{HARLog{Version: "1.2", Creator: HARCreator{"esimsim", version}, Entries: make([]HAREntry, len(entries))}}
	for i, e := range entries {
		out.Log.Entries[i] = e.Archive(origin)
	}
	return out
}

// Archive is the entry as an archive has it.
func (e *Entry) Archive(origin string) HAREntry {
	spent := max(0, float64(e.Duration.Microseconds())/1000)
	out := HAREntry{
		Started: e.Real.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Time: spent,
		Request: HARRequest{
			Method: e.Method, URL: origin + e.URL, HTTPVersion: harVersion,
			Cookies: []HARPair{}, Headers: pairs(e.Request.Header), Query: query(e.URL),
			HeadersSize: -1, BodySize: len(e.Request.Body),
		},
		Response: HARResponse{
			Status: e.Status, StatusText: http.StatusText(e.Status), HTTPVersion: harVersion,
			Cookies: []HARPair{}, Headers: pairs(e.Response.Header), Content: content(e.Response),
			RedirectURL: e.Response.Header.Get("Location"), HeadersSize: -1,
		},
		Type:    "fetch",
		Timings: HARTimings{Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Wait: spent},
		Own: HAROwn{
			e.ID, e.At, e.World, e.Operation, e.Error, e.Findings, e.Hint, e.Rules, e.Fault, e.Edges,
		},
	}
	out.Response.BodySize = out.Response.Content.Size
	if e.Request.Body != "" {
		out.Request.PostData = &HARPostData{mimeType(e.Request.Header), e.Request.Body}
	}
	if e.Status == 0 {
		out.Response.Error = e.Fault
	}
	return out
}

// content leaves out what the journal has only a note of, such as an image.
func content(m Message) HARContent {
	out := HARContent{Size: len(m.Body), MimeType: mimeType(m.Header)}
	var size int
	if n, _ := fmt.Sscanf(m.Body, "[%d bytes of "+out.MimeType+"]", &size); n == 1 {
		out.Size, out.Comment = size, "not kept"
		return out
	}
	text := m.Body
	if !utf8.ValidString(text) {
		text, out.Encoding = base64.StdEncoding.EncodeToString([]byte(text)), "base64"
	}
	out.Text = &text
	return out
}

func mimeType(h http.Header) string {
	if t := h.Get("Content-Type"); t != "" {
		return t
	}
	return "x-unknown" // as browsers write it
}

// pairs lists headers by name.
func pairs(h http.Header) []HARPair {
	out := []HARPair{}
	for name, values := range h {
		for _, v := range values {
			out = append(out, HARPair{name, v})
		}
	}
	slices.SortStableFunc(out, func(a, b HARPair) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// query lists the keys of a query in their order, as far as they can be read.
func query(target string) []HARPair {
	out := []HARPair{}
	_, raw, _ := strings.Cut(target, "?")
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		if part == "" {
			continue
		}
		out = append(out, HARPair{unescape(name), unescape(value)})
	}
	return out
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
