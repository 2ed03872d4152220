# Settings and small functions shared by the cluster scripts. Sourced, never run.
# shellcheck shell=bash
set -euo pipefail

# Two folders hold everything: the cache survives (compiled Kubernetes), the state goes with `down.sh`.
: "${HOME:=/root}"
CLUSTER_DIR=${CLUSTER_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/playbook-operator/cluster}
CACHE_DIR=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/playbook-operator}
export CLUSTER_DIR CACHE_DIR

KUBERNETES_VERSION=${KUBERNETES_VERSION:-1.20.2}
KUBERNETES_BIN=$CACHE_DIR/kubernetes-$KUBERNETES_VERSION/bin
REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export KUBERNETES_VERSION KUBERNETES_BIN REPOSITORY

# One network for the node and its pods; only the node itself can reach it.
BRIDGE=${CLUSTER_BRIDGE:-pbcni0}
NODE_IP=10.244.0.1
POD_RANGE=10.244.0.0/22
SERVICE_RANGE=10.96.0.0/16
API_SERVICE_IP=10.96.0.1
NODE_NAME=node1
API_PORT=${CLUSTER_API_PORT:-16443}
ETCD_PORT=${CLUSTER_ETCD_PORT:-12379}
ETCD_PEER_PORT=${CLUSTER_ETCD_PEER_PORT:-12380}
CONTAINERD_SOCKET=$CLUSTER_DIR/containerd.sock
# containerd's shims put sockets here; keeping it apart lets `down.sh` find and remove what is ours.
CONTAINERD_STATE=$CLUSTER_DIR/containerd-state
CONTAINERD_ROOT=$CLUSTER_DIR/containerd-root
KUBELET_DIR=$CLUSTER_DIR/kubelet
CGROUP_ROOT=playbook-cluster
LOG_DIR=$CLUSTER_DIR/logs
PID_DIR=$CLUSTER_DIR/pids
PKI_DIR=$CLUSTER_DIR/pki
export BRIDGE NODE_IP POD_RANGE SERVICE_RANGE API_SERVICE_IP NODE_NAME API_PORT ETCD_PORT ETCD_PEER_PORT
export CONTAINERD_SOCKET CONTAINERD_STATE CONTAINERD_ROOT KUBELET_DIR CGROUP_ROOT LOG_DIR PID_DIR PKI_DIR

# One start or stop at a time; a script called by one that holds the lock goes on.
lock_cluster() {
  [ -n "${CLUSTER_LOCKED:-}" ] && return 0
  mkdir -p "$LOG_DIR"
  exec 9>"$LOG_DIR/lock"
  flock --timeout 300 9 || fail "another start or stop of the cluster has been running for five minutes"
  export CLUSTER_LOCKED=1
}

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Runs the calling script again through sudo, with the same folders, unless it is root already.
become_root() {
  [ "$(id -u)" -eq 0 ] && return 0
  command -v sudo >/dev/null || fail "this needs root: run it as root or install sudo"
  exec sudo env CLUSTER_DIR="$CLUSTER_DIR" CACHE_DIR="$CACHE_DIR" HOME="$HOME" \
    KUBERNETES_VERSION="$KUBERNETES_VERSION" PATH="$PATH:/usr/sbin:/sbin" bash "$0" "$@"
}

# Prints the packages among its arguments that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$package"
  done
}

# Installs Debian packages that are missing. Services in them are not started (run level 1 says so to invoke-rc.d).
need_packages() {
  local missing log
  missing=$(missing_packages "$@")
  [ -z "$missing" ] && return 0
  command -v apt-get >/dev/null || fail "install these first (their Debian names): $missing"
  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || fail "as root: apt-get install --no-install-recommends $missing"
  say "installing $missing"
  log=$(mktemp)
  # shellcheck disable=SC2086 # a list of names
  install_quietly $missing >"$log" 2>&1 || { as_root apt-get -qq update >>"$log" 2>&1 && install_quietly $missing >>"$log" 2>&1; } \
    || { tail -5 "$log" >&2; fail "apt-get could not install: $missing (see $log)"; }
  rm -f "$log"
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

install_quietly() {
  as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 \
    install --no-install-recommends -y "$@"
}

# Through sudo, files in the cache must still be the caller's: the next image may be packed without root.
give_back() {
  if [ -n "${SUDO_UID:-}" ]; then chown "$SUDO_UID" "$CACHE_DIR" "$CACHE_DIR"/images "$CACHE_DIR"/images/* 2>/dev/null || true; fi
}

# The kubectl built with our cluster, so that versions always match; with an existing cluster the machine's own.
kubectl() {
  if [ -x "$KUBERNETES_BIN/kubectl" ] && [ ! -e "$CLUSTER_DIR/existing" ]; then
    "$KUBERNETES_BIN/kubectl" --kubeconfig "$CLUSTER_DIR/kubeconfig" "$@"
  else
    command kubectl --kubeconfig "$CLUSTER_DIR/kubeconfig" "$@"
  fi
}

# wait_for SECONDS TEXT COMMAND...: runs COMMAND every 200 ms until it succeeds.
wait_for() {
  local seconds=$1 text=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || fail "$text did not happen within $seconds s (logs in $LOG_DIR)"
    sleep 0.2
  done
}
