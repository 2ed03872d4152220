#!/usr/bin/env bash
# Renders the chart to standard output; arguments as in main.go. Compiles the renderer when it is not there yet.
source "$(dirname "${BASH_SOURCE[0]}")/../cluster/lib.sh"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$CACHE_DIR/bin/chart

is_fresh() {
  local file
  for file in "$here"/*.go; do [ "$program" -nt "$file" ] || return 1; done
}

if ! is_fresh; then
  need_packages golang-go golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev golang-github-xeipuuv-gojsonschema-dev >&2
  mkdir -p "$CACHE_DIR/bin"
  # Debian's packages hold the libraries as source: no module is downloaded.
  (cd "$here" && GO111MODULE=off GOFLAGS="" GOPATH=/usr/share/gocode GOCACHE="$CACHE_DIR/go-build" go build -o "$program.new" .)
  mv "$program.new" "$program"
fi
exec "$program" "$@" "$REPOSITORY/charts/playbook-operator"
