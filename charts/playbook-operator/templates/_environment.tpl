{{- define "playbook-operator.environment" -}}
- name: PLAYBOOK_DATABASE__CONNECTIONSTRING
  valueFrom:
    secretKeyRef: {name: {{ include "playbook-operator.databaseSecret" . }}, key: {{ include "playbook-operator.databaseKey" . }}}
- name: PLAYBOOK_DATABASE__MAXPOOLSIZE
  value: {{ int .Values.database.maxPoolSize | quote }}
- name: PLAYBOOK_API__LISTEN
  value: {{ default (printf "http://0.0.0.0:%d" (int .Values.api.port)) .Values.api.listen | quote }}
- name: PLAYBOOK_API__AUTH
  value: {{ .Values.api.auth | quote }}
- name: PLAYBOOK_API__MAXREQUESTBYTES
  value: {{ int64 .Values.api.maxRequestBytes | quote }}
- name: PLAYBOOK_KUBERNETES__NAMESPACE
  value: {{ join "," .Values.watchNamespaces | quote }}
- name: PLAYBOOK_LEADERELECTION__NAMESPACE
  valueFrom:
    fieldRef: {fieldPath: metadata.namespace}
- name: PLAYBOOK_LEADERELECTION__IDENTITY
  valueFrom:
    fieldRef: {fieldPath: metadata.name}
- name: PLAYBOOK_LEADERELECTION__LEASESECONDS
  value: {{ int .Values.leaderElection.leaseSeconds | quote }}
- name: PLAYBOOK_LEADERELECTION__RENEWDEADLINESECONDS
  value: {{ int .Values.leaderElection.renewDeadlineSeconds | quote }}
- name: PLAYBOOK_LEADERELECTION__RETRYPERIODSECONDS
  value: {{ int .Values.leaderElection.retryPeriodSeconds | quote }}
- name: PLAYBOOK_LEADERELECTION__RESIGNAFTERSECONDS
  value: {{ int .Values.leaderElection.resignAfterSeconds | quote }}
- name: PLAYBOOK_WORKERS__IMAGE
  value: {{ .Values.worker.image | quote }}
- name: PLAYBOOK_WORKERS__APIURL
  value: {{ include "playbook-operator.apiUrl" . | quote }}
- name: PLAYBOOK_WORKERS__MAXREQUESTBYTES
  value: {{ int64 .Values.api.maxRequestBytes | quote }}
- name: PLAYBOOK_WORKERS__TOOLINSTANCEENTRIES
  value: {{ int .Values.worker.toolInstances.maxEntries | quote }}
- name: PLAYBOOK_WORKERS__TOOLINSTANCESECONDS
  value: {{ int .Values.worker.toolInstances.ttlSeconds | quote }}
{{- with .Values.worker.serviceAccountName }}
- name: PLAYBOOK_WORKERS__SERVICEACCOUNTNAME
  value: {{ . | quote }}
{{- end }}
{{- range $name, $ceiling := .Values.limits }}
{{- if not (or (kindIs "invalid" $ceiling) (eq (toString $ceiling) "")) }}
- name: PLAYBOOK_LIMITS__{{ upper $name }}
  value: {{ if kindIs "float64" $ceiling }}{{ int64 $ceiling | quote }}{{ else }}{{ $ceiling | toString | quote }}{{ end }}
{{- end }}
{{- end }}
{{- range $cache, $bounds := .Values.caches }}
{{- range $name, $bound := $bounds }}
- name: PLAYBOOK_CACHES__{{ upper $cache }}__{{ upper $name }}
  value: {{ if kindIs "bool" $bound }}{{ $bound | quote }}{{ else }}{{ int64 $bound | quote }}{{ end }}
{{- end }}
{{- end }}
- name: DOTNET_gcServer
  value: "0"
{{- with .Values.heapLimitMegabytes }}
- name: DOTNET_GCHeapHardLimit
  value: {{ printf "0x%x" (mul (int64 .) 1048576) | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
