package coverage

import (
	"bytes"
	"encoding/xml"
	"fmt"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Skipped *junitSkipped `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// JUnit is the report as CI systems show test results: a suite for each provider, a case
// for each thing there is to meet, skipped when nobody met it. What is not declared is
// left out, so that the cases are the same in each run.
func (r Report) JUnit() []byte {
	out := junitSuites{Name: "coverage of " + r.of()}
	for _, p := range r.Providers {
		s := p.junit()
		out.Tests, out.Skipped = out.Tests+s.Tests, out.Skipped+s.Skipped
		out.Suites = append(out.Suites, s)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		panic("coverage: " + err.Error()) // numbers and texts can always be written
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func (p Provider) junit() junitSuite {
	s := junitSuite{Name: p.Name}
	add := func(kind Kind, name string, count uint64, undeclared bool) {
		if undeclared {
			return
		}
		c := junitCase{Class: p.Name + "." + string(kind), Name: name}
		s.Tests++
		if count == 0 {
			s.Skipped++
			c.Skipped = &junitSkipped{"never met"}
		} else {
			c.Out = "met " + times(count)
		}
		s.Cases = append(s.Cases, c)
	}
	for _, o := range p.Operations {
		add(Operations, o.Name, o.Count, o.Undeclared)
	}
	for _, o := range p.Operations {
		for _, x := range o.Statuses {
			add(Statuses, fmt.Sprintf("%s %d", o.Name, x.Status), x.Count, x.Undeclared)
		}
	}
	for _, kind := range Kinds() {
		for _, i := range p.Items(kind) {
			add(kind, i.Name, i.Count, i.Undeclared)
		}
	}
	return s
}

func times(n uint64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
