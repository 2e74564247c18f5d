package main

import (
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

func TestForbid(t *testing.T) {
	t.Parallel()
	analysistest.Run(t, analysistest.TestData(), heed(forbid, forbid.Name), "a", clockPackage, callers[0], "github.com/esimsim/esimsim/internal/away")
}

func TestExported(t *testing.T) {
	t.Parallel()
	analysistest.Run(t, analysistest.TestData(), exported, "names")
}

func TestAnalyzers(t *testing.T) {
	t.Parallel()
	if err := analysis.Validate(analyzers()); err != nil {
		t.Error(err)
	}
}
