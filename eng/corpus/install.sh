#!/usr/bin/env bash
# Installs the engines that the corpora and the benchmark compare with: Jinja2 from Debian; nunjucks and liquidjs from npm, in fixed
# versions, into out/references, whose path is printed. The tests need none of them.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
{
  "$root/hack/install.sh" python3-jinja2
  command -v node >/dev/null && command -v npm >/dev/null || "$root/hack/install.sh" nodejs npm
  mkdir -p "$root/out/references"
  npm install --prefix "$root/out/references" --no-save --no-package-lock --no-audit --no-fund nunjucks@3.2.4 liquidjs@10.30.1
} >&2
echo "$root/out/references"
