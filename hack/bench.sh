#!/usr/bin/env bash
# Prints figures, each beside something run in the same minute on the same machine. What needs a cluster is measured only if one of ours is up
# with the operator deployed (make cluster-up image deploy).
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${CONFIGURATION:-Release}
iterations=${BENCH_ITERATIONS:-1000000}
queued=${BENCH_QUEUED:-300000}
# A goal that is missed fails the run, after everything has been measured.
missed=0
hack/install.sh postgresql jq
dotnet build tests/Benchmarks --configuration "$configuration" --verbosity quiet
bench="dotnet tests/Benchmarks/bin/$configuration/net10.0/PlaybookOperator.Benchmarks.dll"
# As users have it: a program that is compiled already.
hack/build.sh playbook
playbook=bin/playbook

echo "## Templates: evaluating and parsing beside Jinja2, nunjucks and liquidjs; ten conditions"
$bench templates --packages "$(eng/corpus/install.sh)"

echo
echo "## Caches: a hit beside the framework's MemoryCache and a bare dictionary, at one and two threads"
$bench caching

echo
echo "## Caches: a hit in query_result beside the read that it saves, in the operator and as a worker sees it"
$bench query-cache || missed=1

echo
echo "## Caches: memory of 1,000 executions in execution_state"
$bench states || missed=1

echo
echo "## Event log: fsync, appends, ingest, pages at 10,000 events, commands a decision"
$bench event-log ${BENCH_ARGS:-}

echo
echo "## Loading: commands and bytes until a step works that names 2 of 10 earlier results, by strategy"
$bench inputs

echo
echo "## playbook run: a tenth and all of $iterations transforms in a pool, memory store, without and with an aggregate; medians of three, in turn"
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
median() { printf '%s\n' "$@" | sort -n | sed -n 2p; }
for count in $((iterations / 10)) "$iterations"; do
  without_sums=() with_sums=()
  for _ in 1 2 3; do
    without_sums+=("$(seconds "$count" "$none")")
    with_sums+=("$(seconds "$count" "$sums")")
  done
  bare=$(median "${without_sums[@]}")
  summed=$(median "${with_sums[@]}")
  awk -v n="$count" -v bare="$bare" -v summed="$summed" 'BEGIN {
    printf "%d iterations: %d/s (%.2f s); with an aggregate %d/s (%.2f s), %.0f ns a value\n", n, n / bare, bare, n / summed, summed, (summed - bare) / n * 1e9 }'
done

echo
echo "## 1,000 executions of 20 iterations (pool) in one process, alone and beside a giant"
$bench fairness || missed=1

echo
echo "## playbook run --store beside the job queues on Postgres, $queued jobs that do nothing"
$bench queues "$(eng/queues/install.sh)" "$queued" $playbook

echo
hack/bench-cluster.sh
exit $missed
