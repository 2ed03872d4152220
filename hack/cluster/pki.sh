# A throw-away certificate authority and the kubeconfigs of the cluster's parts. Sourced, never run.
# shellcheck shell=bash

new_key() { openssl ecparam -genkey -name prime256v1 -noout -out "$PKI_DIR/$1.key" 2>/dev/null; }

make_authority() {
  new_key ca
  openssl req -x509 -new -key "$PKI_DIR/ca.key" -subj "/CN=playbook-cluster" -days 365 -sha256 -out "$PKI_DIR/ca.crt"
}

# make_certificate NAME SUBJECT [ALTERNATIVE-NAMES]
make_certificate() {
  local name=$1 subject=$2 names=${3:-} extensions="extendedKeyUsage=clientAuth,serverAuth"
  new_key "$name"
  [ -n "$names" ] && extensions+=$'\n'"subjectAltName=$names"
  openssl req -new -key "$PKI_DIR/$name.key" -subj "$subject" \
    | openssl x509 -req -CA "$PKI_DIR/ca.crt" -CAkey "$PKI_DIR/ca.key" -CAcreateserial -days 365 -sha256 \
      -extfile <(printf '%s\n' "$extensions") -out "$PKI_DIR/$name.crt" 2>/dev/null
}

# make_kubeconfig NAME FILE: one file with everything inside, so that it can be copied anywhere on this machine.
make_kubeconfig() {
  cat >"$2" <<END
apiVersion: v1
kind: Config
current-context: playbook
clusters: [{name: playbook, cluster: {server: "https://$NODE_IP:$API_PORT", certificate-authority-data: $(encoded ca.crt)}}]
users: [{name: $1, user: {client-certificate-data: $(encoded "$1.crt"), client-key-data: $(encoded "$1.key")}}]
contexts: [{name: playbook, context: {cluster: playbook, user: $1}}]
END
  chmod 600 "$2"
}

encoded() { base64 -w0 "$PKI_DIR/$1"; }

make_pki() {
  mkdir -p "$PKI_DIR" && chmod 700 "$PKI_DIR"
  make_authority
  make_certificate apiserver "/CN=kube-apiserver" "$(printf '%s' "DNS:kubernetes,DNS:kubernetes.default," \
    "DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost," \
    "IP:127.0.0.1,IP:$API_SERVICE_IP,IP:$NODE_IP")"
  make_certificate admin "/O=system:masters/CN=admin"
  make_certificate apiserver-kubelet "/O=system:masters/CN=kube-apiserver-kubelet"
  make_certificate controller-manager "/CN=system:kube-controller-manager"
  make_certificate scheduler "/CN=system:kube-scheduler"
  make_certificate node "/O=system:nodes/CN=system:node:$NODE_NAME" "DNS:$NODE_NAME,IP:$NODE_IP"
  make_certificate kube-proxy "/CN=system:kube-proxy"
  new_key service-account
  openssl ec -in "$PKI_DIR/service-account.key" -pubout -out "$PKI_DIR/service-account.pub" 2>/dev/null
  local name
  for name in controller-manager scheduler node kube-proxy; do make_kubeconfig "$name" "$PKI_DIR/$name.kubeconfig"; done
  make_kubeconfig admin "$CLUSTER_DIR/kubeconfig"
  if [ -n "${SUDO_UID:-}" ]; then chown "$SUDO_UID" "$CLUSTER_DIR/kubeconfig"; fi
}
