// Command targets says whether the code, its tests included, type-checks for each of the
// systems named. It reads the source of what is imported, but of other modules not the
// bodies of functions, and so takes seconds where a build for each takes minutes.
//
//	go -C tools/lint run ./targets -C ../.. windows/amd64 darwin/arm64
package main

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	dir := flag.String("C", ".", "folder of the module")
	flag.Parse()
	root, err := filepath.Abs(*dir)
	if err == nil && flag.NArg() == 0 {
		err = errors.New("no target is named")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	code := 0
	for _, target := range flag.Args() {
		found, err := check(root, target)
		if err == nil && len(found) == 0 {
			continue
		}
		code = 1
		fmt.Printf("%s: %v\n", target, errors.Join(append(found, err)...))
	}
	os.Exit(code)
}

// check is what the compiler would refuse of the module in that folder.
func check(root, target string) (found []error, err error) {
	system, arch, _ := strings.Cut(target, "/")
	pkgs, err := packages.Load(&packages.Config{
		Mode:      packages.LoadAllSyntax,
		Dir:       root,
		Tests:     true,
		Env:       append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0"),
		ParseFile: parse(root),
	}, "./...")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{} // since a package is loaded again for its tests
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			// Those of other modules come from their bodies being dropped.
			if own := within(root, e.Pos); (own || e.Kind != packages.TypeError) && !seen[e.Error()] {
				seen[e.Error()] = true
				found = append(found, e)
			}
		}
	})
	return found, nil
}

func within(root, name string) bool {
	return strings.HasPrefix(name, root+string(filepath.Separator))
}

// parse drops the bodies of functions of files that are not in that folder.
func parse(root string) func(*token.FileSet, string, []byte) (*ast.File, error) {
	return func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
		f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		if f == nil || within(root, name) {
			return f, err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				fn.Body = nil
			}
		}
		return f, err
	}
}
