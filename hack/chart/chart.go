package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

type chart struct {
	name      string
	about     map[string]interface{}
	values    map[string]interface{}
	templates map[string]string
	files     files
	crds      []document
	schema    []byte
}

type document struct {
	source string
	text   string
}

func loadChart(folder string) (*chart, error) {
	c := &chart{templates: map[string]string{}}
	if err := readYAML(filepath.Join(folder, "Chart.yaml"), &c.about); err != nil {
		return nil, err
	}
	if err := readYAML(filepath.Join(folder, "values.yaml"), &c.values); err != nil {
		return nil, err
	}
	c.name = fmt.Sprint(c.about["name"])
	c.schema, _ = os.ReadFile(filepath.Join(folder, "values.schema.json"))
	if err := c.readTemplates(folder); err != nil {
		return nil, err
	}
	if err := c.readFiles(folder); err != nil {
		return nil, err
	}
	return c, c.readCRDs(folder)
}

// files are what a template reads with .Files.Get: here those of the folder files/.
type files map[string]string

// Get returns a file's text, or nothing, as Helm does.
func (f files) Get(path string) string { return f[path] }

func (c *chart) readFiles(folder string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "files", "*"))
	if err != nil {
		return err
	}
	c.files = files{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		c.files["files/"+filepath.Base(path)] = string(text)
	}
	return nil
}

func (c *chart) readTemplates(folder string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "templates", "*"))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("%s has no templates: %v", folder, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		c.templates["templates/"+filepath.Base(path)] = string(text)
	}
	return nil
}

func (c *chart) readCRDs(folder string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "crds", "*.yaml"))
	if err != nil {
		return err
	}
	sort.Strings(paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		c.crds = append(c.crds, document{c.name + "/crds/" + filepath.Base(path), strings.TrimSpace(string(text))})
	}
	return nil
}

// validate reports every value that values.schema.json refuses.
func (c *chart) validate(values map[string]interface{}) error {
	if c.schema == nil {
		return nil
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(c.schema), gojsonschema.NewGoLoader(values))
	if err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	var problems []string
	for _, problem := range result.Errors() {
		problems = append(problems, problem.String())
	}
	if len(problems) > 0 {
		return fmt.Errorf("values do not meet values.schema.json:\n- %s", strings.Join(problems, "\n- "))
	}
	return nil
}

func readYAML(path string, into *map[string]interface{}) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
