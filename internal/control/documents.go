package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/openapi"
)

// ownDocument is the name of the plane's own document among those of the APIs.
const ownDocument = "control"

// document serves an OpenAPI document that has the caller's way to us as its server, for
// those who have the program and not its sources.
func (h *handler) document(w http.ResponseWriter, r *http.Request) {
	name, isYAML := strings.CutSuffix(variable(r, "name"), ".yaml")
	data, base := h.sim.Document(name)
	if name == ownDocument {
		data, base = openapi.Control, "/_sim"
	}
	if data == nil || !isYAML {
		Problem{
			Status: http.StatusNotFound,
			Detail: fmt.Sprintf("there is no document %q%s", variable(r, "name"), nearest.Hint(variable(r, "name"), h.documents())),
		}.write(w)
		return
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(servedAt(data, Origin(r)+base))
}

// documents are the names of those that are served.
func (h *handler) documents() []string {
	names := []string{ownDocument + ".yaml"}
	for _, api := range h.sim.APIs() {
		names = append(names, api.Name+".yaml")
	}
	return names
}

// servedAt is a document with that address as its only server. In YAML it stands where
// servers stood or else at the end, and the rest stays as it is, comments and anchors too:
// only a line that is not indented begins a member of the outermost object.
func servedAt(document []byte, url string) []byte {
	quoted, _ := json.Marshal(url) // which YAML reads alike
	var members map[string]json.RawMessage
	if json.Unmarshal(document, &members) == nil { // a document may be in JSON too
		members["servers"] = fmt.Appendf(nil, `[{"url":%s}]`, quoted)
		out, _ := json.Marshal(members)
		return out
	}
	servers := fmt.Sprintf("servers: [{url: %s}]\n", quoted)
	var out bytes.Buffer
	placed, within := false, false
	for line := range bytes.Lines(document) {
		switch {
		case bytes.HasPrefix(line, []byte("servers:")):
			out.WriteString(servers)
			placed, within = true, true
		case within && bytes.ContainsRune([]byte(" \t-\r\n]}"), rune(line[0])):
		default:
			within = false
			out.Write(line)
		}
	}
	if !placed {
		if !bytes.HasSuffix(document, []byte("\n")) {
			out.WriteByte('\n')
		}
		out.WriteString(servers)
	}
	return out.Bytes()
}
