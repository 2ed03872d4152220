{{- define "playbook-operator.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "playbook-operator.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "playbook-operator.labels" -}}
{{ include "playbook-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end -}}

{{- define "playbook-operator.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "playbook-operator.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed when serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "playbook-operator.postgres" -}}
{{- printf "%s-postgres" (include "playbook-operator.fullname" .) -}}
{{- end -}}

{{/* "true" when the chart brings its own database, else empty. */}}
{{- define "playbook-operator.ownDatabase" -}}
{{- if .Values.database.existingSecret -}}
{{- else if .Values.postgres.enabled -}}
true
{{- else -}}
{{- fail "no database: set database.existingSecret, or postgres.enabled for an evaluation database" -}}
{{- end -}}
{{- end -}}

{{- define "playbook-operator.databaseSecret" -}}
{{- default (printf "%s-database" (include "playbook-operator.fullname" .)) .Values.database.existingSecret -}}
{{- end -}}

{{- define "playbook-operator.databaseKey" -}}
{{- if .Values.database.existingSecret -}}{{ .Values.database.existingSecretKey }}{{- else -}}dsn{{- end -}}
{{- end -}}

{{/* Workers are in other namespaces: the whole name, which also resolves without search domains. */}}
{{- define "playbook-operator.apiUrl" -}}
{{- $service := printf "http://%s.%s.svc.cluster.local:%d" (include "playbook-operator.fullname" .) .Release.Namespace (int .Values.api.port) -}}
{{- default $service .Values.worker.apiUrl -}}
{{- end -}}
