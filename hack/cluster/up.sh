#!/usr/bin/env bash
# Starts a one-node Kubernetes of our own and waits until it has run a pod. Running it again changes nothing.
# CLUSTER=existing uses the cluster of the current KUBECONFIG instead.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/processes.sh"
source "$(dirname "${BASH_SOURCE[0]}")/pki.sh"
source "$(dirname "${BASH_SOURCE[0]}")/control-plane.sh"
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"
source "$(dirname "${BASH_SOURCE[0]}")/volumes.sh"

RUN_PACKAGES="etcd-server containerd runc containernetworking-plugins iptables conntrack socat dnsmasq-base busybox-static
  openssl jq iproute2 mount gcc libc6-dev"
PROCESSES="etcd kube-apiserver kube-controller-manager kube-scheduler containerd dnsmasq service-names kubelet kube-proxy"

use_existing() {
  command -v kubectl >/dev/null || fail "CLUSTER=existing needs kubectl"
  command kubectl get --raw /readyz >/dev/null 2>&1 || fail "CLUSTER=existing, but KUBECONFIG=${KUBECONFIG:-(unset)} reaches no cluster"
  mkdir -p "$CLUSTER_DIR"
  command kubectl config view --flatten --minify --raw >"$CLUSTER_DIR/kubeconfig"
  chmod 600 "$CLUSTER_DIR/kubeconfig"
  touch "$CLUSTER_DIR/existing"
  say "using the existing cluster $(command kubectl config current-context); kubeconfig: $CLUSTER_DIR/kubeconfig"
}

is_healthy() {
  local name
  for name in $PROCESSES; do is_alive "$name" || return 1; done
  kubectl get --raw /readyz >/dev/null 2>&1 && node_is_ready
}

node_is_ready() {
  [ "$(kubectl get node "$NODE_NAME" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# Another kubelet on this machine would fight over packet filter rules and pod logs. Logs that a former one left are
# not ours to remove.
refuse_other_kubelet() {
  if grep -qsxE 'kubelet|k3s-agent|k3s-server' /proc/[0-9]*/comm; then
    fail "a kubelet runs on this machine already; use its cluster with CLUSTER=existing"
  fi
  if [ -z "$(ls -A /var/log/pods 2>/dev/null)" ]; then touch "$CLUSTER_DIR/owns-pod-logs"; fi
}

prepare_machine() {
  mkdir -p "$LOG_DIR" "$PID_DIR"
  [ "$(id -u)" -ne 0 ] || chmod 755 "$CLUSTER_DIR"
  refuse_other_kubelet
  remember_settings
  set_up_network
  set_up_cgroups
}

# A pod that runs to its end shows that scheduling, images, network set-up and control groups all work.
run_first_pod() {
  wait_for 30 "the default service account" kubectl get serviceaccount default
  kubectl delete pod first --ignore-not-found --wait=true >/dev/null
  kubectl run first --image=playbook-busybox:dev --image-pull-policy=Never --restart=Never -- true >/dev/null
  wait_for 60 "the first pod's end" first_pod_succeeded
  kubectl delete pod first --wait=false >/dev/null
}

first_pod_succeeded() { [ "$(kubectl get pod first -o 'jsonpath={.status.phase}')" = Succeeded ]; }

if [ "${CLUSTER:-own}" = existing ]; then
  use_existing
  exit 0
fi
become_root "$@"
started=$SECONDS
lock_cluster
if [ -d "$PID_DIR" ] && is_healthy; then
  say "the cluster is up; kubeconfig: $CLUSTER_DIR/kubeconfig"
  exit 0
fi
say "starting a cluster of our own in $CLUSTER_DIR (set CLUSTER=existing to use the one of KUBECONFIG)"
# shellcheck disable=SC2086 # a list of names
need_packages $RUN_PACKAGES
bash "$(dirname "$0")/build-kubernetes.sh"
if [ -e "$CLUSTER_DIR/settings" ]; then
  say "clearing what an earlier run left"
  bash "$(dirname "$0")/down.sh"
fi
prepare_machine
make_pki
say "starting etcd, the API server, the controllers"
start_control_plane
say "starting the node"
start_containerd
bash "$REPOSITORY/hack/images/base.sh"
bash "$REPOSITORY/hack/images/load.sh"
start_name_service
start_kubelet
start_proxy
wait_for 60 "a Ready node" node_is_ready
run_first_pod
offer_volumes
say "the cluster is up after $((SECONDS - started)) s; export KUBECONFIG=$CLUSTER_DIR/kubeconfig"
