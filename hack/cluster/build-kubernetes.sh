#!/usr/bin/env bash
# Compiles the Kubernetes programs from Debian's source package into the cache; does nothing when they are there.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PROGRAMS="kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl"
BUILD_PACKAGES="golang-go golang-github-modern-go-reflect2-dev dpkg-dev rsync gcc libc6-dev make ca-certificates"

complete() {
  local program
  for program in $PROGRAMS; do [ -x "$KUBERNETES_BIN/$program" ] || return 1; done
}

# apt with lists of its own, so that the machine's sources and lists stay as they are.
private_apt() {
  local command=$1
  shift
  "$command" -o Dir::Etc::SourceList="$work/apt/sources.list" -o Dir::Etc::SourceParts="$work/apt/none" \
    -o Dir::State::Lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}

# The same archives and suites as the machine's own binary packages, asked for sources.
write_sources() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg option=""
  [ -r "$keyring" ] && option="[signed-by=$keyring] "
  mkdir -p "$work/apt/none" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  # shellcheck disable=SC2016 # apt expands these names
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' "Created-By: Packages" "Origin: Debian" \
    | sort -u | sed "s|^|deb-src $option|" >"$work/apt/sources.list"
  [ -s "$work/apt/sources.list" ] || fail "apt knows no Debian archive: run apt-get update first"
}

fetch_source() {
  write_sources
  private_apt apt-get -qq update
  private_apt apt-cache showsrc kubernetes | grep -q "^Version: .*${KUBERNETES_VERSION//./\\.}" \
    || fail "the archive has no source package of Kubernetes $KUBERNETES_VERSION; set KUBERNETES_VERSION to the one it has, or use another cluster with CLUSTER=existing"
  (cd "$work" && private_apt apt-get -qq --only-source source kubernetes)
  mv "$work"/kubernetes-*/ "$work/tree"
}

# The vendored reflect2 1.0.1 reads Go's map internals as they were before 1.18: the API server would crash at its
# first custom resource. Debian packages the repaired 1.0.2.
replace_reflect2() {
  local vendored=$work/tree/vendor/github.com/modern-go/reflect2
  rm -rf "${vendored:?}"/*
  cp -r /usr/share/gocode/src/github.com/modern-go/reflect2/. "$vendored/"
}

compile() {
  local tree=$work/tree what="" program
  for program in $PROGRAMS; do what+="cmd/$program "; done
  mkdir -p "$tree/.go/src/k8s.io"
  ln -sfn "$tree" "$tree/.go/src/k8s.io/kubernetes"
  (cd "$tree/.go/src/k8s.io/kubernetes" && env GOPATH="$tree/.go" GOCACHE="$work/go-cache" GOFLAGS="" \
    GO111MODULE=off CGO_ENABLED=0 KUBE_GIT_VERSION="v$KUBERNETES_VERSION" KUBE_GIT_MAJOR=1 \
    KUBE_GIT_MINOR="$(cut -d. -f2 <<<"$KUBERNETES_VERSION")" KUBE_GIT_COMMIT=debian KUBE_GIT_TREE_STATE=clean \
    make WHAT="$what" GOLDFLAGS="-s -w")
}

if complete; then
  say "Kubernetes $KUBERNETES_VERSION is in the cache"
  exit 0
fi
become_root "$@"
# shellcheck disable=SC2086 # a list of names
need_packages $BUILD_PACKAGES
started=$SECONDS
work=$CACHE_DIR/kubernetes-$KUBERNETES_VERSION/build
log=$CACHE_DIR/kubernetes-$KUBERNETES_VERSION/build.log
mkdir -p "$work"
# One build at a time: a second caller waits here and then finds the cache full.
exec 9>"$CACHE_DIR/kubernetes-$KUBERNETES_VERSION/lock"
flock 9
complete && exit 0
rm -rf "$work" && mkdir -p "$work"
say "fetching the source of Kubernetes $KUBERNETES_VERSION"
fetch_source >"$log" 2>&1 || { tail -5 "$log" >&2; fail "no source (see $log)"; }
replace_reflect2
say "compiling Kubernetes (about 6 minutes on two cores; log: $log)"
compile >>"$log" 2>&1 || { tail -20 "$log" >&2; fail "the build failed (see $log)"; }
mkdir -p "$KUBERNETES_BIN"
for program in $PROGRAMS; do install -m 755 "$work/tree/_output/bin/$program" "$KUBERNETES_BIN/"; done
rm -rf "$work"
say "Kubernetes $KUBERNETES_VERSION built in $((SECONDS - started)) s"
