package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/scenarios"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

func scenarioCommand(e env) *cobra.Command {
	group := &cobra.Command{
		Use: "scenario", Short: "List, show and check scenarios",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("say list, show, lint, errors or schema")
			}
			return fmt.Errorf("there is no scenario command %q%s", args[0], nearest.Hint(args[0], []string{"list", "show", "lint", "errors", "schema"}))
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	group.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List the bundled scenarios, one a line, name first", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return fail(listScenarios(e)) },
		},
		&cobra.Command{
			Use: "show NAME", Short: "Print a bundled scenario", Args: exactly(1),
			RunE:              func(_ *cobra.Command, args []string) error { return fail(showScenario(e, args[0])) },
			ValidArgsFunction: completeScenario,
		},
		&cobra.Command{
			Use: "lint NAME|FILE ...", Short: "Check scenarios; a mistake is told as file:line:column: message", Args: atLeastOne,
			RunE:              func(_ *cobra.Command, args []string) error { return fail(lintScenarios(e, args)) },
			ValidArgsFunction: completeScenario,
		},
		&cobra.Command{
			Use: "errors", Short: "List the errors that a rule can ask for by name", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return fail(listErrors(e)) },
		},
		&cobra.Command{
			Use: "schema", Short: "Print the JSON Schema of scenario files, for editors", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				_, err := e.stdout.Write(sim.ScenarioSchema(all.Providers()))
				return fail(err)
			},
		},
	)
	return group
}

// completeScenario offers the bundled scenarios, and files beside them.
func completeScenario(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names, err := bundled()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return names, cobra.ShellCompDirectiveDefault
}

// bundled lists the names of the scenarios that come with the program.
func bundled() ([]string, error) {
	files, err := fs.Glob(scenarios.Files, "*.yaml")
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], ".yaml")
	}
	return files, err
}

// text is a bundled scenario by its name, or a file.
func text(name string) (file string, data []byte, err error) {
	known, err := bundled()
	if err != nil {
		return "", nil, err
	}
	for _, k := range known {
		if k == name {
			data, err = fs.ReadFile(scenarios.Files, name+".yaml")
			return "scenarios/" + name + ".yaml", data, err
		}
	}
	if !strings.ContainsAny(name, "/\\") && !strings.HasSuffix(name, ".yaml") {
		return "", nil, fmt.Errorf("there is no scenario %q%s", name, nearest.Hint(name, known))
	}
	data, err = os.ReadFile(name)
	return name, data, err
}

func listScenarios(e env) error {
	names, err := bundled()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, n := range names {
		file, data, err := text(n)
		if err != nil {
			return err
		}
		name, summary, err := sim.LintScenario(all.Providers(), file, data)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\n", name, summary)
	}
	return w.Flush()
}

func showScenario(e env, name string) error {
	_, data, err := text(name)
	if err != nil {
		return err
	}
	_, err = e.stdout.Write(data)
	return err
}

func lintScenarios(e env, names []string) error {
	var found []error
	for _, n := range names {
		file, data, err := text(n)
		if err == nil {
			_, _, err = sim.LintScenario(all.Providers(), file, data)
		}
		if err != nil {
			found = append(found, err)
			continue
		}
		_, _ = fmt.Fprintf(e.stdout, "%s: good\n", file)
	}
	return errors.Join(found...)
}

func listErrors(e env) error {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, x := range sim.Errors(all.Providers()) {
		ops := strings.Join(x.Operations, ", ")
		if ops == "" {
			ops = "every operation"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", x.Name, x.Provider, x.Status, x.Basis, ops)
	}
	return w.Flush()
}
