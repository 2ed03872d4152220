#!/usr/bin/env bash
# Runs the sample playbook on the cluster to its end and shows it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SAMPLES=playbook-samples

bash "$(dirname "$0")/sample-world.sh"
kubectl --namespace "$SAMPLES" apply -f "$REPOSITORY/config/samples/loop-with-pagination.yaml"
name=$(kubectl create -f "$REPOSITORY/config/samples/cluster/execution.yaml" -o name)
say "running $name"
kubectl --namespace "$SAMPLES" wait --for=condition=Finished --timeout=180s "$name" || true
kubectl --namespace "$SAMPLES" get executions
[ "$(kubectl --namespace "$SAMPLES" get "$name" -o 'jsonpath={.status.phase}')" = Completed ] || fail "$name is not Completed"
