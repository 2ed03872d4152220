#!/usr/bin/env bash
# Sets up what the samples need: namespace, paginated API, its Secret, the results table in the evaluation database.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SYSTEM=${NAMESPACE:-playbook-system}
SAMPLES=playbook-samples
POSTGRES=playbook-operator-postgres

password=$(kubectl --namespace "$SYSTEM" get secret playbook-operator-database -o 'jsonpath={.data.password}' | base64 -d)
[ -n "$password" ] || fail "no evaluation database in $SYSTEM: make deploy first"
kubectl apply -f "$REPOSITORY/config/samples/cluster/namespace.yaml" >/dev/null
# Through a file descriptor: a password must not be an argument that every process list shows.
kubectl apply -f - >/dev/null <<END
apiVersion: v1
kind: Secret
metadata: {name: results-db, namespace: $SAMPLES}
stringData: {dsn: "postgresql://playbook:$password@$POSTGRES.$SYSTEM.svc.cluster.local:5432/playbook"}
END
kubectl --namespace "$SAMPLES" delete job results-table --ignore-not-found >/dev/null
kubectl apply -k "$REPOSITORY/config/samples/cluster" >/dev/null
kubectl --namespace "$SAMPLES" wait --for=condition=Complete --timeout=90s job/results-table >/dev/null
kubectl --namespace "$SAMPLES" rollout status --timeout=90s deployment/paginated-api
