#!/usr/bin/env bash
# kubectl aimed at the cluster of these scripts, whatever KUBECONFIG says.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -e "$CLUSTER_DIR/kubeconfig" ] || fail "no cluster: make cluster-up first"
kubectl "$@"
