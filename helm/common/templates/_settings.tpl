{{/* What api, worker and the migration read from their environment, and where it is kept. */}}

{{/* list: root context, key below config. The chart's own value, else the one of global.config. */}}
{{- define "common.setting" -}}
{{- $root := index . 0 -}}
{{- $key := index . 1 -}}
{{- index $root.Values.config $key | default (dig "global" "config" $key "" $root.Values.AsMap) -}}
{{- end -}}

{{/*
list: root context, block ("database" or "redis"). {url} or {secret, key} as YAML: the chart's own url, its own Secret, the
url and the Secret of the umbrella, and at last the Secret atom-<block>.
*/}}
{{- define "common.connection" -}}
{{- $root := index . 0 -}}
{{- $block := index . 1 -}}
{{- $own := index $root.Values $block -}}
{{- $shared := dig "global" $block dict $root.Values.AsMap -}}
{{- $variable := ternary "DATABASE_URL" "REDIS_URL" (eq $block "database") -}}
{{- $key := $own.existingSecretKey | default $shared.existingSecretKey | default $variable -}}
{{- if $own.url -}}
url: {{ $own.url | quote }}
{{- else if $own.existingSecret -}}
secret: {{ tpl $own.existingSecret $root }}
key: {{ $key }}
{{- else if $shared.url -}}
url: {{ $shared.url | quote }}
{{- else -}}
secret: {{ tpl ($shared.existingSecret | default (printf "atom-%s" $block)) $root }}
key: {{ $key }}
{{- end -}}
{{- end -}}

{{- define "common.queueBackend" -}}
{{- .Values.queue.backend | default (dig "global" "queue" "backend" "" .Values.AsMap) | default "postgres" -}}
{{- end -}}

{{/* dict: root, name, variable, connection (YAML). One variable out of the chart's Secret or the one that is named. */}}
{{- define "common.connectionVariable" -}}
{{- $connection := fromYaml .connection -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $connection.secret | default (include "common.fullname" .root) }}
      key: {{ $connection.key | default .variable }}
{{- end -}}

{{/* The variables that reach the database and the queue: all that the migration needs. */}}
{{- define "common.connectionEnvironment" -}}
{{ include "common.connectionVariable" (dict "root" . "variable" "DATABASE_URL" "connection" (include "common.connection" (list . "database"))) }}
- name: QUEUE_BACKEND
  value: {{ include "common.queueBackend" . }}
{{- if eq (include "common.queueBackend" .) "redis" }}
{{ include "common.connectionVariable" (dict "root" . "variable" "REDIS_URL" "connection" (include "common.connection" (list . "redis"))) }}
{{- end }}
{{- end -}}

{{/*
COSIGN_PUBLIC_KEY and VAULT_TOKEN: of the Secret that is named, else of the chart's own. A process that has both a token and a
role for Vault does not start, so the role is the end of the token.
*/}}
{{- define "common.trustEnvironment" -}}
{{- $existing := include "common.setting" (list . "existingSecret") -}}
{{- $variables := dict "COSIGN_PUBLIC_KEY" "cosignPublicKey" "VAULT_TOKEN" "vaultToken" -}}
{{- if .Values.config.vaultKubernetesRole }}{{ $variables = omit $variables "VAULT_TOKEN" }}{{ end -}}
{{- range $variable, $key := $variables }}
{{- if or $existing (include "common.setting" (list $ $key)) }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ tpl $existing $ | default (include "common.fullname" $) }}
      key: {{ $variable }}
      {{- if $existing }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Whole folders: what is mounted with subPath does not follow its ConfigMap. */}}
{{- define "common.trustMounts" -}}
{{- if include "common.setting" (list . "trustConfigMap") }}
- { name: trust, mountPath: /etc/atom/trust, readOnly: true }
{{- end }}
{{- if include "common.setting" (list . "trustedRootConfigMap") }}
- { name: trusted-root, mountPath: /etc/atom/trusted-root, readOnly: true }
{{- end }}
{{- end -}}

{{- define "common.trustVolumes" -}}
{{- with include "common.setting" (list . "trustConfigMap") }}
- name: trust
  configMap:
    name: {{ tpl . $ | quote }}
{{- end }}
{{- with include "common.setting" (list . "trustedRootConfigMap") }}
- name: trusted-root
  configMap:
    name: {{ tpl . $ | quote }}
    items:
      - { key: trusted_root.json, path: trusted_root.json }
{{- end }}
{{- end -}}

{{/* The data of the chart's own Secret, as YAML; empty when nothing secret was given as a value. */}}
{{- define "common.secretData" -}}
{{- if not (include "common.setting" (list . "existingSecret")) }}
{{- range $variable, $key := dict "COSIGN_PUBLIC_KEY" "cosignPublicKey" "VAULT_TOKEN" "vaultToken" }}
{{- with include "common.setting" (list $ $key) }}
{{ $variable }}: {{ . | b64enc }}
{{- end }}
{{- end }}
{{- end }}
{{- with (include "common.connection" (list . "database") | fromYaml).url }}
DATABASE_URL: {{ . | b64enc }}
{{- end }}
{{- if eq (include "common.queueBackend" .) "redis" }}
{{- with (include "common.connection" (list . "redis") | fromYaml).url }}
REDIS_URL: {{ . | b64enc }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "common.secret" -}}
{{- with include "common.secretData" . | fromYaml }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "common.fullname" $ }}
  namespace: {{ $.Release.Namespace }}
  labels:
    {{- include "common.labels" $ | nindent 4 }}
type: Opaque
data:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Seconds of "90", 90, "90s", "30m", "2h" or "1d". dict: key (for the message), value. */}}
{{- define "common.seconds" -}}
{{- $value := .value | toString -}}
{{- if not (regexMatch "^[1-9][0-9]*[smhd]?$" $value) -}}
{{- include "common.refuse" (dict "key" .key "reason" (printf "%q is not a duration: a number of seconds, or one with s, m, h or d." $value) "example" (printf "--set %s=30m" .key)) -}}
{{- end -}}
{{- $unit := regexFind "[smhd]$" $value -}}
{{- $factor := get (dict "" 1 "s" 1 "m" 60 "h" 3600 "d" 86400) $unit -}}
{{- mul (regexFind "^[0-9]+" $value | int64) $factor -}}
{{- end -}}

{{/* list: root context, prefix. How a key is called where it is set: in the umbrella with the prefix, in a chart alone without. */}}
{{- define "common.keyPrefix" -}}
{{- if dig "global" "database" "" (index . 0).Values.AsMap }}{{ index . 1 }}{{ end -}}
{{- end -}}

{{/* Variables with values of their own, as a YAML list. Set beside the chart, one of the two would silently win. */}}
{{- define "common.ownVariables" -}}
- ATOM_BOOTSTRAP_TOKEN
- COSIGN_PUBLIC_KEY
- DATABASE_URL
- HOST
- PORT
- QUEUE_BACKEND
- REDIS_URL
- TRUST_FILE
- TRUSTED_ROOT_PATH
- VAULT_ADDR
- VAULT_AUTH_MOUNT
- VAULT_CACERT
- VAULT_KUBERNETES_ROLE
- VAULT_KUBERNETES_TOKEN_FILE
- VAULT_NAMESPACE
- VAULT_TOKEN
- VAULT_TRANSIT_KEY
- VAULT_TRANSIT_MOUNT
- WORKER_PORT
{{- end -}}

{{/* The rules that no JSON Schema can say in words that help. */}}
{{- define "common.validate" -}}
{{- $shared := include "common.keyPrefix" (list . "global.") -}}
{{- $own := include "common.keyPrefix" (list . (printf "%s." .Chart.Name)) -}}
{{- $key := include "common.setting" (list . "cosignPublicKey") -}}
{{- if and $key (not (contains "-----BEGIN PUBLIC KEY-----" $key)) -}}
{{- include "common.refuse" (dict "key" (print $shared "config.cosignPublicKey") "reason" "this is not the PEM text of a public key (it has no line \"-----BEGIN PUBLIC KEY-----\")." "example" (printf "--set-file %sconfig.cosignPublicKey=cosign.pub" $shared)) -}}
{{- end -}}
{{- if contains "PRIVATE KEY" $key -}}
{{- include "common.refuse" (dict "key" (print $shared "config.cosignPublicKey") "reason" "this contains a private key. It must not leave its owner's machine." "example" (printf "--set-file %sconfig.cosignPublicKey=cosign.pub" $shared)) -}}
{{- end -}}
{{- with include "common.setting" (list . "vaultAddr") -}}
{{- if not (regexMatch "^https?://[^/\\s]+" .) -}}
{{- include "common.refuse" (dict "key" (print $shared "config.vaultAddr") "reason" (printf "%q is not an address with http:// or https://." .) "example" (printf "--set %sconfig.vaultAddr=https://vault.company.com" $shared)) -}}
{{- end -}}
{{- end -}}
{{- range $key, $files := dict "trustConfigMap" "trust.yaml --from-file=good.wpk.yaml …" "trustedRootConfigMap" "trusted_root.json" -}}
{{- $name := tpl (include "common.setting" (list $ $key)) $ -}}
{{- if and $name (not (regexMatch "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" $name)) -}}
{{- include "common.refuse" (dict "key" (printf "%sconfig.%s" $shared $key) "reason" (printf "%q is not the name of a ConfigMap; the files themselves belong into one." (trunc 63 $name)) "example" (printf "kubectl create configmap atom-trust --from-file=%s, then --set %sconfig.%s=atom-trust" $files $shared $key)) -}}
{{- end -}}
{{- end -}}
{{- $database := include "common.connection" (list . "database") | fromYaml -}}
{{- if and $database.url (not (regexMatch "^postgres(ql)?://[^/\\s]+/[^/\\s]+" $database.url)) -}}
{{- include "common.refuse" (dict "key" (print $shared "database.url") "reason" "this is not the address of a PostgreSQL database." "example" (printf "--set %sdatabase.url=postgres://atom:secret@db.company.com:5432/atom" $shared)) -}}
{{- end -}}
{{- $redis := include "common.connection" (list . "redis") | fromYaml -}}
{{- if and $redis.url (not (regexMatch "^rediss?://[^/\\s]+" $redis.url)) -}}
{{- include "common.refuse" (dict "key" (print $shared "redis.url") "reason" "this is not the address of a Redis server." "example" (printf "--set %sredis.url=redis://:secret@redis.company.com:6379/0" $shared)) -}}
{{- end -}}
{{- if .Values.autoscaling.enabled -}}
{{- $least := include "common.minReplicas" . | int -}}
{{- if gt $least (int .Values.autoscaling.maxReplicas) -}}
{{- include "common.refuse" (dict "key" (print $own "autoscaling.maxReplicas") "reason" (printf "%d is below the least number of replicas, %d (the greater of replicaCount and autoscaling.minReplicas)." (int .Values.autoscaling.maxReplicas) $least) "example" (printf "--set %sautoscaling.maxReplicas=%d" $own (mul 2 $least))) -}}
{{- end -}}
{{- if not (or .Values.autoscaling.targetCPUUtilizationPercentage .Values.autoscaling.targetMemoryUtilizationPercentage) -}}
{{- include "common.refuse" (dict "key" (print $own "autoscaling.targetCPUUtilizationPercentage") "reason" "an autoscaler needs something to scale by." "example" (printf "--set %sautoscaling.targetCPUUtilizationPercentage=80, or --set %sautoscaling.enabled=false" $own $own)) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name (include "common.ownVariables" $ | fromYamlArray) -}}
{{- include "common.refuse" (dict "key" (print $own "extraEnv") "reason" (printf "%s is set by the chart itself, and a variable can only be set once." .name) "example" (printf "--set '%sextraEnv[0].name=NODE_OPTIONS,%sextraEnv[0].value=--max-old-space-size=384'" $own $own)) -}}
{{- end -}}
{{- end -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) (dig "rbac" "create" false .Values.AsMap) -}}
{{- include "common.refuse" (dict "key" (print $own "serviceAccount.name") "reason" "without a service account of its own the permissions would go to \"default\", that is to every pod of the namespace." "example" (printf "--set %sserviceAccount.name=atom-agent, or --set %sserviceAccount.create=true" $own $own)) -}}
{{- end -}}
{{- end -}}
