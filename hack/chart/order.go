package main

import (
	"fmt"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

// installOrder puts what others refer to first.
var installOrder = []string{"Namespace", "ServiceAccount", "Secret", "ConfigMap", "PersistentVolumeClaim", "ClusterRole",
	"ClusterRoleBinding", "Role", "RoleBinding", "Service", "Deployment", "StatefulSet", "Job"}

type ranked struct {
	document
	kind int
	name string
}

// inInstallOrder splits the rendered files into objects, checks that each is one, and sorts them by kind and name.
func inInstallOrder(rendered map[string]string) ([]document, error) {
	var found []ranked
	for path, text := range rendered {
		if !strings.HasSuffix(path, ".yaml") {
			continue
		}
		for _, part := range strings.Split("\n"+text, "\n---") {
			one, err := rank(path, strings.TrimSpace(part))
			if err != nil {
				return nil, err
			}
			if one != nil {
				found = append(found, *one)
			}
		}
	}
	sort.Slice(found, func(i, j int) bool {
		if found[i].kind != found[j].kind {
			return found[i].kind < found[j].kind
		}
		return found[i].name < found[j].name
	})
	documents := make([]document, len(found))
	for i, one := range found {
		documents[i] = one.document
	}
	return documents, nil
}

// rank returns nil for an empty part.
func rank(path, text string) (*ranked, error) {
	var object struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Metadata   struct {
			Name      string `json:"name"`
			Namespace string `json:"namespace"`
		} `json:"metadata"`
	}
	if err := yaml.Unmarshal([]byte(text), &object); err != nil {
		return nil, fmt.Errorf("%s renders to something that is not YAML: %w", path, err)
	}
	if object.Kind == "" && text == "" {
		return nil, nil
	}
	if object.Kind == "" || object.APIVersion == "" || object.Metadata.Name == "" {
		return nil, fmt.Errorf("%s renders to an object without apiVersion, kind or name", path)
	}
	kind := len(installOrder)
	for i, name := range installOrder {
		if name == object.Kind {
			kind = i
		}
	}
	return &ranked{document{path, text}, kind, object.Metadata.Namespace + "/" + object.Metadata.Name + "/" + object.Kind}, nil
}
