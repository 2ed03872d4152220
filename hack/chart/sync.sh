#!/usr/bin/env bash
# Brings everything that has one source up to date with it: the CRDs of the chart and of config/crds with crds/, and
# config/default, config/rbac, config/prometheus and config/grafana with the chart. With --check it changes nothing and fails when something differs.
source "$(dirname "${BASH_SOURCE[0]}")/../cluster/lib.sh"

HEADER="# Generated from charts/playbook-operator by hack/chart/sync.sh: change the chart and run it again."

# The chart as kustomize users get it: their own database, named by a Secret.
render() {
  "$REPOSITORY/hack/chart/render.sh" -namespace playbook-system -service kustomize \
    -set database.existingSecret=playbook-operator-database -set postgres.enabled=false | grep -v 'helm.sh/chart:'
}

# documents PATTERN: those documents of the standard input whose template's path matches.
documents() {
  awk -v pattern="$1" '/^---$/ { next } /^# Source: / { keep = ($3 ~ pattern); if (keep) print "---"; next } keep'
}

write_crds() {
  local source=$REPOSITORY/crds file
  [ -d "$source" ] || source=$REPOSITORY/charts/playbook-operator/crds
  mkdir -p "$1/charts/playbook-operator/crds" "$1/config/crds"
  for file in "$source"/*.yaml; do
    cp "$file" "$1/charts/playbook-operator/crds/"
    cp "$file" "$1/config/crds/"
  done
  {
    echo "$HEADER"
    printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n'
    for file in "$source"/*.yaml; do echo "- $(basename "$file")"; done
  } >"$1/config/crds/kustomization.yaml"
}

write_config() {
  local rendered=$1/rendered
  render >"$rendered"
  mkdir -p "$1/config/default" "$1/config/rbac"
  { echo "$HEADER"; documents 'templates/(rbac|users)' <"$rendered"; } >"$1/config/rbac/rbac.yaml"
  { echo "$HEADER"; documents 'templates/(serviceaccount|service|deployment)[.]' <"$rendered"; } >"$1/config/default/operator.yaml"
  rm "$rendered"
}

# Alerts and dashboard for kustomize: the PrometheusRule as the chart makes it, the dashboard as Grafana imports it.
write_monitoring() {
  mkdir -p "$1/config/prometheus" "$1/config/grafana"
  {
    echo "$HEADER"
    "$REPOSITORY/hack/chart/render.sh" -namespace playbook-system -service kustomize -set monitoring.prometheusRule.enabled=true \
      -set monitoring.serviceMonitor.enabled=true | grep -v 'helm.sh/chart:' | documents 'templates/monitoring'
  } >"$1/config/prometheus/monitoring.yaml"
  cp "$REPOSITORY/charts/playbook-operator/files/dashboard.json" "$1/config/grafana/playbook-operator.json"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
write_crds "$work"
write_config "$work"
write_monitoring "$work"
if [ "${1:-}" = --check ]; then
  cd "$work"
  different=0
  while read -r file; do
    diff -u "$REPOSITORY/$file" "$file" || different=1
  done < <(find . -type f | sed 's|^\./||' | sort)
  [ $different = 0 ] || fail "these files differ from their source: run hack/chart/sync.sh"
  say "chart, crds and config agree"
else
  cp -r "$work/." "$REPOSITORY/"
fi
