#!/usr/bin/env bash
# Publishes the three programs, self-contained for this machine's kind: bin/playbook, bin/operator, bin/worker.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v dotnet >/dev/null || { echo "error: the .NET SDK is missing; install dotnet-sdk-10.0" >&2; exit 1; }
mkdir -p bin out
publish() {
  local project=$1 program=$2 output=out/publish/$2
  rm -rf "$output"
  # Lock files are left alone: a publish for one runtime would add a section to them.
  dotnet publish "src/$project/$project.csproj" --configuration Release --runtime linux-x64 --self-contained --verbosity quiet \
    -p:PublishTrimmed=true -p:PublishReadyToRun=true -p:PublishSingleFile=true -p:DebugType=none \
    -p:RestorePackagesWithLockFile=false -p:RestoreLockedMode=false -p:NuGetLockFilePath="$PWD/out/no-lock-file.json" \
    --artifacts-path "out/artifacts/$program" --output "$output"
  cp "$output/PlaybookOperator.$project" "bin/$program"
  echo "bin/$program $(du -h "bin/$program" | cut -f1)"
}
publish Cli playbook
ln -sf playbook bin/kubectl-playbook
publish Operator operator
publish Worker worker
