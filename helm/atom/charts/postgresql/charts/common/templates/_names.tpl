{{/* Names and labels. Every template of this library is called with the root context unless it says otherwise. */}}

{{- define "common.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* <release>-<chart>, or the release alone when its name already says which chart it is. */}}
{{- define "common.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "common.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "common.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "common.selectorLabels" -}}
app.kubernetes.io/name: {{ include "common.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "common.labels" -}}
{{ include "common.selectorLabels" . }}
app.kubernetes.io/part-of: atom
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") }}
{{- end -}}

{{- define "common.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "common.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- define "common.serviceName" -}}
{{- .Values.service.name | default (include "common.fullname" .) -}}
{{- end -}}

{{/* global.image, where set, replaces what the chart says: all of Atom is one image. Bundled databases do not call this. */}}
{{- define "common.image" -}}
{{- $image := mergeOverwrite (deepCopy .Values.image) (include "common.global" (list . "image") | fromYaml) -}}
{{- $registry := $image.registry | default (dig "global" "imageRegistry" "" .Values.AsMap) -}}
{{- include "common.imageName" (dict "image" $image "registry" $registry "tag" .Chart.AppVersion) -}}
{{- end -}}

{{/* dict: image {repository, tag, digest}, registry, tag (when the image has none). */}}
{{- define "common.imageName" -}}
{{- with .registry }}{{ . }}/{{ end -}}
{{- .image.repository -}}
{{- if .image.digest -}}@{{ .image.digest }}{{- else -}}:{{ .image.tag | default .tag }}{{- end -}}
{{- end -}}

{{/* list: root context, key. The values below global.<key> that are not empty, as YAML. */}}
{{- define "common.global" -}}
{{- $root := index . 0 -}}
{{- $found := dict -}}
{{- range $key, $value := dig "global" (index . 1) dict $root.Values.AsMap -}}
{{- if $value }}{{- $_ := set $found $key $value }}{{- end -}}
{{- end -}}
{{- toYaml $found -}}
{{- end -}}

{{- define "common.imagePullSecrets" -}}
{{- with .Values.imagePullSecrets | default (dig "global" "imagePullSecrets" list .Values.AsMap) }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
dict: key, reason, example. Ends the rendering with all three.
*/}}
{{- define "common.refuse" -}}
{{- fail (printf "\n\n  %s: %s\n  Example: %s\n" .key .reason .example) -}}
{{- end -}}
