#!/usr/bin/env bash
# Runs every test project but Cluster.Tests, one after the other, against real servers that the tests start themselves.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v dotnet >/dev/null || { echo "error: the .NET SDK is missing; install dotnet-sdk-10.0" >&2; exit 1; }
hack/install.sh postgresql prometheus chromium
configuration=${CONFIGURATION:-Release}
results=$PWD/out/test
rm -rf "$results"
mkdir -p "$results"
dotnet build Operator.sln --configuration "$configuration" --verbosity quiet
status=0
for project in tests/*.Tests; do
  name=$(basename "$project")
  [ "$name" = Cluster.Tests ] && continue
  echo "$name"
  dotnet test "$project" --no-build --configuration "$configuration" --verbosity quiet --nologo \
    --logger "trx;LogFileName=$name.trx" --results-directory "$results" || status=1
done
CONFIGURATION=$configuration hack/run.sh "src/Cli/bin/$configuration/net10.0/PlaybookOperator.Cli.dll" \
  "tests/SampleApi/bin/$configuration/net10.0/PlaybookOperator.SampleApi.dll" || status=1
hack/count.sh "$results" $status
