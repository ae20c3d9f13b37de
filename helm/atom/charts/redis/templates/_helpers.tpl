{{/* Api and worker find this server by <release>-redis, so no value changes the name. */}}
{{- define "redis.fullname" -}}
{{- printf "%s-redis" .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "redis.secretName" -}}
{{- tpl .Values.auth.existingSecret . | default (include "redis.fullname" .) -}}
{{- end -}}

{{- define "redis.configuration" -}}
redis.conf: |
  bind * -::*
  port 6379
  dir /data
  appendonly yes
  appendfsync everysec
  # The append-only file is the one thing that is read at the start.
  save ""
  maxmemory {{ .Values.maxmemory }}
  maxmemory-policy {{ .Values.maxmemoryPolicy }}
  include /etc/redis/secret/auth.conf
{{- end -}}
