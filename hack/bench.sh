#!/usr/bin/env bash
# Prints figures, each beside something run in the same minute on the same machine. Jobs are measured only if a cluster of ours is up
# with the operator deployed (make cluster-up image deploy).
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${CONFIGURATION:-Release}
iterations=${BENCH_ITERATIONS:-1000000}
jobs=${BENCH_JOBS:-100}
queued=${BENCH_QUEUED:-100000}
hack/install.sh postgresql jq
dotnet build tests/Benchmarks --configuration "$configuration" --verbosity quiet
bench="dotnet tests/Benchmarks/bin/$configuration/net10.0/PlaybookOperator.Benchmarks.dll"
playbook="dotnet tests/Benchmarks/bin/$configuration/net10.0/PlaybookOperator.Cli.dll"

echo "## Templates: evaluating and parsing beside Jinja2, nunjucks and liquidjs; ten conditions"
$bench templates --packages "$(eng/corpus/install.sh)"

echo
echo "## Event log: fsync, appends, ingest, pages at 10,000 events, commands a decision"
$bench event-log ${BENCH_ARGS:-}

echo
echo "## playbook run: a tenth and all of $iterations transforms in a pool, memory store, without and with an aggregate"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
none='collect: none'
sums='collect: aggregates, aggregate: {value: "{{ result }}"}'
# loop_of COUNT WORKERS COLLECT: a playbook of one loop that does next to nothing.
loop_of() {
  cat <<END
apiVersion: playbooks.dev/v1alpha1
kind: Playbook
metadata: {name: bench-$2-$1}
spec:
  workflow:
  - step: spin
    loop: {in: "{{ range($1) }}", iterator: i, mode: async, maxParallel: 8, workers: $2, $3}
    tool: {kind: transform, result: "{{ i * 2 }}"}
END
}
# seconds COUNT COLLECT: how long playbook run takes.
seconds() {
  loop_of "$1" pool "$2" >"$work/noop.yaml"
  $playbook run "$work/noop.yaml" --output json >"$work/noop.json"
  jq -r .duration_seconds "$work/noop.json"
}
for count in $((iterations / 10)) "$iterations"; do
  bare=$(seconds "$count" "$none")
  summed=$(seconds "$count" "$sums")
  awk -v n="$count" -v bare="$bare" -v summed="$summed" 'BEGIN {
    printf "%d iterations: %d/s (%.2f s); with an aggregate %d/s (%.2f s), %.0f ns a value\n", n, n / bare, bare, n / summed, summed, (summed - bare) / n * 1e9 }'
done

echo
echo "## playbook run --store beside the job queues on Postgres, $queued jobs that do nothing"
$bench queues "$(eng/queues/install.sh)" "$queued"

echo
echo "## $jobs bare Jobs beside $jobs iterations with workers: job"
: "${CLUSTER_DIR:=${XDG_STATE_HOME:-${HOME:-/root}/.local/state}/playbook-operator/cluster}"
export CLUSTER_DIR KUBECONFIG=$CLUSTER_DIR/kubeconfig
if ! kubectl --request-timeout=5s get deployment playbook-operator --namespace playbook-system >/dev/null 2>&1; then
  echo "not measured: no cluster with the operator is up (make cluster-up image deploy)"
  exit 0
fi
bare=$(hack/cluster/bare-jobs.sh "$jobs" | tail -n 1)
# The node is still clearing the bare ones away: that is not the loop's time.
kubectl wait --for=delete namespace --selector=app=bare-jobs --timeout=300s >/dev/null
kubectl create namespace playbook-bench >/dev/null 2>&1 || true
kubectl --namespace playbook-bench delete execution jobs --ignore-not-found >/dev/null
kubectl --namespace playbook-bench apply -f - >/dev/null <<END
apiVersion: playbooks.dev/v1alpha1
kind: Playbook
metadata: {name: jobs}
spec:
  workflow:
  - step: spin
    loop: {in: "{{ range($jobs) }}", iterator: i, mode: async, maxParallel: $jobs, workers: job}
    tool: {kind: noop}
END
started=$(date +%s.%N)
kubectl --namespace playbook-bench create -f - >/dev/null <<END
apiVersion: playbooks.dev/v1alpha1
kind: Execution
metadata: {name: jobs}
spec: {playbook: jobs}
END
kubectl --namespace playbook-bench wait --for=condition=Finished --timeout=600s execution/jobs >/dev/null
loop=$(awk -v s="$started" -v n="$(date +%s.%N)" 'BEGIN { printf "%.1f", n - s }')
kubectl --namespace playbook-bench get execution jobs
echo "bare Jobs $bare s, iterations $loop s, ratio $(awk -v a="$loop" -v b="$bare" 'BEGIN { printf "%.2f", a / b }')"

echo
echo "## $iterations iterations with workers: pool and an aggregate on the cluster, beside 200 with workers: job"
# rate COUNT WORKERS COLLECT: iterations a second, by the Execution's own times in the database.
rate() {
  loop_of "$1" "$2" "$3" | kubectl --namespace playbook-bench apply -f - >/dev/null
  kubectl --namespace playbook-bench delete execution "rate-$2" --ignore-not-found >/dev/null
  kubectl --namespace playbook-bench create -f - >/dev/null <<END
apiVersion: playbooks.dev/v1alpha1
kind: Execution
metadata: {name: rate-$2}
spec: {playbook: bench-$2-$1}
END
  kubectl --namespace playbook-bench wait --for=condition=Finished --timeout=900s "execution/rate-$2" >/dev/null
  kubectl --namespace playbook-system exec playbook-operator-postgres-0 -- psql -U playbook -d playbook -Atc \
    "SELECT round($1 / extract(epoch FROM ended_at - started_at), 1) FROM execution WHERE uid = '$(kubectl --namespace playbook-bench get execution "rate-$2" -o jsonpath='{.metadata.uid}')'"
}
byjob=$(rate 200 job "$none")
bypool=$(rate "$iterations" pool "$sums")
kubectl --namespace playbook-bench get executions
echo "pool $bypool iterations/s, job $byjob iterations/s, ratio $(awk -v a="$bypool" -v b="$byjob" 'BEGIN { printf "%.0f", a / b }')"
kubectl delete namespace playbook-bench --wait=false >/dev/null
