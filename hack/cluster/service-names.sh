#!/usr/bin/env bash
# Keeps the name server's table equal to the cluster's Services, for as long as it runs (started by up.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/processes.sh"

TABLE=$CLUSTER_DIR/service-hosts
# shellcheck disable=SC2016 # Go template variables
TEMPLATE='{{range .items}}{{if and .spec.clusterIP (ne .spec.clusterIP "None")}}{{.spec.clusterIP}} {{.metadata.name}}.{{.metadata.namespace}}.svc.cluster.local
{{end}}{{end}}'

write_table() {
  local pid
  kubectl get services --all-namespaces -o go-template="$TEMPLATE" >"$TABLE.new" || return 0
  cmp -s "$TABLE.new" "$TABLE" && return 0
  # Written in place and then announced: the server reads it again at SIGHUP.
  cat "$TABLE.new" >"$TABLE"
  if is_alive dnsmasq; then read -r pid _ <"$PID_DIR/dnsmasq" && kill -HUP "$pid"; fi
}

while :; do
  # One line per change; changes that come together are answered once.
  kubectl get services --all-namespaces --watch --no-headers -o name 2>/dev/null | while read -r _; do
    while read -r -t 0.1 _; do :; done
    write_table
  done || true
  sleep 1
done
