{{/* What the operator does in a namespace that it watches. No Secrets: those are mounted by the workers' pods only. */}}
{{- define "playbook-operator.namespaceRules" -}}
- apiGroups: [playbooks.dev]
  resources: [playbooks]
  verbs: [get, list, watch]
- apiGroups: [playbooks.dev]
  resources: [executions]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [playbooks.dev]
  resources: [playbooks/status, executions/status]
  verbs: [get, patch]
# Clusters that guard owner references ask for this before a Job may name its Execution as a blocking owner.
- apiGroups: [playbooks.dev]
  resources: [executions/finalizers]
  verbs: [update]
# Large workloads: spec.workloadFrom.configMapKeyRef.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, delete]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{/* What belongs to no namespace: these rights are always cluster-wide. */}}
{{- define "playbook-operator.clusterRules" -}}
# The identity of the cluster, which the database keeps beside each execution, is the uid of this namespace.
- apiGroups: [""]
  resources: [namespaces]
  resourceNames: [kube-system]
  verbs: [get]
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
{{- end -}}
