#!/usr/bin/env bash
# Installs or upgrades the product from the chart and waits until it runs.
# Arguments go to the renderer, for example: deploy.sh -set replicas=2
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NAMESPACE=${NAMESPACE:-playbook-system}
RELEASE=playbook-operator
DEPLOY_TIMEOUT=${DEPLOY_TIMEOUT:-120s}

apply() { kubectl apply --server-side --force-conflicts --field-manager playbook-deploy -f "$1" >/dev/null; }

# The generated password stays what it is: the database was created with it.
password() {
  local known
  known=$(kubectl --namespace "$NAMESPACE" get secret $RELEASE-database -o 'jsonpath={.data.password}' 2>/dev/null || true)
  if [ -n "$known" ]; then base64 -d <<<"$known"; else openssl rand -hex 16; fi
}

# A new image under the same tag must still replace the pods: its digest goes into their template.
image_digest() {
  local archive=$CACHE_DIR/images/playbook-operator.tar
  if [ -e "$archive" ]; then tar -xOf "$archive" ./manifest.json | jq -r '.[0].Config[0:12]'; else echo unknown; fi
}

render() {
  if command -v helm >/dev/null; then
    local option options=()
    for option in "$@"; do options+=("${option/#-set/--set}"); done
    helm template "$RELEASE" "$REPOSITORY/charts/playbook-operator" --namespace "$NAMESPACE" "${options[@]}"
  else
    "$REPOSITORY/hack/chart/render.sh" -release "$RELEASE" -namespace "$NAMESPACE" "$@"
  fi
}

kubectl get --raw /readyz >/dev/null 2>&1 || fail "no cluster answers at $CLUSTER_DIR/kubeconfig: make cluster-up first"
if [ ! -e "$CLUSTER_DIR/existing" ]; then
  for image in operator worker postgres; do
    [ -e "$CACHE_DIR/images/playbook-$image.tar" ] || fail "there is no image playbook-$image: make image first"
  done
fi
manifests=$(mktemp)
trap 'rm -f "$manifests"' EXIT
kubectl get namespace "$NAMESPACE" >/dev/null 2>&1 || kubectl create namespace "$NAMESPACE" >/dev/null
for crd in "$REPOSITORY"/charts/playbook-operator/crds/*.yaml; do apply "$crd"; done
kubectl wait --for=condition=Established --timeout=30s crd/playbooks.playbooks.dev crd/executions.playbooks.dev >/dev/null
render -set "postgres.password=$(password)" -set "podAnnotations.image-digest=d$(image_digest)" "$@" >"$manifests"
apply "$manifests"
say "installed $RELEASE in $NAMESPACE; waiting for its pods"
if kubectl --namespace "$NAMESPACE" get statefulset $RELEASE-postgres >/dev/null 2>&1; then
  kubectl --namespace "$NAMESPACE" rollout status --timeout="$DEPLOY_TIMEOUT" statefulset/$RELEASE-postgres
fi
kubectl --namespace "$NAMESPACE" rollout status --timeout="$DEPLOY_TIMEOUT" deployment/$RELEASE \
  || { kubectl --namespace "$NAMESPACE" get pods >&2; kubectl --namespace "$NAMESPACE" logs deployment/$RELEASE --tail=20 >&2 || true; fail "the operator is not ready"; }
