#!/usr/bin/env bash
# Checks what the product needs from a cluster: a confined pod, Services by name, the API server's own Service,
# and a projected token of our audience that TokenReview accepts for this audience only.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

AUDIENCE=playbooks.dev/worker
namespace=smoke-$$

manifest() {
  cat <<END
apiVersion: v1
kind: Pod
metadata: {name: smoke, namespace: $namespace}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: smoke
    image: playbook-busybox:dev
    imagePullPolicy: IfNotPresent
    command: [sh, -c, "cat /token/token; echo; nslookup kubernetes.default.svc.cluster.local | grep -q $service_ip && echo names;
      nc -w 3 kubernetes.default.svc.cluster.local 443 </dev/null && echo server; touch /x 2>/dev/null || echo confined"]
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
    volumeMounts: [{name: token, mountPath: /token}]
  volumes:
  - name: token
    projected: {sources: [{serviceAccountToken: {path: token, audience: $AUDIENCE, expirationSeconds: 600}}]}
END
}

# review TOKEN AUDIENCE: prints true when the API server vouches for the token for that audience.
review() {
  kubectl create -o 'jsonpath={.status.authenticated}' -f - <<END
{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": "$1", "audiences": ["$2"]}}
END
}

expect() { if [ "$2" = "$3" ]; then say "ok: $1"; else fail "$1: expected '$3', found '$2'"; fi; }
has_succeeded() { [ "$(kubectl --namespace "$namespace" get pod smoke -o 'jsonpath={.status.phase}')" = Succeeded ]; }
has_line() { if grep -qx "$1" <<<"$output"; then echo yes; else echo no; fi; }

trap 'kubectl delete namespace "$namespace" --wait=false >/dev/null 2>&1 || true' EXIT
kubectl create namespace "$namespace" >/dev/null
wait_for 30 "the service account" kubectl --namespace "$namespace" get serviceaccount default
service_ip=$(kubectl --namespace default get service kubernetes -o 'jsonpath={.spec.clusterIP}')
manifest | kubectl create -f - >/dev/null
wait_for 60 "the smoke pod's end" has_succeeded
output=$(kubectl --namespace "$namespace" logs smoke)
token=$(head -1 <<<"$output")
expect "a Service's name resolves in a pod" "$(has_line names)" yes
expect "the API server answers at its Service" "$(has_line server)" yes
expect "a read-only root cannot be written" "$(has_line confined)" yes
expect "a projected token is good for $AUDIENCE" "$(review "$token" "$AUDIENCE")" true
expect "and for no other audience" "$(review "$token" other)" ""
