#!/usr/bin/env bash
# Runs the scenario here: the sample API on a free loopback port, the playbook over it, and what happened.
# Usage: run.sh PLAYBOOK_DLL SAMPLE_API_DLL
set -euo pipefail
cd "$(dirname "$0")/.."
playbook=$1
sample_api=$2
work=$(mktemp -d)
api=
stop() {
  if [ -n "$api" ]; then kill "$api" 2>/dev/null || true; wait "$api" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT

dotnet "$sample_api" --urls http://127.0.0.1:0 >"$work/api.log" 2>&1 &
api=$!
port=
for _ in $(seq 1 300); do
  port=$(sed -n 's/.*Now listening on: http:\/\/127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/api.log" | head -n 1)
  [ -n "$port" ] && break
  kill -0 "$api" 2>/dev/null || { echo "The sample API did not start:" >&2; cat "$work/api.log" >&2; exit 1; }
  sleep 0.1
done
[ -n "$port" ] || { echo "The sample API does not listen after 30 s:" >&2; cat "$work/api.log" >&2; exit 1; }

dotnet "$playbook" run config/samples/loop-with-pagination-no-sink.yaml --secret "PAGINATED_API_URL=http://127.0.0.1:$port" | tee "$work/summary.txt"

# The API's own log of requests, asked for with nothing but the shell.
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /requests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
requests=$(grep -o '"path":"/api/v1/' <&3 | wc -l)
exec 3>&-
items=$(sed -n 's/.*"items": *\([0-9]*\).*/\1/p' "$work/summary.txt")
iterations=$(sed -n 's/.*fetch_all_endpoints \([0-9]*\)\/.*/\1/p' "$work/summary.txt")
echo "$requests requests, $items items, $iterations iterations"
[ "$requests $items $iterations" = "7 70 2" ] || { echo "Expected: 7 requests, 70 items, 2 iterations" >&2; exit 1; }
