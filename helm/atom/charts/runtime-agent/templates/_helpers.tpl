{{/* What makes a Deployment of the library the worker. */}}
{{- define "runtime-agent.component" -}}
command: [node, dist/worker.js]
portVariable: WORKER_PORT
volume: logs
# The way to the Kubernetes API, unless a kubeconfig is.
token: {{ not .Values.config.kubeconfig }}
drain: false
configuration: |-
  MAX_CONCURRENT_EXECUTIONS: {{ .Values.config.maxConcurrentExecutions | quote }}
  EXECUTION_TIMEOUT: {{ include "common.seconds" (dict "key" "config.executionTimeout" "value" .Values.config.executionTimeout) | quote }}
  {{- if .Values.config.kubeconfig }}
  KUBECONFIG: /etc/atom/kubeconfig/config
  {{- end }}
{{- if .Values.config.kubeconfig }}
mounts: |-
  - { name: kubeconfig, mountPath: /etc/atom/kubeconfig, readOnly: true }
volumes: |-
  - name: kubeconfig
    secret:
      secretName: {{ .Values.config.kubeconfig }}
      defaultMode: 0440
{{- end }}
{{- end -}}

{{/* What the actions of the runbooks need, one capability after the other. dict of rules by capability. */}}
{{- define "runtime-agent.rules" -}}
{{- with .Values.rbac.capabilities }}
{{- if .read }}
# kubernetes/get, list, events, wait. Secrets are not among them.
- apiGroups: [""]
  resources: [pods, services, endpoints, configmaps, events, persistentvolumeclaims, replicationcontrollers, resourcequotas, limitranges, serviceaccounts]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [deployments, replicasets, statefulsets, daemonsets, controllerrevisions]
  verbs: [get, list, watch]
- apiGroups: [batch]
  resources: [jobs, cronjobs]
  verbs: [get, list, watch]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingresses, networkpolicies]
  verbs: [get, list, watch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch]
{{- end }}
{{- if .logs }}
# kubernetes/logs
- apiGroups: [""]
  resources: [pods, pods/log]
  verbs: [get, list]
{{- end }}
{{- if .restart }}
# kubernetes/restart
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [get, list, watch, patch]
{{- end }}
{{- if .scale }}
# kubernetes/scale
- apiGroups: [apps]
  resources: [deployments/scale, statefulsets/scale, replicasets/scale]
  verbs: [get, patch]
- apiGroups: [apps]
  resources: [deployments, statefulsets, replicasets]
  verbs: [get, list, watch]
{{- end }}
{{- if .annotate }}
# kubernetes/annotate. Who may patch an object may change all of it: Kubernetes knows no smaller right.
- apiGroups: [""]
  resources: [pods, services, configmaps]
  verbs: [get, patch]
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [get, patch]
- apiGroups: [batch]
  resources: [jobs, cronjobs]
  verbs: [get, patch]
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [get, patch]
{{- end }}
{{- end }}
{{- with .Values.rbac.rules }}
# of the values
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* For NOTES.txt: where runbooks can work. */}}
{{- define "runtime-agent.reach" -}}
{{- if .Values.config.kubeconfig -}}
Runbooks work in the cluster of the kubeconfig in the Secret "{{ .Values.config.kubeconfig }}".
{{- else if not .Values.rbac.create -}}
Runbooks can do what somebody else permits the service account "{{ include "common.serviceAccountName" . }}".
{{- else if eq .Values.rbac.scope "cluster" -}}
Runbooks can work in every namespace: rbac.scope is "cluster".
{{- else -}}
Runbooks can work in: {{ join ", " (.Values.rbac.namespaces | default (list .Release.Namespace)) }}. Set rbac.namespaces or rbac.scope for more.
{{- end -}}
{{- end -}}
