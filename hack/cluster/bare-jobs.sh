#!/usr/bin/env bash
# bare-jobs.sh N: creates N Jobs of one trivial container each, waits until all are complete, deletes them.
# Prints the seconds from the first create call to the last completion: what the bare cluster needs.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

count=${1:-100}
image=${IMAGE:-playbook-busybox:dev}
command=${COMMAND:-\"true\"}
namespace=bare-jobs-$$

manifest() {
  local i
  for i in $(seq 1 "$count"); do
    cat <<END
---
apiVersion: batch/v1
kind: Job
metadata: {name: bare-$i, namespace: $namespace, labels: {app: bare-jobs}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 0
      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: job
        image: $image
        imagePullPolicy: IfNotPresent
        command: [$command]
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
END
  done
}

completed() {
  kubectl get jobs --namespace "$namespace" -o jsonpath='{range .items[*]}{.status.succeeded}{"\n"}{end}' | grep -c '^1$' || true
}

file=$(mktemp)
trap 'rm -f "$file"; kubectl delete namespace "$namespace" --wait=false >/dev/null 2>&1 || true' EXIT
kubectl create namespace "$namespace" >/dev/null
kubectl label namespace "$namespace" app=bare-jobs >/dev/null
manifest >"$file"
end=$((SECONDS + 600))
started=$(date +%s.%N)
kubectl create -f "$file" >/dev/null
while [ "$(completed)" -lt "$count" ]; do
  [ $SECONDS -lt $end ] || fail "only $(completed) of $count Jobs completed in 600 s"
  sleep 0.5
done
awk -v s="$started" -v n="$(date +%s.%N)" 'BEGIN { printf "%.1f\n", n - s }'
