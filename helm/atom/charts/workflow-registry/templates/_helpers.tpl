{{/* What makes a Deployment of the library the api. */}}
{{- define "workflow-registry.component" -}}
command: [node, dist/main.js]
portVariable: PORT
volume: data
token: false
drain: true
{{- with include "workflow-registry.vaultConfiguration" . | trim }}
configuration: |-
  {{- . | nindent 2 }}
{{- end }}
{{- with include "workflow-registry.vaultSources" . | trim }}
mounts: |-
  - { name: vault, mountPath: /etc/atom/vault, readOnly: true }
volumes: |-
  - name: vault
    projected:
      sources:
        {{- . | nindent 8 }}
{{- end }}
{{- if .Values.bootstrapToken.enabled }}
environment: |-
  - name: ATOM_BOOTSTRAP_TOKEN
    valueFrom:
      secretKeyRef:
        name: {{ tpl .Values.bootstrapToken.existingSecret . | default (printf "%s-bootstrap" (include "common.fullname" .)) }}
        key: {{ .Values.bootstrapToken.existingSecretKey }}
{{- end }}
{{- end -}}

{{/* Only the api signs: lines of its ConfigMap. */}}
{{- define "workflow-registry.vaultConfiguration" -}}
{{- with .Values.config }}
{{- range $variable, $value := dict "VAULT_AUTH_MOUNT" .vaultAuthMount "VAULT_KUBERNETES_ROLE" .vaultKubernetesRole "VAULT_NAMESPACE" .vaultNamespace "VAULT_TRANSIT_KEY" .vaultTransitKey "VAULT_TRANSIT_MOUNT" .vaultTransitMount }}
{{- with $value }}
{{ $variable }}: {{ . | quote }}
{{- end }}
{{- end }}
{{- if .vaultKubernetesRole }}
VAULT_KUBERNETES_TOKEN_FILE: /etc/atom/vault/token
{{- end }}
{{- if .vaultCaConfigMap }}
VAULT_CACERT: /etc/atom/vault/ca.crt
{{- end }}
{{- end }}
{{- end -}}

{{/* The pod has no token for the Kubernetes API; this one is good at Vault only, and renewed by the kubelet. */}}
{{- define "workflow-registry.vaultSources" -}}
{{- with .Values.config }}
{{- if .vaultKubernetesRole }}
- serviceAccountToken:
    path: token
    audience: {{ .vaultAudience | default "vault" | quote }}
    expirationSeconds: 3600
{{- end }}
{{- with .vaultCaConfigMap }}
- configMap:
    name: {{ tpl . $ | quote }}
    items:
      - { key: ca.crt, path: ca.crt }
{{- end }}
{{- end }}
{{- end -}}

{{/* Not the selector of the api: its Service must not send requests here. */}}
{{- define "workflow-registry.migrationLabels" -}}
app.kubernetes.io/name: {{ include "common.name" . }}-migrate
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: atom
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "workflow-registry.migration" -}}
backoffLimit: {{ .Values.migrations.backoffLimit }}
activeDeadlineSeconds: {{ .Values.migrations.activeDeadlineSeconds }}
template:
  metadata:
    labels:
      {{- include "workflow-registry.migrationLabels" . | nindent 6 }}
  spec:
    restartPolicy: Never
    serviceAccountName: {{ include "common.serviceAccountName" . }}
    automountServiceAccountToken: false
    enableServiceLinks: false
    {{- include "common.imagePullSecrets" . | nindent 4 }}
    securityContext:
      {{- include "common.podSecurityContext" . | nindent 6 }}
    containers:
      - name: migrate
        {{- include "common.container" . | nindent 8 }}
        command: [node, dist/migrate.js, --wait, {{ .Values.migrations.waitSeconds | quote }}]
        env:
          {{- include "common.connectionEnvironment" . | nindent 10 }}
        volumeMounts:
          - { name: tmp, mountPath: /tmp }
        resources:
          {{- toYaml .Values.migrations.resources | nindent 10 }}
    volumes:
      - name: tmp
        emptyDir: { sizeLimit: 64Mi }
    {{- with .Values.nodeSelector }}
    nodeSelector:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .Values.tolerations }}
    tolerations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end -}}

{{/* For NOTES.txt: how to get in, and what will be missed. */}}
{{- define "workflow-registry.access" -}}
{{- $secret := tpl .Values.bootstrapToken.existingSecret . | default (printf "%s-bootstrap" (include "common.fullname" .)) -}}
{{- if .Values.ingress.enabled }}
Swagger UI:
{{- range .Values.ingress.hosts }}
  http{{ if $.Values.ingress.tls }}s{{ end }}://{{ .host }}/docs
{{- end }}
{{- else }}
Swagger UI at http://127.0.0.1:{{ .Values.service.port }}/docs after:
  kubectl -n {{ .Release.Namespace }} port-forward service/{{ include "common.serviceName" . }} {{ .Values.service.port }}
{{- end }}
{{- if .Values.bootstrapToken.enabled }}

The first admin token:
  kubectl -n {{ .Release.Namespace }} get secret {{ $secret }} -o jsonpath='{.data.{{ .Values.bootstrapToken.existingSecretKey }}}' | base64 -d
{{- end }}
{{- $shared := include "common.keyPrefix" (list . "global.") -}}
{{- if not (or (include "common.setting" (list . "cosignPublicKey")) (include "common.setting" (list . "existingSecret")) (include "common.setting" (list . "trustConfigMap"))) }}

NO KEY IS TRUSTED: every package will be refused until {{ $shared }}config.cosignPublicKey is set (--set-file …=cosign.pub),
{{ $shared }}config.trustConfigMap is, or an admin has given keys and policies to the api (atomctl trust).
An upgrade with --set starts from the chart's values again: give the key again, or use --reuse-values or a values file.
{{- end }}
{{- end -}}

{{/* For NOTES.txt of this chart alone. */}}
{{- define "workflow-registry.database" -}}
{{- $database := include "common.connection" (list . "database") | fromYaml -}}
{{- if $database.secret }}
It reads the address of its database from the Secret "{{ $database.secret }}", key {{ $database.key }}, and waits until there is one:
  kubectl -n {{ .Release.Namespace }} create secret generic {{ $database.secret }} --from-literal={{ $database.key }}=postgres://atom:secret@db.company.com:5432/atom
{{- end }}
{{- end -}}

{{/* Keys that are accepted as the requirement names them, and are not silently ignored. */}}
{{- define "workflow-registry.validate" -}}
{{- range $key := list "backup" "restore" -}}
{{- if (index $.Values $key).enabled -}}
{{- include "common.refuse" (dict "key" (printf "%s%s.enabled" (include "common.keyPrefix" (list $ "workflow-registry.")) $key) "reason" "this release of the chart cannot do that yet, and nothing would happen." "example" (printf "--set %s.enabled=false, and pg_dump or pg_restore of your own" $key)) -}}
{{- end -}}
{{- end -}}
{{- include "workflow-registry.validateVault" . -}}
{{- end -}}

{{/* What the process would not start with, said before it is installed. */}}
{{- define "workflow-registry.validateVault" -}}
{{- $config := .Values.config -}}
{{- $shared := include "common.keyPrefix" (list . "global.") -}}
{{- $own := include "common.keyPrefix" (list . "workflow-registry.") -}}
{{- $logins := list -}}
{{- if include "common.setting" (list . "vaultToken") }}{{ $logins = append $logins (printf "%sconfig.vaultToken" $shared) }}{{ end -}}
{{- range .Values.extraEnv -}}
{{- if has .name (list "VAULT_TOKEN_FILE" "VAULT_ROLE_ID") }}{{ $logins = append $logins (printf "%s in %sextraEnv" .name $own) }}{{ end -}}
{{- end -}}
{{- range $key := list "vaultTransitKey" "vaultKubernetesRole" -}}
{{- if and (index $config $key) (not (include "common.setting" (list $ "vaultAddr"))) -}}
{{- include "common.refuse" (dict "key" (printf "%sconfig.%s" $own $key) "reason" "it is of no use without the address of Vault." "example" (printf "--set %sconfig.vaultAddr=https://vault.company.com" $shared)) -}}
{{- end -}}
{{- end -}}
{{- if and $config.vaultKubernetesRole $logins -}}
{{- include "common.refuse" (dict "key" (printf "%sconfig.vaultKubernetesRole" $own) "reason" (printf "there is another way to log in to Vault too (%s), and with two of them the api does not start." (join ", " $logins)) "example" (printf "--set %sconfig.vaultKubernetesRole=atom, without the other" $own)) -}}
{{- end -}}
{{- if and $config.vaultKubernetesRole (eq (include "common.serviceAccountName" .) "default") -}}
{{- include "common.refuse" (dict "key" (printf "%sserviceAccount.name" $own) "reason" "without a service account of its own the role in Vault would go to \"default\", that is to every pod of the namespace." "example" (printf "--set %sserviceAccount.name=atom-registry, or --set %sserviceAccount.create=true" $own $own)) -}}
{{- end -}}
{{- if and $config.vaultTransitKey (not (or $logins $config.vaultKubernetesRole (include "common.setting" (list . "existingSecret")))) -}}
{{- include "common.refuse" (dict "key" (printf "%sconfig.vaultTransitKey" $own) "reason" "nothing says how the api logs in to Vault, and it would not start." "example" (printf "--set %sconfig.vaultKubernetesRole=atom, or --set %sconfig.existingSecret=atom-trust (a Secret with the key VAULT_TOKEN)" $own $shared)) -}}
{{- end -}}
{{- end -}}
