#!/bin/sh
# Asks the references again: Debian's python3-jinja2 and liquidjs from npm (kept in the user's cache). The tests need neither.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
/usr/bin/python3 -c 'import jinja2' 2>/dev/null || { echo "python3-jinja2 is missing: apt-get install python3-jinja2" >&2; exit 1; }
/usr/bin/python3 "$here/jinja2_reference.py"
command -v npm >/dev/null || { echo "npm is missing: the Liquid corpus stays as it is" >&2; exit 1; }
cache="${XDG_CACHE_HOME:-$HOME/.cache}/playbook-operator/templates-npm"
mkdir -p "$cache"
[ -d "$cache/node_modules/liquidjs" ] || npm install --prefix "$cache" --no-audit --no-fund liquidjs >/dev/null
node "$here/liquid_reference.mjs" "$cache"
