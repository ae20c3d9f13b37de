{{/* What only the umbrella can see: whether its parts fit together. */}}
{{- define "atom.validate" -}}
{{- $global := .Values.global -}}
{{- $bundledDatabase := "{{ .Release.Name }}-postgresql" -}}
{{- $bundledRedis := "{{ .Release.Name }}-redis" -}}
{{- if and .Values.postgresql.enabled (or $global.database.url (ne $global.database.existingSecret $bundledDatabase)) -}}
{{- include "common.refuse" (dict "key" "postgresql.enabled" "reason" "a database of yours is named (global.database), and the one of this chart would run unused beside it." "example" "--set postgresql.enabled=false") -}}
{{- end -}}
{{- if and (not .Values.postgresql.enabled) (not $global.database.url) (eq $global.database.existingSecret $bundledDatabase) -}}
{{- include "common.refuse" (dict "key" "global.database" "reason" "postgresql.enabled is false, and no other database is named." "example" "--set global.database.existingSecret=my-database (a Secret with the key DATABASE_URL), or --set global.database.url=postgres://atom:secret@db.company.com:5432/atom") -}}
{{- end -}}
{{- $usesRedis := eq $global.queue.backend "redis" -}}
{{- if and .Values.redis.enabled (not $usesRedis) -}}
{{- include "common.refuse" (dict "key" "redis.enabled" "reason" "the queue is on PostgreSQL (global.queue.backend), and Redis would run unused." "example" "--set redis.enabled=false") -}}
{{- end -}}
{{- if and .Values.redis.enabled (or $global.redis.url (ne $global.redis.existingSecret $bundledRedis)) -}}
{{- include "common.refuse" (dict "key" "redis.enabled" "reason" "a Redis of yours is named (global.redis), and the one of this chart would run unused beside it." "example" "--set redis.enabled=false") -}}
{{- end -}}
{{- if and $usesRedis (not .Values.redis.enabled) (not $global.redis.url) (eq $global.redis.existingSecret $bundledRedis) -}}
{{- include "common.refuse" (dict "key" "global.redis" "reason" "redis.enabled is false, and no other Redis is named." "example" "--set global.queue.backend=postgres (no Redis at all), or --set global.redis.existingSecret=my-redis (a Secret with the key REDIS_URL)") -}}
{{- end -}}
{{- range $block, $keys := dict "config" (list "cosignPublicKey" "vaultAddr" "vaultToken" "existingSecret" "trustConfigMap" "trustedRootConfigMap") "database" (list "url" "existingSecret") "queue" (list "backend") "redis" (list "url" "existingSecret") -}}
{{- range $key := $keys -}}
{{- $api := dig $block $key "" (index $.Values "workflow-registry") -}}
{{- $worker := dig $block $key "" (index $.Values "runtime-agent") -}}
{{- if and (index $.Values "workflow-registry" "enabled") (index $.Values "runtime-agent" "enabled") (ne $api $worker) -}}
{{- include "common.refuse" (dict "key" (printf "global.%s.%s" $block $key) "reason" (printf "workflow-registry.%s.%s and runtime-agent.%s.%s are not the same: what the api accepts, the worker has to find and to trust." $block $key $block $key) "example" (printf "set global.%s.%s once, and neither of the two" $block $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
