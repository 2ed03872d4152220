package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

// scope is what a render is about: the release and its values.
type scope struct {
	Release     string
	Namespace   string
	Service     string
	KubeVersion string
	Values      map[string]interface{}
}

type apiVersions struct{}

// Has answers for the API groups that every supported cluster has.
func (apiVersions) Has(version string) bool {
	return strings.HasPrefix(version, "apps/") || strings.HasPrefix(version, "batch/") || version == "v1"
}

// render returns the text of every template by its path in the chart; helpers (names with _) give none.
func (c *chart) render(s scope) (map[string]string, error) {
	all := template.New(c.name).Option("missingkey=zero")
	all.Funcs(functions(all))
	for path, text := range c.templates {
		if _, err := all.New(c.name + "/" + path).Parse(text); err != nil {
			return nil, err
		}
	}
	out := map[string]string{}
	for path := range c.templates {
		if strings.HasPrefix(path, "templates/_") {
			continue
		}
		var text bytes.Buffer
		if err := all.ExecuteTemplate(&text, c.name+"/"+path, c.root(s, path)); err != nil {
			return nil, err
		}
		// A key that is not there prints as this in Go's templates; Helm leaves it out.
		out[path] = strings.ReplaceAll(text.String(), "<no value>", "")
	}
	return out, nil
}

// root is the dot of a template: the same names as in Helm.
func (c *chart) root(s scope, path string) map[string]interface{} {
	about := map[string]interface{}{}
	for key, value := range c.about {
		about[strings.ToUpper(key[:1])+key[1:]] = value
	}
	version := strings.Split(strings.TrimPrefix(s.KubeVersion, "v"), ".")
	return map[string]interface{}{
		"Values": s.Values,
		"Chart":  about,
		"Files":  c.files,
		"Release": map[string]interface{}{"Name": s.Release, "Namespace": s.Namespace, "Service": s.Service,
			"IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Capabilities": map[string]interface{}{"APIVersions": apiVersions{},
			"KubeVersion": map[string]interface{}{"Version": s.KubeVersion, "Major": version[0], "Minor": version[1]}},
		"Template": map[string]interface{}{"Name": c.name + "/" + path, "BasePath": c.name + "/templates"},
	}
}

// functions are sprig's without access to the environment, and those that Helm adds.
func functions(all *template.Template) template.FuncMap {
	f := sprig.TxtFuncMap()
	delete(f, "env")
	delete(f, "expandenv")
	f["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	f["fromYaml"] = func(text string) (map[string]interface{}, error) {
		var value map[string]interface{}
		return value, yaml.Unmarshal([]byte(text), &value)
	}
	f["toJson"] = func(value interface{}) (string, error) { text, err := json.Marshal(value); return string(text), err }
	f["include"] = func(name string, dot interface{}) (string, error) {
		var text bytes.Buffer
		err := all.ExecuteTemplate(&text, name, dot)
		return text.String(), err
	}
	f["tpl"] = func(text string, dot interface{}) (string, error) {
		clone, err := all.Clone()
		if err != nil {
			return "", err
		}
		one, err := clone.New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var out bytes.Buffer
		err = one.Execute(&out, dot)
		return out.String(), err
	}
	f["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	f["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	// No cluster is asked here: as in `helm template`, nothing is found.
	f["lookup"] = func(version, kind, namespace, name string) map[string]interface{} { return map[string]interface{}{} }
	return f
}
