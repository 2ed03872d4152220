#!/usr/bin/env bash
# Asks the references again and writes their answers into tests/Core.Tests/Templates/Corpus. The tests need neither.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=$("$here/install.sh")
/usr/bin/python3 "$here/jinja2_reference.py"
node "$here/liquid_reference.mjs" "$packages"
