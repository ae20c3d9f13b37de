/** A namespace with `count` healthy deployments, web-0 upwards. */
export function deployments(count: number): string {
  const one = (name: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: registry.example/main@sha256:${'0'.repeat(64)}}]}
`;
  const all = Array.from({ length: count }, (_, i) => one(`web-${i}`));
  return ['apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n', ...all].join('---\n');
}

const permissions = `
  permissions:
    - {apiGroups: [apps], resources: [deployments, replicasets], verbs: [get, list, watch, patch], namespaces: [shop]}
    - {apiGroups: [""], resources: [pods, pods/log, events], verbs: [get, list], namespaces: [shop]}`;

/** Marks a deployment, restarts it and waits until the rollout is done: a change, a change, and a long read. */
export const RESTART = `
apiVersion: atom.dev/v1
kind: WorkflowPackage
metadata: {name: restart, version: 1.0.0}
spec:
  inputs:
    type: object
    required: [deployment]
    properties: {deployment: {type: string, maxLength: 253}}
  target: "\${{ 'shop/deployments/' + inputs.deployment }}"${permissions}
  steps:
    - name: mark
      uses: kubernetes/annotate
      with: {kind: Deployment, apiVersion: apps/v1, namespace: shop, name: "\${{ inputs.deployment }}", annotations: {touched: "yes"}, overwrite: true}
      timeout: 10s
    - name: restart
      uses: kubernetes/restart
      with: {kind: Deployment, namespace: shop, name: "\${{ inputs.deployment }}"}
      timeout: 10s
    - name: healthy
      uses: kubernetes/wait
      with: {kind: Deployment, namespace: shop, name: "\${{ inputs.deployment }}", for: rollout}
      timeout: 30s
  outputs: {restartedAt: "\${{ steps.restart.outputs.restartedAt }}"}
`;

/** One step that only looks. */
export const LOOK = `
apiVersion: atom.dev/v1
kind: WorkflowPackage
metadata: {name: look, version: 1.0.0}
spec:
  inputs: {type: object, properties: {}}${permissions}
  steps:
    - name: look
      uses: kubernetes/get
      with: {kind: Deployment, apiVersion: apps/v1, namespace: shop, name: web-0}
      timeout: 10s
`;
