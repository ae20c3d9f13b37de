export { ClusterClient } from './cluster.client.js';
export type { KubeconfigSource } from './cluster.session.js';
export { kubernetesActions } from './kubernetes.actions.js';
