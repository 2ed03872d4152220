#!/usr/bin/env bash
# bench-cluster.sh [SECTION...]: figures of the operator on our own cluster (make cluster-up image deploy); all sections without a word:
# jobs, pool, latency, again, beside.
source "$(dirname "${BASH_SOURCE[0]}")/cluster/lib.sh"
cd "$REPOSITORY"
iterations=${BENCH_ITERATIONS:-1000000}
jobs=${BENCH_JOBS:-100}
small=${BENCH_SMALL:-200}
namespace=playbook-bench
if ! kubectl --request-timeout=5s get deployment playbook-operator --namespace playbook-system >/dev/null 2>&1; then
  echo "## On a cluster: not measured, none with the operator is up (make cluster-up image deploy)"
  exit 0
fi

k() { kubectl --namespace $namespace "$@"; }
sql() { kubectl --namespace playbook-system exec playbook-operator-postgres-0 -- psql -U playbook -d playbook -Atc "$1"; }
# since SECONDS: how long ago that was.
since() { awk -v s="$1" -v n="$(date +%s.%N)" 'BEGIN { printf "%.1f", n - s }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# playbook NAME LOOP TOOL
playbook() {
  k apply -f - >/dev/null <<END
apiVersion: playbooks.dev/v1alpha1
kind: Playbook
metadata: {name: $1}
spec:
  limits: {maxIterations: $((20 * iterations)), maxEvents: $((30 * iterations))}
  workflow:
  - step: spin
    loop: $2
    tool: $3
END
}

# execution NAME PLAYBOOK: its manifest.
execution() {
  printf -- '---\napiVersion: playbooks.dev/v1alpha1\nkind: Execution\nmetadata: {name: %s, labels: {bench: %s}}\nspec: {playbook: %s}\n' "$1" "$2" "$2"
}
begin() { execution "$1" "$2" | k create -f - >/dev/null; }
finished() { k wait --for=condition=Finished --timeout=900s "$@" >/dev/null; }
# gone KIND...: waits until none is left.
gone() { while [ -n "$(k get "$@" -o name)" ]; do sleep 0.5; done; }
id_of() { k get execution "$1" -o 'jsonpath={.status.executionId}'; }
# rate NAME COUNT: iterations a second, by the execution's own times.
rate() { sql "SELECT round($2 / extract(epoch FROM ended_at - started_at), 1) FROM execution WHERE id = $(id_of "$1")"; }
operator_rss() {
  kubectl get --raw "/api/v1/namespaces/playbook-system/services/playbook-operator:8082/proxy/metrics" |
    awk '$1 == "playbook_memory_bytes" { printf "%.0f", $2 / 1048576 }'
}

measure_jobs() {
  echo "## $jobs bare Jobs beside $jobs iterations with workers: job"
  local bare loop started
  bare=$(hack/cluster/bare-jobs.sh "$jobs" | tail -n 1)
  # The node is still clearing the bare ones away: that is not the loop's time.
  kubectl wait --for=delete namespace --selector=app=bare-jobs --timeout=300s >/dev/null
  playbook jobs "{in: \"{{ range($jobs) }}\", iterator: i, mode: async, maxParallel: $jobs, workers: job}" '{kind: noop}'
  started=$(date +%s.%N)
  begin jobs jobs
  finished execution/jobs
  loop=$(since "$started")
  k get execution jobs
  echo "bare Jobs $bare s, iterations $loop s, ratio $(ratio "$loop" "$bare")"
}

measure_pool() {
  echo "## 10,000, 100,000 and $iterations iterations with workers: pool and an aggregate, beside 200 with workers: job"
  local count byjob early
  playbook rate-job '{in: "{{ range(200) }}", iterator: i, mode: async, maxParallel: 8, workers: job, collect: none}' '{kind: transform, result: "{{ i * 2 }}"}'
  begin rate-job rate-job
  finished execution/rate-job
  byjob=$(rate rate-job 200)
  echo "job, 200 iterations: $byjob/s"
  for count in 10000 100000 "$iterations"; do
    playbook "pool-$count" "{in: \"{{ range($count) }}\", iterator: i, mode: async, maxParallel: 8, workers: pool, collect: aggregates, aggregate: {value: \"{{ result }}\"}}" \
      '{kind: transform, result: "{{ i * 2 }}"}'
    begin "pool-$count" "pool-$count"
    # At a tenth of the way, then at the end: what grows with a loop grows in between.
    until [ "$(k get execution "pool-$count" -o 'jsonpath={.status.progress.succeeded}')" -ge $((count / 10)) ] 2>/dev/null; do sleep 0.2; done
    early=$(operator_rss)
    finished "execution/pool-$count"
    echo "pool, $count iterations: $(rate "pool-$count" "$count")/s, $(ratio "$(rate "pool-$count" "$count")" "$byjob") times the Jobs; operator $early MiB soon after a tenth, $(operator_rss) MiB at the end," \
      "status $(k get execution "pool-$count" -o 'jsonpath={.status}' | wc -c) bytes"
  done
}

measure_latency() {
  echo "## From a result to the next start, loops that are far from busy"
  # Each says when it began and when it ended, by the machine's clock, to 10 ms.
  playbook latency-pool '{in: "{{ range(500) }}", iterator: i, workers: pool}' '{kind: shell, cmds: "read t x </proc/uptime; echo $t; sleep 0.05; read t x </proc/uptime; echo $t"}'
  playbook latency-job '{in: "{{ range(20) }}", iterator: i, workers: job, collect: none}' '{kind: noop}'
  begin latency-pool latency-pool
  finished execution/latency-pool
  begin latency-job latency-job
  finished execution/latency-job
  echo "pool, one after the other: p95 $(sql "SELECT round((percentile_cont(0.95) WITHIN GROUP (ORDER BY gap * 1000))::numeric)
    FROM (SELECT split_part(result->>'stdout', chr(10), 1)::float8 - lag(split_part(result->>'stdout', chr(10), 2)::float8) OVER (ORDER BY iteration_index) AS gap
      FROM event WHERE execution_id = $(id_of latency-pool) AND event_type = 'iteration.completed') AS steps WHERE gap IS NOT NULL") ms, the shell's start within"
  echo "Jobs, one after the other: p95 $(sql "SELECT round((percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM started - ended) * 1000))::numeric, 1)
    FROM (SELECT event_type, created_at AS started, lag(created_at) OVER (ORDER BY event_id) AS ended FROM event
      WHERE execution_id = $(id_of latency-job) AND event_type IN ('iteration.started', 'iteration.completed')) AS steps
    WHERE event_type = 'iteration.started' AND ended IS NOT NULL") ms to the decision"
}

measure_again() {
  echo "## Ten times 10,000 iterations, one after the other"
  local run second
  playbook again '{in: "{{ range(10000) }}", iterator: i, mode: async, maxParallel: 8, workers: pool, collect: none}' '{kind: transform, result: "{{ i * 2 }}"}'
  for run in $(seq 10); do
    begin "again-$run" again
    finished "execution/again-$run"
    if [ "$run" -eq 2 ]; then second=$(operator_rss); fi
  done
  gone jobs,pods
  echo "operator $second MiB after run 2, $(operator_rss) MiB after run 10, ratio $(ratio "$(operator_rss)" "$second"); Jobs and pods left: 0; pool rows left: $(sql 'SELECT count(*) FROM pool')"
}

# small_ones LABEL PODS: so many small executions at once; prints the p95 of their time from creation to end. PODS others are there before and after.
small_ones() {
  local i started
  for i in $(seq "$small"); do execution "$1-$i" small; done >"$manifests"
  started=$(date +%s.%N)
  k create -f "$manifests" >/dev/null
  finished execution -l bench=small
  sql "SELECT round((percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - created_at)))::numeric, 1)
    FROM execution WHERE namespace = '$namespace' AND name LIKE '$1-%' AND created_at > to_timestamp($started) - interval '2 s'"
  k delete execution -l bench=small >/dev/null
  while [ "$(k get pods -o name | wc -l)" -gt "$2" ]; do sleep 0.5; done
}

measure_beside() {
  echo "## $small executions of 20 iterations (pool), alone and beside one with $((20 * iterations))"
  local alone beside
  manifests=$(mktemp)
  playbook small '{in: "{{ range(20) }}", iterator: i, mode: async, maxParallel: 2, poolSize: 1, workers: pool, collect: none}' '{kind: noop}'
  playbook giant "{in: \"{{ range($((20 * iterations))) }}\", iterator: i, mode: async, maxParallel: 8, poolSize: 1, workers: pool, collect: none}" '{kind: noop}'
  alone=$(small_ones alone 0)
  begin giant giant
  until [ "$(k get execution giant -o 'jsonpath={.status.progress.succeeded}')" -gt 0 ] 2>/dev/null; do sleep 0.5; done
  beside=$(small_ones beside 1)
  k get execution giant
  [ "$(k get execution giant -o 'jsonpath={.status.phase}')" = Running ] || { echo "NO: the giant has ended, so the others were not beside it all the time"; return 1; }
  k delete execution giant >/dev/null
  rm -f "$manifests"
  echo "p95 alone $alone s, beside the giant $beside s, ratio $(ratio "$beside" "$alone") (at most 2 is promised)"
}

# A former run's may still be going.
kubectl wait --for=delete namespace --field-selector="metadata.name=$namespace,status.phase=Terminating" --timeout=300s >/dev/null 2>&1 || true
kubectl create namespace $namespace >/dev/null 2>&1 || true
k delete executions --all >/dev/null
for section in "${@:-jobs pool latency again beside}"; do
  for one in $section; do
    "measure_$one"
    echo
  done
done
kubectl delete namespace $namespace --wait=false >/dev/null
