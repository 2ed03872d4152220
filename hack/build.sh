#!/usr/bin/env bash
# build.sh [PROGRAM...]: publishes playbook, operator and worker, or those named, self-contained for this machine's kind, as bin/PROGRAM.
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
[ $# -gt 0 ] || set -- playbook operator worker
for program in "$@"; do
  case $program in
    playbook)
      publish Cli playbook
      ln -sf playbook bin/kubectl-playbook
      ;;
    operator) publish Operator operator ;;
    worker) publish Worker worker ;;
    *) echo "error: no program named $program; there are: playbook operator worker" >&2; exit 2 ;;
  esac
done
