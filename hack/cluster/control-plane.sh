# etcd, the API server, the controllers and the scheduler. Sourced, never run.
# shellcheck shell=bash

start_etcd() {
  # A cluster for tests may lose its last seconds when the machine stops: fsync would cost most of its speed.
  start etcd etcd --name test --data-dir "$CLUSTER_DIR/etcd" --unsafe-no-fsync --logger zap --log-level warn \
    --listen-client-urls "http://127.0.0.1:$ETCD_PORT" --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
    --listen-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" --initial-advertise-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" \
    --initial-cluster "test=http://127.0.0.1:$ETCD_PEER_PORT" --quota-backend-bytes 4294967296 \
    --auto-compaction-retention 5m --snapshot-count 10000
}

start_api_server() {
  start kube-apiserver "$KUBERNETES_BIN/kube-apiserver" \
    --etcd-servers "http://127.0.0.1:$ETCD_PORT" --bind-address "$NODE_IP" --secure-port "$API_PORT" --insecure-port 0 \
    --advertise-address "$NODE_IP" --service-cluster-ip-range "$SERVICE_RANGE" --allow-privileged \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --client-ca-file "$PKI_DIR/ca.crt" --tls-cert-file "$PKI_DIR/apiserver.crt" --tls-private-key-file "$PKI_DIR/apiserver.key" \
    --kubelet-certificate-authority "$PKI_DIR/ca.crt" --kubelet-client-certificate "$PKI_DIR/apiserver-kubelet.crt" \
    --kubelet-client-key "$PKI_DIR/apiserver-kubelet.key" --kubelet-preferred-address-types InternalIP \
    --service-account-key-file "$PKI_DIR/service-account.pub" --service-account-signing-key-file "$PKI_DIR/service-account.key" \
    --service-account-issuer https://kubernetes.default.svc --api-audiences https://kubernetes.default.svc \
    --max-requests-inflight 1600 --max-mutating-requests-inflight 800 --v 1
}

start_controllers() {
  # Generous rates: a hundred Jobs at once must not wait for the client-side limiter.
  start kube-controller-manager "$KUBERNETES_BIN/kube-controller-manager" \
    --kubeconfig "$PKI_DIR/controller-manager.kubeconfig" --authentication-kubeconfig "$PKI_DIR/controller-manager.kubeconfig" \
    --authorization-kubeconfig "$PKI_DIR/controller-manager.kubeconfig" --bind-address 127.0.0.1 --port 0 --leader-elect=false \
    --service-account-private-key-file "$PKI_DIR/service-account.key" --root-ca-file "$PKI_DIR/ca.crt" \
    --use-service-account-credentials --kube-api-qps 300 --kube-api-burst 600 --concurrent-gc-syncs 20 \
    --pv-recycler-pod-template-filepath-hostpath "$CLUSTER_DIR/recycler.yaml" --pv-recycler-minimum-timeout-hostpath 20 \
    --terminated-pod-gc-threshold 2000 --flex-volume-plugin-dir "$KUBELET_DIR/volume-plugins" \
    --cluster-cidr "$POD_RANGE" --service-cluster-ip-range "$SERVICE_RANGE" --v 1
  start kube-scheduler "$KUBERNETES_BIN/kube-scheduler" --kubeconfig "$PKI_DIR/scheduler.kubeconfig" \
    --authentication-kubeconfig "$PKI_DIR/scheduler.kubeconfig" --authorization-kubeconfig "$PKI_DIR/scheduler.kubeconfig" \
    --bind-address 127.0.0.1 --port 0 --leader-elect=false --kube-api-qps 300 --kube-api-burst 600 --v 1
}

start_control_plane() {
  start_etcd
  start_api_server
  wait_for 60 "a ready API server" kubectl get --raw /readyz
  write_recycler
  start_controllers
}
