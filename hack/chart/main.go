// Renders a Helm chart the way Helm does, for machines without Helm: Go's text/template with sprig and the few
// functions that Helm adds. Output: the manifests in installation order, CRDs first when asked for.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

type repeated []string

func (r *repeated) String() string     { return strings.Join(*r, ",") }
func (r *repeated) Set(v string) error { *r = append(*r, v); return nil }

func main() {
	var files, sets repeated
	release := flag.String("release", "playbook-operator", "name of the release")
	namespace := flag.String("namespace", "default", "namespace of the release")
	kubeVersion := flag.String("kube-version", "v1.20.2", "version of Kubernetes that templates see")
	service := flag.String("service", "Helm", "who manages the release: the label app.kubernetes.io/managed-by")
	crds := flag.Bool("include-crds", false, "print the CRDs first")
	notes := flag.Bool("notes", false, "print NOTES.txt instead of the manifests")
	flag.Var(&files, "f", "file with values (repeatable, later ones win)")
	flag.Var(&sets, "set", "one value: path.to.key=value (repeatable, wins over files)")
	flag.Parse()
	if flag.NArg() != 1 {
		fail(fmt.Errorf("usage: chart [options] CHART-FOLDER"))
	}
	chart, err := loadChart(flag.Arg(0))
	fail(err)
	values, err := mergeValues(chart.values, files, sets)
	fail(err)
	fail(chart.validate(values))
	out, err := chart.render(scope{*release, *namespace, *service, *kubeVersion, values})
	fail(err)
	if *notes {
		fmt.Println(strings.TrimSpace(out["templates/NOTES.txt"]))
		return
	}
	documents, err := inInstallOrder(out)
	fail(err)
	if *crds {
		documents = append(chart.crds, documents...)
	}
	for _, document := range documents {
		fmt.Printf("---\n# Source: %s\n%s\n", document.source, document.text)
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
