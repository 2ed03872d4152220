#!/usr/bin/env bash
# Applies each patch of eng/mutations, a plausible bug of the core, to a copy of this commit and expects the simulation to find it.
# Fails when a bug survives, and when a patch no longer applies or no longer builds. A simulation that does not end proves nothing.
# MUTANT_RUNS: runs of the simulation for each; MUTANT_SECONDS: for all of them, at most.
# Arguments: names of patches (all without).
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${MUTANT_RUNS:-20000}
seconds=${MUTANT_SECONDS:-1200}
copy=$(mktemp -d)
trap 'git worktree remove --force "$copy" >/dev/null 2>&1 || true; rm -rf "$copy"' EXIT
git worktree add --quiet --detach "$copy" HEAD
patches=("${@/%/.patch}")
[ $# -gt 0 ] && patches=("${patches[@]/#/eng/mutations/}") || patches=(eng/mutations/*.patch)

simulate() {
  SIMULATION_RUNS=$runs SIMULATION_SEED='' timeout "$seconds" \
    dotnet exec "$copy/tests/Core.Tests/bin/Release/net10.0/PlaybookOperator.Core.Tests.dll" -method '*.SimulationTests.Every_law*' >"$copy/simulation.log" 2>&1
}

build() {
  timeout 600 dotnet build "$copy/tests/Core.Tests" --configuration Release --verbosity quiet -m:1 -p:TreatWarningsAsErrors=false >"$copy/build.log" 2>&1
}

build || { cat "$copy/build.log"; exit 1; }
if ! simulate; then
  echo "error: the simulation is red without any bug" >&2
  tail -40 "$copy/simulation.log" >&2
  exit 1
fi

survivors=0
printf '%-32s %-10s %s\n' bug result 'law that found it'
for patch in "${patches[@]}"; do
  name=$(basename "$patch" .patch)
  law=
  code=0
  if ! git -C "$copy" apply "$PWD/$patch" 2>/dev/null; then
    result='no patch'
  elif ! build; then
    result='no build'
  elif simulate || { code=$?; false; }; then
    result=survived
  elif [ "$code" -eq 124 ]; then
    result='no end'
  else
    result=found
    law=$(grep -oE 'seed [0-9]+: .{1,90}' "$copy/simulation.log" | head -1 || true)
    law=${law:-$(grep -oE '[A-Za-z.]+Exception.{0,70}' "$copy/simulation.log" | head -1 || true)}
  fi
  [ "$result" = found ] || survivors=$((survivors + 1))
  printf '%-32s %-10s %s\n' "$name" "$result" "$law"
  git -C "$copy" checkout --quiet -- .
done
echo "$((${#patches[@]} - survivors)) found, $survivors not"
[ "$survivors" -eq 0 ]
