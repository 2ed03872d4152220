package main

import (
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

// mergeValues lays files and then single settings over the chart's own values, map by map; lists are replaced.
func mergeValues(values map[string]interface{}, files, sets []string) (map[string]interface{}, error) {
	for _, file := range files {
		var more map[string]interface{}
		if err := readYAML(file, &more); err != nil {
			return nil, err
		}
		values = merge(values, more)
	}
	for _, set := range sets {
		more, err := parseSet(set)
		if err != nil {
			return nil, err
		}
		values = merge(values, more)
	}
	return values, nil
}

func merge(under, over map[string]interface{}) map[string]interface{} {
	result := map[string]interface{}{}
	for key, value := range under {
		result[key] = value
	}
	for key, value := range over {
		below, isMap := result[key].(map[string]interface{})
		above, alsoMap := value.(map[string]interface{})
		switch {
		case value == nil:
			delete(result, key)
		case isMap && alsoMap:
			result[key] = merge(below, above)
		default:
			result[key] = value
		}
	}
	return result
}

// parseSet reads a.b.c=value, where the value is YAML ({a,b} is Helm's spelling of a list) and a dot in a key is \.
func parseSet(set string) (map[string]interface{}, error) {
	path, text, found := strings.Cut(set, "=")
	if !found || path == "" {
		return nil, fmt.Errorf("--set %s: want path.to.key=value", set)
	}
	if strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") && !strings.Contains(text, ":") {
		text = "[" + text[1:len(text)-1] + "]"
	}
	var value interface{}
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return nil, fmt.Errorf("--set %s: %w", set, err)
	}
	if value == nil {
		value = ""
	}
	keys := strings.Split(strings.ReplaceAll(path, `\.`, "\x00"), ".")
	for i := len(keys) - 1; i >= 0; i-- {
		value = map[string]interface{}{strings.ReplaceAll(keys[i], "\x00", "."): value}
	}
	return value.(map[string]interface{}), nil
}
