#!/usr/bin/env bash
# Runs Cluster.Tests: brings up the cluster if none is up, builds and deploys what is in this checkout, and leaves the cluster as it was found.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v dotnet >/dev/null || { echo "error: the .NET SDK is missing; install dotnet-sdk-10.0" >&2; exit 1; }
: "${CLUSTER_DIR:=${XDG_STATE_HOME:-${HOME:-/root}/.local/state}/playbook-operator/cluster}"
export CLUSTER_DIR PLAYBOOK_TEST_KUBECONFIG=$CLUSTER_DIR/kubeconfig
configuration=${CONFIGURATION:-Release}
results=$PWD/out/test-cluster
rm -rf "$results"
mkdir -p "$results"

was_up=no
if [ -e "$PLAYBOOK_TEST_KUBECONFIG" ] && kubectl --kubeconfig "$PLAYBOOK_TEST_KUBECONFIG" get --raw /readyz >/dev/null 2>&1; then was_up=yes; fi
finish() {
  if [ $was_up = no ] && [ -z "${KEEP_CLUSTER:-}" ]; then hack/cluster/down.sh || true; fi
}
trap finish EXIT

hack/cluster/up.sh
make --no-print-directory image
# A database of a former build may have another schema: the tests start with an empty one.
hack/cluster/forget.sh
hack/cluster/deploy.sh
hack/cluster/sample-world.sh
dotnet build tests/Cluster.Tests --configuration "$configuration" --verbosity quiet
status=0
# CLUSTER_TESTS: a filter of dotnet test; all of them without.
dotnet test tests/Cluster.Tests --no-build --configuration "$configuration" --verbosity quiet --nologo \
  --filter "${CLUSTER_TESTS:-FullyQualifiedName~Cluster}" \
  --logger "trx;LogFileName=Cluster.Tests.trx" --results-directory "$results" || status=1
if [ $status -ne 0 ]; then
  kubectl --kubeconfig "$PLAYBOOK_TEST_KUBECONFIG" get pods,executions --all-namespaces || true
  kubectl --kubeconfig "$PLAYBOOK_TEST_KUBECONFIG" --namespace playbook-system logs deployment/playbook-operator --tail=60 || true
fi
hack/count.sh "$results" $status
