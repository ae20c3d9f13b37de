{{/* Api and worker find this server by <release>-postgresql, so no value changes the name. */}}
{{- define "postgresql.fullname" -}}
{{- printf "%s-postgresql" .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "postgresql.secretName" -}}
{{- tpl .Values.auth.existingSecret . | default (include "postgresql.fullname" .) -}}
{{- end -}}
