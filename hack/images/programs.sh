#!/usr/bin/env bash
# Publishes the programs for containers and packs each as an image: operator, worker, sample-api (or those named).
source "$(dirname "${BASH_SOURCE[0]}")/../cluster/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/archive.sh"

IMAGES=$CACHE_DIR/images
# Build output of its own: a publish for one runtime must not disturb the checkout's obj folders and lock files.
ARTIFACTS=$CACHE_DIR/publish
NEEDED="gcc libc6-dev busybox-static jq openssl libssl3 libgssapi-krb5-2 ca-certificates tar libc-bin"

project_of() {
  case $1 in
    operator) echo src/Operator/Operator.csproj ;;
    worker) echo src/Worker/Worker.csproj ;;
    sample-api) echo tests/SampleApi/SampleApi.csproj ;;
    *) fail "no image named $1; there are: operator worker sample-api" ;;
  esac
}

# What the program is made of: a hash of its sources and tools. The same again needs no second build; times would
# mislead where several checkouts share the cache.
source_of() {
  local folders="src"
  [ "$1" = worker ] && folders="src/Core src/Tools src/Worker"
  [ "$1" = sample-api ] && folders="tests/SampleApi"
  (
    cd "$REPOSITORY"
    dotnet --version
    # shellcheck disable=SC2086 # a list of folders
    find $folders eng hack/images Directory.*.props global.json -type f -not -path '*/obj/*' -not -path '*/bin/*' -print0 \
      | sort -z | xargs -0 sha256sum
  ) | sha256sum | cut -d' ' -f1
}

is_fresh() {
  [ -e "$IMAGES/playbook-$1.tar" ] && [ "$(cat "$IMAGES/playbook-$1.source" 2>/dev/null)" = "$2" ]
}

# A worker may live for a single call, of which the start of the runtime was the greater part: it is compiled to native code. The others live long.
compiled() {
  if [ "$1" = worker ]; then
    echo -p:PublishAot=true -p:CppCompilerAndLinker=gcc -p:OptimizationPreference=Speed
  else
    echo --self-contained -p:PublishTrimmed=true -p:PublishReadyToRun=true -p:PublishSingleFile=true
  fi
}

publish() {
  local name=$1 output=$2 log=$ARTIFACTS/$1.log
  mkdir -p "$ARTIFACTS"
  rm -rf "$output"
  # shellcheck disable=SC2046 # a list of options
  dotnet publish "$REPOSITORY/$(project_of "$name")" --configuration Release --runtime linux-x64 $(compiled "$name") -p:DebugType=none \
    -p:RestorePackagesWithLockFile=false -p:RestoreLockedMode=false -p:NuGetLockFilePath="$ARTIFACTS/no-lock-file.json" \
    --artifacts-path "$ARTIFACTS/$name" --output "$output" \
    -p:UseSharedCompilation=false -nodeReuse:false >"$log" 2>&1 \
    || { tail -20 "$log" >&2; fail "publishing $name failed (see $log)"; }
}

# The shell tool runs commands in the worker's pod: one small static program is all of its shell and its commands.
add_shell() {
  local root=$1 tool
  cp /bin/busybox "$root/bin/busybox"
  for tool in $(/bin/busybox --list); do [ -e "$root/bin/$tool" ] || ln -s busybox "$root/bin/$tool"; done
}

# The program is whichever file of the output carries the project's assembly name and may be executed.
program_in() { find "$1" -maxdepth 1 -type f -name 'PlaybookOperator.*' -executable -print -quit; }

pack_program() {
  local name=$1 output=$work/$1-output root=$work/$1 program source
  source=$(source_of "$name")
  if is_fresh "$name" "$source"; then
    say "playbook-$name:dev is up to date"
    return 0
  fi
  publish "$name" "$output"
  rm -f "$output"/*.dbg
  program=$(program_in "$output")
  [ -n "$program" ] || fail "publishing $name made no program"
  mv "$program" "$output/$name"
  new_root "$root"
  mkdir "$root/app"
  cp -r "$output/." "$root/app/"
  add_certificates "$root"
  add_libraries "$root" "$root/app/$name" "$root"/app/*.so
  # Opened by name: TLS, and the Kerberos library that the database client asks for before it falls back.
  add_named_libraries "$root" libssl.so.3 libcrypto.so.3 libgssapi_krb5.so.2
  [ "$name" != worker ] || add_shell "$root"
  pack "playbook-$name:dev" "$root" "$(settings "$name")" "$IMAGES/playbook-$name.tar"
  echo "$source" >"$IMAGES/playbook-$name.source"
  say "playbook-$name:dev $(du -h "$IMAGES/playbook-$name.tar" | cut -f1), program $(du -h "$root/app/$name" | cut -f1)"
}

settings() {
  jq -cn --arg program "/app/$1" '{User: "65532:65532", WorkingDir: "/app", Entrypoint: [$program], ExposedPorts: {},
    Env: ["PATH=/app:/bin", "HOME=/home/nonroot", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
      "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "DOTNET_EnableDiagnostics=0", "DOTNET_gcServer=0"]}'
}

command -v dotnet >/dev/null || fail "the .NET SDK is not installed (version: see global.json)"
# shellcheck disable=SC2086 # a list of names
need_packages $NEEDED
mkdir -p "$ARTIFACTS"
exec 9>"$ARTIFACTS/lock"
flock 9
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- operator worker sample-api
for name in "$@"; do pack_program "$name"; done
