#!/usr/bin/env bash
# faults.sh [ITERATIONS]: a loop with a pool on our own cluster, first undisturbed, then while everything around it breaks: a worker is killed every
# five seconds and one is frozen past its lease, the operator is killed twice, the database and the API server restart once. Prints both times and fails
# unless each iteration has exactly one end. Needs make cluster-up image deploy.
source "$(dirname "${BASH_SOURCE[0]}")/cluster/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/cluster/processes.sh"
source "$(dirname "${BASH_SOURCE[0]}")/cluster/control-plane.sh"
become_root "$@"
cd "$REPOSITORY"

iterations=${1:-100000}
namespace=playbook-faults
export KUBECONFIG=$CLUSTER_DIR/kubeconfig
# kubectl fails while the API server is away: what asks again asks through this.
ask() { kubectl --request-timeout=5s "$@" 2>/dev/null || true; }
sql() { ask --namespace playbook-system exec playbook-operator-postgres-0 -- psql -U playbook -d playbook -Atc "$1"; }
ended() { local n; n=$(ask --namespace $namespace get execution "$1" -o 'jsonpath={.status.progress.succeeded}'); echo "${n:-0}"; }
is_finished() { [ "$(ask --namespace $namespace get execution "$1" -o 'jsonpath={.status.conditions[?(@.type=="Finished")].status}')" = True ]; }
operator() { ask --namespace playbook-system get pods -l app.kubernetes.io/component=operator -o 'jsonpath={.items[0].metadata.name}'; }
workers() { ask --namespace $namespace get pods --field-selector status.phase=Running -o 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}'; }

begin() {
  kubectl --namespace $namespace apply -f - >/dev/null <<END
apiVersion: playbooks.dev/v1alpha1
kind: Playbook
metadata: {name: faults}
spec:
  workflow:
  - step: work
    loop: {in: "{{ range($iterations) }}", iterator: i, mode: async, maxParallel: 4, poolSize: 4, workers: pool, collect: none}
    tool: {kind: shell, cmds: "sleep 0.01"}
END
  kubectl --namespace $namespace create -f - >/dev/null <<END
apiVersion: playbooks.dev/v1alpha1
kind: Execution
metadata: {name: $1}
spec: {playbook: faults}
END
}

# The process of a worker's container.
worker_process() {
  local container
  container=$(ask --namespace $namespace get pod "$1" -o 'jsonpath={.status.containerStatuses[0].containerID}')
  ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io tasks list | awk -v id="${container#containerd://}" '$1 == id { print $2 }'
}

kill_worker() {
  local pod pid
  pod=$(workers | shuf -n 1)
  [ -n "$pod" ] || return 0
  pid=$(worker_process "$pod")
  if [ -n "$pid" ] && kill -9 "$pid" 2>/dev/null; then killed=$((killed + 1)); fi
}

freeze_worker() {
  local pod pid
  pod=$(workers | head -n 1)
  pid=$(worker_process "$pod")
  [ -n "$pid" ] || return 0
  say "worker $pod is frozen for 15 s"
  kill -STOP "$pid"
  (sleep 15; kill -CONT "$pid" 2>/dev/null || true) &
}

restart_api_server() {
  say "the API server restarts"
  stop kube-apiserver 10
  start_api_server
}

# What is due at which share of the loop; each once.
disturb() {
  local done_now share
  done_now=$(ended "$1")
  share=$((100 * done_now / iterations))
  if [ $share -ge 10 ] && [ -z "${froze:-}" ]; then froze=yes; freeze_worker; fi
  if [ $share -ge 20 ] && [ -z "${first:-}" ]; then first=yes; hack/cluster/kill9.sh playbook-system "$(operator)" || true; fi
  if [ $share -ge 40 ] && [ -z "${database:-}" ]; then database=yes; hack/cluster/kill9.sh playbook-system playbook-operator-postgres-0 || true; fi
  if [ $share -ge 55 ] && [ -z "${server:-}" ]; then server=yes; restart_api_server; fi
  if [ $share -ge 70 ] && [ -z "${second:-}" ]; then second=yes; hack/cluster/kill9.sh playbook-system "$(operator)" || true; fi
}

# exact NAME: prints the figures of a finished execution; fails unless each iteration ended once and with success.
exact() {
  local id figures
  id=$(kubectl --namespace $namespace get execution "$1" -o 'jsonpath={.status.executionId}')
  figures=$(sql "SELECT count(*) FILTER (WHERE event_type = 'iteration.completed'), count(DISTINCT iteration_index) FILTER (WHERE event_type = 'iteration.completed'), count(*) FILTER (WHERE event_type = 'iteration.failed') FROM event WHERE execution_id = $id")
  seconds=$(sql "SELECT round(extract(epoch FROM ended_at - started_at), 1) FROM execution WHERE id = $id")
  echo "$1: $seconds s, completed|distinct|failed = $figures, phase $(ask --namespace $namespace get execution "$1" -o 'jsonpath={.status.phase}')"
  [ "$figures" = "$iterations|$iterations|0" ]
}

[ ! -e "$CLUSTER_DIR/existing" ] || fail "faults are for the cluster of make cluster-up: parts of it are killed"
kubectl --request-timeout=5s --namespace playbook-system get deployment playbook-operator >/dev/null 2>&1 ||
  fail "no cluster with the operator is up (make cluster-up image deploy)"
kubectl create namespace $namespace >/dev/null 2>&1 || true
kubectl --namespace $namespace delete execution --all >/dev/null
status=0
begin undisturbed
while ! is_finished undisturbed; do sleep 1; done
exact undisturbed || status=1
calm=$seconds

killed=0
begin disturbed
while ! is_finished disturbed; do
  sleep 5
  disturb disturbed
  kill_worker
done
exact disturbed || status=1
echo "$killed workers killed; ratio of the times $(awk -v a="$seconds" -v b="$calm" 'BEGIN { printf "%.2f", a / b }')"
echo "Jobs left: $(ask --namespace $namespace get jobs -o name | wc -l), pool rows left: $(sql 'SELECT count(*) FROM pool')"
kubectl delete namespace $namespace --wait=false >/dev/null
exit $status
