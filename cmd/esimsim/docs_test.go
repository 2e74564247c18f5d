package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// Each page about the program is what it has today.
func TestDocs(t *testing.T) {
	t.Parallel()
	const root = "../.."
	page := flagsPage(commands(env{func(string) string { return "" }, func() []string { return nil }, io.Discard, io.Discard}))
	page.Heading(2, "Environment of the command of exec")
	page.Text("%s. With `--tls-listen`, `ESIMSIM_TLS_URL`, `ESIMSIM_CA`, `SSL_CERT_FILE` and `NODE_EXTRA_CA_CERTS` as well.", docs.Codes(exported(t)))
	page.Check(t, root, "flags.md")
	exitPage(t).Check(t, root, "exit-codes.md")
}

// exported are the variables that exec sets, which the ready file has as well.
func exported(t *testing.T) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ready.json")
	if err := writeReady(serveOptions{readyFile: file}, sim.StartT(t, sim.Config{Providers: all.Providers()})); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	if err := json.Unmarshal(data, &set); err != nil {
		t.Fatal(err)
	}
	delete(set, "PID")
	delete(set, "ESIMSIM_CONTROL_TOKEN")
	return slices.Sorted(maps.Keys(set))
}

// exitPage is the codes with which the program ends.
func exitPage(t *testing.T) *docs.Page {
	t.Helper()
	page := docs.NewPage("Exit codes")
	var rows [][]string
	for _, c := range docs.Constants(t, ".", "exit") {
		rows = append(rows, []string{c[0], docs.Plain(c[1])})
	}
	page.Table([]string{"Code", "Meaning"}, rows)
	page.Text("`esimsim exec` ends with the code of its command where that is not 0, or with 128 and the signal's number where a signal ended it.")
	return page
}

// A family is flags that several commands have alike.
type family struct {
	title, about string
	of           *pflag.FlagSet
}

// flagsPage is the commands, and the flags of each.
func flagsPage(root *cobra.Command) *docs.Page {
	families := []family{
		{"Flags of a simulator", "Of the commands that run one. They, and the further flags of `serve` and `exec`, are keys of `esimsim.yaml` too, under the same name without the dashes; the flag wins over the environment, " +
			"and that over the file. In a variable, the values of a flag that may be repeated are separated by commas.", find(root, "config").Flags()},
		{"Flags of the control plane", "Of the commands that ask a running one.", find(root, "advance").Flags()},
	}
	list := tree(root)
	page := docs.NewPage("Commands and flags")
	page.Text("Each flag has an environment variable; an empty one counts as none. A misspelt flag or command is refused, and the nearest one named. " +
		"`esimsim config` prints what `serve` would run with, and where each value comes from. How commands end is said by the [exit codes](exit-codes.md), and `esimsim completion SHELL` prints what completes them in a shell.")
	var rows [][]string
	for _, c := range list {
		rows = append(rows, []string{fmt.Sprintf("[%s](#%s)", docs.Code(c.UseLine()), docs.Anchor(c.CommandPath())), docs.Plain(c.Short)})
	}
	page.Table([]string{"Command", "What it does"}, rows)
	for _, f := range families {
		page.Heading(2, f.title)
		page.Text("%s", f.about)
		page.Table(flagHead, flagRows(flagsOf(f.of)))
	}
	for _, c := range list {
		describe(page, c, families)
	}
	return page
}

func find(root *cobra.Command, name string) *cobra.Command {
	c, _, err := root.Find([]string{name})
	if err != nil {
		panic(err)
	}
	return c
}

// tree lists the commands that do something, each before those below it.
func tree(c *cobra.Command) (out []*cobra.Command) {
	if !c.HasSubCommands() || c.Flags().HasFlags() {
		out = append(out, c)
	}
	for _, sub := range c.Commands() {
		out = append(out, tree(sub)...)
	}
	return out
}

func describe(page *docs.Page, c *cobra.Command, families []family) {
	page.Heading(2, c.CommandPath())
	var prose, code []string
	for _, line := range strings.Split(cmp.Or(c.Long, strings.TrimSuffix(c.Short, ".")+".")+"\n"+c.Example, "\n") {
		if strings.HasPrefix(line, "  ") {
			code = append(code, line[2:])
			continue
		}
		prose = append(prose, docs.Plain(line))
	}
	page.Fence("sh", c.UseLine())
	page.Text("%s", strings.Join(prose, "\n"))
	if len(code) > 0 {
		page.Fence("sh", strings.Join(code, "\n"))
	}
	own := flagsOf(c.Flags())
	for _, f := range families {
		if !holds(own, flagsOf(f.of)) {
			continue
		}
		own = slices.DeleteFunc(own, func(g *pflag.Flag) bool { return same(g, f.of.Lookup(g.Name)) })
		page.Text("It has the [%s](#%s).", strings.ToLower(f.title[:1])+f.title[1:], docs.Anchor(f.title))
	}
	page.Table(flagHead, flagRows(own))
}

func flagsOf(set *pflag.FlagSet) (out []*pflag.Flag) {
	set.VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" {
			out = append(out, f)
		}
	})
	return out
}

// holds says whether all of a family's flags are there by name.
func holds(own, family []*pflag.Flag) bool {
	return !slices.ContainsFunc(family, func(f *pflag.Flag) bool {
		return !slices.ContainsFunc(own, func(g *pflag.Flag) bool { return g.Name == f.Name })
	})
}

func same(f, g *pflag.Flag) bool {
	return g != nil && f.Usage == g.Usage && f.DefValue == g.DefValue
}

var flagHead = []string{"Flag", "Environment", "Default", "What it is"}

func flagRows(flags []*pflag.Flag) (rows [][]string) {
	for _, f := range flags {
		value := f.DefValue
		if value == "[]" {
			value = ""
		}
		rows = append(rows, []string{docs.Code("--" + f.Name), docs.Code(variable(f.Name)), docs.Code(value), docs.Plain(f.Usage)})
	}
	return rows
}
