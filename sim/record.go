package sim

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/fault"
	"github.com/esimsim/esimsim/internal/journal"
)

// record completes the journal's entry before the client has its answer.
func (x *exchange) record(out answer) {
	book, ids := &x.srv.journal, &x.srv.lone
	if x.world != nil {
		book, ids = x.world.journal, &x.world.entries
	}
	e := &journal.Record{Entry: journal.Entry{
		ID: ids.next(), At: x.at, Real: x.req.Real, Provider: x.provider.name,
		World: x.req.Caller.World, Method: x.req.Method, URL: journal.RedactURL(x.http.URL), Status: out.Status,
		Findings: x.findings(), Hint: x.hint, Edges: x.passed, Error: x.refusal,
		Duration: x.srv.cfg.Real.Now().Sub(x.req.Real),
	}}
	if x.op != nil {
		e.Operation = x.op.name
	}
	switch {
	case x.world == nil:
		e.World, e.At = "", x.req.Real // a refused key is not kept, not even as a name
	case x.at.IsZero():
		e.At = x.world.clock.Now()
	}
	e.Rules = x.rules()
	x.mark(&e.Entry)
	e.Asked(x.http.Header, x.req.Body, x.srv.secrets)
	if x.fault != nil {
		e.Fault = string(x.fault.Kind)
		out = answer(x.fault.Spoil(fault.Answer(out)))
		e.Status = out.Status
	}
	body := out.Body
	if e.Response.Body = unprintable(out); e.Response.Body != "" {
		body = nil
	}
	e.Answered(out.Header, body)
	x.srv.observe(e, x.world, book)
	x.log(&e.Entry)
	x.checkFindings(e.Findings)
	x.checkReply(out)
}

// log writes one line an exchange. Nobody may listen, so nothing is made up for it then.
func (x *exchange) log(e *journal.Entry) {
	ctx := x.http.Context()
	if !x.srv.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	x.srv.log.LogAttrs(ctx, slog.LevelInfo, "exchange", slog.String("world", e.World), slog.String("operation", e.Operation),
		slog.String("method", e.Method), slog.String("path", x.http.URL.Path), slog.Int("status", e.Status),
		slog.Int("findings", len(e.Findings)), slog.Any("rules", e.Rules), slog.String("hint", e.Hint))
}

// maxFindings bounds what is kept of one request.
const maxFindings = 100

func (x *exchange) findings() []Finding {
	found := x.req.findings
	if len(found) > maxFindings {
		found = append(found[:maxFindings:maxFindings], oddMore.at("", fmt.Sprintf("further findings of this request are not kept: %d", len(x.req.findings)-maxFindings)))
	}
	return found
}

// mark sets the headers that lead a client's author to the journal.
func (x *exchange) mark(e *journal.Entry) {
	if x.srv.cfg.NoHints {
		return
	}
	x.header("X-Esimsim-Request", e.ID)
	if e.Hint != "" {
		x.header("X-Esimsim-Hint", e.Hint)
	}
	if len(e.Findings) > 0 {
		var codes []string
		for _, f := range e.Findings {
			if !slices.Contains(codes, f.Code) {
				codes = append(codes, f.Code)
			}
		}
		x.header("X-Esimsim-Findings", strings.Join(codes, ", "))
	}
}

// unprintable is what the journal has in the place of an image or an archive, "" for a text.
func unprintable(out answer) string {
	switch t := first(out.Header, "Content-Type"); {
	case strings.HasPrefix(t, "application/zip"), strings.HasPrefix(t, "image/"):
		return fmt.Sprintf("[%d bytes of %s]", len(out.Body), t)
	}
	return ""
}

// checkFindings holds what was found against the tables, where tests ask for it.
func (x *exchange) checkFindings(found []Finding) {
	if !x.srv.cfg.CheckReplies || len(found) == 0 {
		return
	}
	known := findingCodes([]*Provider{x.provider})
	for _, f := range found {
		if !slices.Contains(known, f.Code) {
			x.srv.cfg.OnReply(x.req.Operation, []Finding{{Code: "reply.finding", Message: "the request's finding " + f.Code + " is named in no table"}})
		}
	}
}

// checkReply holds our own answers against the document, where tests ask for it.
func (x *exchange) checkReply(out answer) {
	if !x.srv.cfg.CheckReplies || x.op == nil || x.written || x.fault != nil {
		return
	}
	op := x.srv.docs[x.provider.name]().Operation(x.op.id)
	if op == nil {
		x.srv.cfg.OnReply(x.op.id, []Finding{{Code: "reply.operation", Message: "is not in the document"}})
		return
	}
	if found := op.CheckReply(out.Status, out.Header.Get("Content-Type"), out.Body); len(found) > 0 {
		x.srv.cfg.OnReply(x.op.id, found)
	}
}
