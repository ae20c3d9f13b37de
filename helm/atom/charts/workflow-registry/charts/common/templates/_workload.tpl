{{/*
The Deployment of api or worker. dict: root, component:
  command      list
  port         the container's port, and its variable: portVariable
  environment  more variables, as YAML
  token        whether the pod gets the token of its service account
  volume       name of the volume that persistence asks for
  volumes, mounts  more of them, as YAML
*/}}
{{- define "common.deployment" -}}
{{- $component := .component -}}
{{- with .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "common.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      {{- include "common.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "common.labels" . | nindent 8 }}
        {{- with .Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        # A changed value restarts the pods.
        checksum/config: {{ include "common.configData" (dict "root" . "component" $component) | sha256sum }}
        checksum/secret: {{ include "common.secretData" . | sha256sum }}
        {{- with include "common.podAnnotations" . | fromYaml }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "common.serviceAccountName" . }}
      automountServiceAccountToken: {{ $component.token }}
      enableServiceLinks: false
      {{- include "common.imagePullSecrets" . | nindent 6 }}
      securityContext:
        {{- include "common.podSecurityContext" . | nindent 8 }}
      terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
      initContainers:
        - name: wait-for-schema
          {{- include "common.container" . | nindent 10 }}
          command: [node, dist/migrate.js, --check, --wait, {{ .Values.migrations.waitSeconds | quote }}]
          env:
            {{- include "common.connectionEnvironment" . | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
          resources:
            {{- toYaml .Values.migrations.resources | nindent 12 }}
      containers:
        - name: {{ include "common.name" . }}
          {{- include "common.container" . | nindent 10 }}
          command: {{ toJson $component.command }}
          ports:
            - name: http
              containerPort: {{ .Values.service.targetPort }}
              protocol: TCP
          envFrom:
            - configMapRef:
                name: {{ include "common.fullname" . }}
          env:
            {{- include "common.connectionEnvironment" . | nindent 12 }}
            {{- include "common.trustEnvironment" . | nindent 12 }}
            {{- with $component.environment }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- with .Values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          {{- if .Values.healthCheck.enabled }}
          startupProbe:
            {{- include "common.probe" .Values.startupProbe | nindent 12 }}
          livenessProbe:
            {{- include "common.probe" .Values.livenessProbe | nindent 12 }}
          readinessProbe:
            {{- include "common.probe" .Values.readinessProbe | nindent 12 }}
          {{- end }}
          {{- if $component.drain }}
          lifecycle:
            # Endpoints lose this pod while it still answers; SIGTERM comes after.
            preStop:
              exec:
                command: [sleep, "5"]
          {{- end }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            {{- include "common.trustMounts" . | nindent 12 }}
            {{- if .Values.persistence.enabled }}
            - { name: {{ $component.volume }}, mountPath: {{ .Values.persistence.mountPath | quote }} }
            {{- end }}
            {{- with $component.mounts }}
            {{- . | nindent 12 }}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir: { sizeLimit: 256Mi }
        {{- include "common.trustVolumes" . | nindent 8 }}
        {{- if .Values.persistence.enabled }}
        - name: {{ $component.volume }}
          {{- include "common.persistentVolume" . | nindent 10 }}
        {{- end }}
        {{- with $component.volumes }}
        {{- . | nindent 8 }}
        {{- end }}
      {{- with .Values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- else }}
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                topologyKey: kubernetes.io/hostname
                labelSelector:
                  matchLabels:
                    {{- include "common.selectorLabels" $.root | nindent 20 }}
      {{- end }}
      {{- with .Values.topologySpreadConstraints }}
      topologySpreadConstraints:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
{{- end -}}

{{- define "common.container" -}}
image: {{ include "common.image" . | quote }}
imagePullPolicy: {{ (include "common.global" (list . "image") | fromYaml).pullPolicy | default .Values.image.pullPolicy }}
securityContext:
  {{- include "common.securityContext" . | nindent 2 }}
{{- end -}}

{{/* A probe of the values, on the container's own port unless it names another. */}}
{{- define "common.probe" -}}
{{- $probe := deepCopy . -}}
{{- if $probe.httpGet -}}
{{- $_ := set $probe "httpGet" (mergeOverwrite (dict "port" "http") $probe.httpGet) -}}
{{- end -}}
{{- toYaml $probe -}}
{{- end -}}

{{/* Annotations for Prometheus only where no ServiceMonitor does the same: it would count everything twice. */}}
{{- define "common.podAnnotations" -}}
{{- $annotations := dict -}}
{{- range $name, $value := .Values.podAnnotations -}}
{{- if not (and (hasPrefix "prometheus.io/" $name) (include "common.hasServiceMonitor" $)) -}}
{{- $_ := set $annotations $name $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $annotations -}}
{{- end -}}

{{/* The data of the ConfigMap, as YAML. dict: root, component (configuration: more lines of it). */}}
{{- define "common.configData" -}}
{{- with .root -}}
HOST: "0.0.0.0"
{{ $.component.portVariable }}: {{ .Values.service.targetPort | quote }}
LOG_LEVEL: {{ .Values.config.logLevel | quote }}
DATABASE_POOL: {{ .Values.database.pool | quote }}
# Below the grace period of the pod, which also covers the time before SIGTERM.
SHUTDOWN_TIMEOUT_MS: {{ mul 1000 (max 1 (sub (int .Values.terminationGracePeriodSeconds) 15)) | quote }}
{{- with include "common.setting" (list . "vaultAddr") }}
VAULT_ADDR: {{ . | quote }}
{{- end }}
{{- if include "common.setting" (list . "trustConfigMap") }}
TRUST_FILE: /etc/atom/trust/trust.yaml
{{- end }}
{{- if include "common.setting" (list . "trustedRootConfigMap") }}
TRUSTED_ROOT_PATH: /etc/atom/trusted-root/trusted_root.json
{{- end }}
{{- with $.component.configuration }}
{{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "common.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "common.fullname" .root }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "common.labels" .root | nindent 4 }}
data:
  {{- include "common.configData" . | nindent 2 }}
{{- end -}}

{{/*
A claim that allows one node cannot be shared by pods on several: then every pod has one of its own, which goes with it.
Nothing of worth is lost, what Atom knows is in PostgreSQL.
*/}}
{{- define "common.sharesVolume" -}}
{{- if .Values.persistence.existingClaim -}}true
{{- else if eq .Values.persistence.accessMode "ReadWriteMany" -}}true
{{- else if and (not .Values.autoscaling.enabled) (le (int .Values.replicaCount) 1) -}}true
{{- end -}}
{{- end -}}

{{- define "common.claimSpec" -}}
accessModes: [{{ .Values.persistence.accessMode }}]
{{- with .Values.persistence.storageClass }}
storageClassName: {{ . | quote }}
{{- end }}
resources:
  requests:
    storage: {{ .Values.persistence.size | quote }}
{{- end -}}

{{- define "common.persistentVolume" -}}
{{- if include "common.sharesVolume" . -}}
persistentVolumeClaim:
  claimName: {{ .Values.persistence.existingClaim | default (include "common.fullname" .) }}
{{- else -}}
ephemeral:
  volumeClaimTemplate:
    spec:
      {{- include "common.claimSpec" . | nindent 6 }}
{{- end -}}
{{- end -}}

{{- define "common.persistentVolumeClaim" -}}
{{- if and .Values.persistence.enabled (include "common.sharesVolume" .) (not .Values.persistence.existingClaim) }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "common.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  {{- include "common.claimSpec" . | nindent 2 }}
{{- end }}
{{- end -}}
