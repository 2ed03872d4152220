# The one node: bridge, containerd, kubelet, kube-proxy and name service. Sourced, never run.
# shellcheck shell=bash

# Settings of the machine that a node changes; `down.sh` puts them back.
NODE_SETTINGS="net.ipv4.ip_forward net.ipv4.conf.all.route_localnet net.bridge.bridge-nf-call-iptables vm.overcommit_memory
  vm.panic_on_oom kernel.panic kernel.panic_on_oops kernel.keys.root_maxkeys kernel.keys.root_maxbytes
  net.netfilter.nf_conntrack_tcp_timeout_established net.netfilter.nf_conntrack_tcp_timeout_close_wait"

setting_file() { echo "/proc/sys/${1//.//}"; }

remember_settings() {
  local name file
  # Kept over restarts: the first record is the machine's own state.
  [ -s "$CLUSTER_DIR/settings" ] && return 0
  for name in $NODE_SETTINGS; do
    file=$(setting_file "$name")
    if [ -r "$file" ]; then echo "$name $(cat "$file")"; fi
  done >"$CLUSTER_DIR/settings"
}

set_up_network() {
  modprobe br_netfilter overlay 2>/dev/null || true
  ip link show "$BRIDGE" >/dev/null 2>&1 || ip link add "$BRIDGE" type bridge
  ip addr replace "$NODE_IP/${POD_RANGE#*/}" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  echo 1 >"$(setting_file net.ipv4.ip_forward)"
  # Without it, packets between two pods on the bridge pass by the Services' rules.
  if [ -e "$(setting_file net.bridge.bridge-nf-call-iptables)" ]; then
    echo 1 >"$(setting_file net.bridge.bridge-nf-call-iptables)"
  fi
  mkdir -p "$CLUSTER_DIR/cni"
  cat >"$CLUSTER_DIR/cni/10-bridge.conf" <<END
{"cniVersion": "0.4.0", "name": "playbook-cluster", "type": "bridge", "bridge": "$BRIDGE", "isGateway": true, "ipMasq": false,
 "hairpinMode": true, "ipam": {"type": "host-local", "dataDir": "$CLUSTER_DIR/cni-addresses",
 "ranges": [[{"subnet": "$POD_RANGE", "gateway": "$NODE_IP"}]], "routes": [{"dst": "0.0.0.0/0"}]}}
END
}

# kubelet wants its top control group to exist; a group of our own lets `down.sh` find every process of every pod.
set_up_cgroups() {
  local root parent file
  for root in $(cgroup_roots); do
    parent=${root%/*}
    if [ -e "$parent/cgroup.subtree_control" ] && [ -s "$parent/cgroup.controllers" ]; then
      for file in $(<"$parent/cgroup.controllers"); do echo "+$file" >"$parent/cgroup.subtree_control" 2>/dev/null || true; done
    fi
    mkdir -p "$root" 2>/dev/null || continue
    for file in cpuset.cpus cpuset.mems; do
      if [ -e "$root/$file" ] && [ -e "$parent/tasks" ]; then cat "$parent/$file" >"$root/$file"; fi
    done
  done
}

start_containerd() {
  cat >"$CLUSTER_DIR/containerd.toml" <<END
version = 2
root = "$CONTAINERD_ROOT"
state = "$CONTAINERD_STATE"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.internal.v1.restart", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "$CONTAINERD_SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/library/playbook-pause:dev"
  # A build machine often lacks CAP_SYS_RESOURCE; without this no sandbox starts there.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "$CLUSTER_DIR/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$CLUSTER_DIR/cni"
END
  start containerd containerd --config "$CLUSTER_DIR/containerd.toml"
  wait_for 30 "a ready containerd" ctr --address "$CONTAINERD_SOCKET" version
}

start_kubelet() {
  printf 'nameserver %s\n' "$NODE_IP" >"$CLUSTER_DIR/resolv.conf"
  mkdir -p "$KUBELET_DIR/volume-plugins"
  cat >"$CLUSTER_DIR/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE_IP
readOnlyPort: 0
healthzPort: 0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $PKI_DIR/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $PKI_DIR/node.crt
tlsPrivateKeyFile: $PKI_DIR/node.key
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP_ROOT
failSwapOn: false
oomScoreAdj: 0
# A fresh node would else be Ready only at the second report, ten seconds later.
nodeStatusUpdateFrequency: 2s
maxPods: 250
clusterDNS: [$NODE_IP]
clusterDomain: cluster.local
resolvConf: $CLUSTER_DIR/resolv.conf
kubeAPIQPS: 200
kubeAPIBurst: 400
eventRecordQPS: 0
serializeImagePulls: false
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
volumePluginDir: $KUBELET_DIR/volume-plugins
END
  start kubelet "$KUBERNETES_BIN/kubelet" --config "$CLUSTER_DIR/kubelet.yaml" --kubeconfig "$PKI_DIR/node.kubeconfig" \
    --container-runtime remote --container-runtime-endpoint "unix://$CONTAINERD_SOCKET" --root-dir "$KUBELET_DIR" \
    --cert-dir "$PKI_DIR" --hostname-override "$NODE_NAME" --node-ip "$NODE_IP" --v 1
}

start_proxy() {
  start kube-proxy "$KUBERNETES_BIN/kube-proxy" --kubeconfig "$PKI_DIR/kube-proxy.kubeconfig" --proxy-mode iptables \
    --cluster-cidr "$POD_RANGE" --hostname-override "$NODE_NAME" --conntrack-max-per-core 0 --oom-score-adj 0 \
    --bind-address "$NODE_IP" --healthz-bind-address 127.0.0.1:10256 --metrics-bind-address 127.0.0.1:10249 \
    --iptables-min-sync-period 200ms --v 1
}

start_name_service() {
  touch "$CLUSTER_DIR/service-hosts"
  start dnsmasq dnsmasq --keep-in-foreground --user=root --no-resolv --no-hosts --no-dhcp-interface="$BRIDGE" \
    --listen-address="$NODE_IP" --bind-interfaces --except-interface=lo --local=/#/ --no-negcache \
    --addn-hosts="$CLUSTER_DIR/service-hosts" --log-facility=- --pid-file= --conf-file=/dev/null --local-ttl=2
  start service-names bash "$REPOSITORY/hack/cluster/service-names.sh"
}
