#!/usr/bin/env bash
# fuzz.sh ARGS: throws generated and mutated inputs at the product's doors (--seed, --seconds, --target). A finding is made smaller, written to
# out/fuzz, and fails the run; --target NAME --replay FILE tries one again.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v dotnet >/dev/null || { echo "error: the .NET SDK is missing; install dotnet-sdk-10.0" >&2; exit 1; }
hack/install.sh postgresql
configuration=${CONFIGURATION:-Release}
dotnet build tests/Fuzz --configuration "$configuration" --verbosity quiet
exec dotnet "tests/Fuzz/bin/$configuration/net10.0/PlaybookOperator.Fuzz.dll" --findings out/fuzz "$@"
