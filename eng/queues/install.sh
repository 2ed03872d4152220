#!/usr/bin/env bash
# Installs the job queues on Postgres that the benchmark compares with, from npm in fixed versions, into out/queues, whose path is printed.
# The newest that Node.js 20 runs.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
{
  command -v node >/dev/null && command -v npm >/dev/null || "$root/hack/install.sh" nodejs npm
  mkdir -p "$root/out/queues"
  npm install --prefix "$root/out/queues" --no-save --no-package-lock --no-audit --no-fund graphile-worker@0.17.3 pg-boss@10.4.2
  cp "$root"/eng/queues/*.mjs "$root/out/queues"
} >&2
echo "$root/out/queues"
