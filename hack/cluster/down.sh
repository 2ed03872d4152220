#!/usr/bin/env bash
# Ends the cluster and removes what it left: processes, mounts, links, packet filter rules, control groups, files.
# Works as well after a run that was killed half-way.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/processes.sh"

stop_processes() {
  local name pid
  # First those who would start something again, last the ones they need.
  for name in kubelet kube-controller-manager kube-scheduler kube-proxy service-names dnsmasq; do stop "$name"; done
  for pid in $(pids_in_pods) $(pids_with_argument "$CONTAINERD_SOCKET"); do kill -9 "$pid" 2>/dev/null || true; done
  for name in containerd kube-apiserver etcd; do stop "$name" 10; done
  # Processes of a run whose records are gone: each carries one of our files among its arguments.
  for pid in $(pids_of_lost_run); do kill -9 "$pid" 2>/dev/null || true; done
  # And once more what a dying containerd may have started.
  for pid in $(pids_in_pods) $(pids_with_argument "$CONTAINERD_SOCKET"); do kill -9 "$pid" 2>/dev/null || true; done
}

pids_of_lost_run() {
  pids_with_argument "$CLUSTER_DIR/etcd"
  pids_with_argument "$PKI_DIR/apiserver.crt"
  pids_with_argument "$PKI_DIR/controller-manager.kubeconfig"
  pids_with_argument "$PKI_DIR/scheduler.kubeconfig"
  pids_with_argument "$PKI_DIR/kube-proxy.kubeconfig"
  pids_with_argument "$CLUSTER_DIR/kubelet.yaml"
  pids_with_argument "$CLUSTER_DIR/containerd.toml"
  pids_with_argument "--addn-hosts=$CLUSTER_DIR/service-hosts"
  pids_with_argument "$REPOSITORY/hack/cluster/service-names.sh"
}

# Everything mounted below our folder, the innermost first.
unmount_all() {
  local round target
  for round in 1 2 3; do
    awk -v top="$CLUSTER_DIR/" 'index($5, top) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r target; do
      umount "$target" 2>/dev/null || { [ "$round" = 3 ] && umount -l "$target"; } || true
    done
  done
}

remove_network() {
  local link tool
  for link in $(ip -o link show master "$BRIDGE" 2>/dev/null | awk -F': ' '{ sub(/@.*/, "", $2); print $2 }'); do
    ip link delete "$link" 2>/dev/null || true
  done
  ip link delete "$BRIDGE" 2>/dev/null || true
  for tool in iptables ip6tables; do
    command -v $tool-save >/dev/null || continue
    if $tool-save 2>/dev/null | grep -q 'KUBE-'; then
      $tool-save 2>/dev/null | grep -v 'KUBE-' | $tool-restore
    fi
  done
  rm -f /var/lib/cni/results/playbook-cluster-* /var/lib/cni/cache/results/playbook-cluster-*
  rmdir /var/lib/cni/results /var/lib/cni/cache/results /var/lib/cni/cache /var/lib/cni 2>/dev/null || true
}

remove_cgroups() {
  local root
  for root in $(cgroup_roots); do
    [ -d "$root" ] && find "$root" -depth -type d -exec rmdir {} + 2>/dev/null
  done
  return 0
}

restore_settings() {
  local name value
  [ -e "$CLUSTER_DIR/settings" ] || return 0
  while read -r name value; do
    { echo "$value" >"/proc/sys/${name//.//}"; } 2>/dev/null || true
  done <"$CLUSTER_DIR/settings"
}

# Files that the node's programs write at fixed places outside our folder.
remove_fixed_places() {
  local socket
  if [ -e "$CLUSTER_DIR/owns-pod-logs" ]; then
    rm -rf /var/log/pods /var/log/containers
    rm -rf /var/lib/kubelet/device-plugins
    rmdir /var/lib/kubelet 2>/dev/null || true
  fi
  for socket in /run/containerd/s/*; do
    [ -S "$socket" ] && ! grep -qF "$socket" /proc/net/unix && rm -f "$socket"
  done
  rmdir /run/containerd/s /run/containerd 2>/dev/null || true
}

if [ -e "$CLUSTER_DIR/existing" ]; then
  rm -f "${CLUSTER_DIR:?}/existing" "$CLUSTER_DIR/kubeconfig"
  say "the existing cluster stays as it is"
  exit 0
fi
become_root "$@"
lock_cluster
stop_processes
unmount_all
remove_network
remove_cgroups
restore_settings
remove_fixed_places
# Logs stay for whoever asks why; the next start begins new ones.
if [ -d "$CLUSTER_DIR" ]; then
  find "$CLUSTER_DIR" -xdev -mindepth 1 -maxdepth 1 ! -name logs -exec rm -rf {} +
fi
say "the cluster is down"
