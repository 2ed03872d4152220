#!/usr/bin/env bash
# kill9.sh NAMESPACE POD: ends the first container of a pod with SIGKILL, as a crash would. The pod restarts it.
# In an existing cluster, whose node cannot be reached, the pod is deleted without grace instead.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -eq 2 ] || fail "usage: kill9.sh NAMESPACE POD"
if [ -e "$CLUSTER_DIR/existing" ]; then
  kubectl --namespace "$1" delete pod "$2" --force --grace-period=0
  exit 0
fi
become_root "$@"
container=$(kubectl --namespace "$1" get pod "$2" -o 'jsonpath={.status.containerStatuses[0].containerID}')
pid=$(ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io tasks list | awk -v id="${container#containerd://}" '$1 == id { print $2 }')
[ -n "$pid" ] || fail "pod $1/$2 has no running container"
kill -9 "$pid"
say "killed the container of $1/$2 (process $pid)"
