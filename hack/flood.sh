#!/usr/bin/env bash
# How much a flood of invalid tokens delays an Execution. Prints the time of an Execution without work, from kubectl create to the condition
# Finished: the median of five undisturbed ones, and that of one during a flood of /worker/v1/session and one of /api; and what the flood was answered.
# usage: hack/flood.sh [URL] [COUNT]   URL of the operator (http://127.0.0.1:8082), calls in each flood (4000; at most 20000)
# Works in namespace FLOOD_NAMESPACE (default), with kubectl as it is configured.
set -euo pipefail

url=${1:-http://127.0.0.1:8082}
count=${2:-4000}
(( count <= 20000 )) || { echo "At most 20000 calls." >&2; exit 2; }
namespace=${FLOOD_NAMESPACE:-default}
runs=5
# A program of curl has at most 300 calls under way.
clients=8
work=$(mktemp -d)
trap 'kubectl -n "$namespace" delete playbook,execution -l app=flood --wait=false >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

# The claims of a pod's token, unsigned: what has not even those is refused without a review.
claims=$(printf '{"aud":["playbooks.dev/worker"],"kubernetes.io":{"namespace":"flood","pod":{"name":"flood-abcde"}}}' | base64 -w0 | tr '+/' '-_' | tr -d '=')

calls() {
  for (( i = $2; i < count; i += clients )); do
    case $1 in
      session) printf 'next\nurl = "%s/worker/v1/session"\nheader = "Content-Type: application/json"\ndata = "{\\"token\\":\\"e30.%s.c%07d\\"}"\n' "$url" "$claims" "$i" ;;
      api) printf 'next\nurl = "%s/api/executions/1"\nheader = "Authorization: Bearer flood-%d"\n' "$url" "$i" ;;
    esac
    printf 'output = /dev/null\nwrite-out = "%%{http_code}\\n"\nsilent\n'
  done | tail -n +2
}

now() { date +%s%N; }

# Milliseconds of one Execution.
execution() {
  local name start
  start=$(now)
  name=$(kubectl -n "$namespace" create -o name -f - <<YAML
apiVersion: playbooks.dev/v1alpha1
kind: Execution
metadata: {generateName: flood-, labels: {app: flood}}
spec: {playbook: flood}
YAML
)
  kubectl -n "$namespace" wait --for=condition=Finished --timeout=180s "$name" >/dev/null
  echo $(( ($(now) - start) / 1000000 ))
}

median() { sort -n | sed -n "$(( (runs + 1) / 2 ))p"; }

measure() { for (( run = 0; run < runs; run++ )); do execution; done | median; }

kubectl -n "$namespace" apply -f - >/dev/null <<YAML
apiVersion: playbooks.dev/v1alpha1
kind: Playbook
metadata: {name: flood, labels: {app: flood}}
spec: {workflow: [{step: only, tool: {kind: noop}}]}
YAML
execution >/dev/null
undisturbed=$(measure)
echo "undisturbed: $undisturbed ms"
for kind in session api; do
  flood=()
  for (( client = 0; client < clients; client++ )); do calls "$kind" "$client" > "$work/$kind.$client"; done
  for (( client = 0; client < clients; client++ )); do
    curl --no-buffer --parallel --parallel-max 300 --config "$work/$kind.$client" > "$work/$kind.$client.answers" 2>/dev/null &
    flood+=($!)
  done
  sleep 1
  first=$(execution)
  wait "${flood[@]}" || true
  echo "flood of $kind: $first ms, $(( first * 100 / undisturbed )) % ($(sort "$work/$kind".*.answers | uniq -c | awk '{printf "%s%s times %s", sep, $1, $2; sep = ", "}'))"
done
