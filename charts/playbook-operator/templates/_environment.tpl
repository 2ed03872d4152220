{{- define "playbook-operator.environment" -}}
- name: PLAYBOOK_DATABASE__CONNECTIONSTRING
  valueFrom:
    secretKeyRef: {name: {{ include "playbook-operator.databaseSecret" . }}, key: {{ include "playbook-operator.databaseKey" . }}}
- name: PLAYBOOK_API__LISTEN
  value: {{ default (printf "http://0.0.0.0:%d" (int .Values.api.port)) .Values.api.listen | quote }}
- name: PLAYBOOK_API__AUTH
  value: {{ .Values.api.auth | quote }}
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
- name: PLAYBOOK_WORKERS__IMAGE
  value: {{ .Values.worker.image | quote }}
- name: PLAYBOOK_WORKERS__APIURL
  value: {{ include "playbook-operator.apiUrl" . | quote }}
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
- name: DOTNET_gcServer
  value: "0"
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
