#!/usr/bin/env bash
# Removes the product and all it knows from the cluster: executions, playbooks, namespaces, databases. For tests that start from nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ ! -e "$CLUSTER_DIR/existing" ] || [ "${FORGET:-}" = yes ] \
  || fail "this removes every Execution and Playbook of a cluster that is not ours; say FORGET=yes if that is meant"

for kind in executions playbooks; do
  kubectl delete "$kind.playbooks.dev" --all --all-namespaces --ignore-not-found >/dev/null 2>&1 || true
done
for namespace in playbook-samples playbook-system; do
  kubectl delete namespace "$namespace" --ignore-not-found --timeout=90s >/dev/null
done
