{{/* What makes a Deployment of the library the api. */}}
{{- define "workflow-registry.component" -}}
command: [node, dist/main.js]
portVariable: PORT
volume: data
token: false
drain: true
{{- if .Values.bootstrapToken.enabled }}
environment: |-
  - name: ATOM_BOOTSTRAP_TOKEN
    valueFrom:
      secretKeyRef:
        name: {{ tpl .Values.bootstrapToken.existingSecret . | default (printf "%s-bootstrap" (include "common.fullname" .)) }}
        key: {{ .Values.bootstrapToken.existingSecretKey }}
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
{{- if not (or (include "common.setting" (list . "cosignPublicKey")) (include "common.setting" (list . "existingSecret"))) }}

NO KEY IS TRUSTED: every package will be refused until {{ include "common.keyPrefix" (list . "global.") }}config.cosignPublicKey is set (--set-file …=cosign.pub).
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
{{- end -}}
