{{/*
Pod Security "restricted", whatever the values say: values may add to these and may not take anything of them away.
https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
*/}}

{{- define "common.podSecurityContext" -}}
{{- $needed := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- toYaml (mergeOverwrite (dict "fsGroupChangePolicy" "OnRootMismatch") (deepCopy .Values.podSecurityContext) $needed) -}}
{{- end -}}

{{- define "common.securityContext" -}}
{{- $needed := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "runAsNonRoot" true "capabilities" (dict "drop" (list "ALL")) -}}
{{- $default := dict "runAsUser" 1000 "runAsGroup" 1000 -}}
{{- toYaml (mergeOverwrite $default (deepCopy .Values.securityContext) $needed) -}}
{{- end -}}
