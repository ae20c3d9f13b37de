import type { Permission, Step } from '../../wpk/index.js';
import { isSystemNamespace, reversibilityOf } from './kubernetes.js';
import type { Rule, Sighting } from './rule.js';

/** Resources without a namespace: a permission for them alone has none to name. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  ...['nodes', 'namespaces', 'persistentvolumes', 'clusterroles', 'clusterrolebindings', 'customresourcedefinitions'],
  ...['storageclasses', 'priorityclasses', 'ingressclasses', 'runtimeclasses', 'volumeattachments', 'csidrivers'],
]);

/** CWE-668: what runs Kubernetes itself, or all that there is, lies within reach. */
export const SYSTEM_NAMESPACE_RULE: Rule = {
  id: 'ATOM-K8S-001',
  severity: 'high',
  cwe: 'CWE-668',
  inspect: ({ spec }) => [
    ...spec.permissions.flatMap((permission, index) => inspectPermission(permission, index)),
    ...spec.steps.flatMap((step, index) => inspectStep(step, index)),
  ],
};

function inspectPermission(permission: Permission, index: number): Sighting[] {
  const pointer = `#/spec/permissions/${index}`;
  const reversibility = reversibilityOf(permission.verbs);
  if (permission.namespaces === undefined || permission.namespaces.length === 0) {
    if (permission.resources.every((resource) => CLUSTER_SCOPED.has(resource.split('/')[0] ?? ''))) return [];
    const message = `Permission ${index + 1} holds in every namespace; list its namespaces.`;
    return [{ message, pointer, blast: 'cluster', reversibility }];
  }
  return permission.namespaces.flatMap((namespace, position): Sighting[] => {
    const place = `${pointer}/namespaces/${position}`;
    if (namespace === '*') {
      const message = `Permission ${index + 1} holds in every namespace; list its namespaces.`;
      return [{ message, pointer: place, blast: 'cluster', reversibility }];
    }
    if (!isSystemNamespace(namespace)) return [];
    const message = `Permission ${index + 1} reaches into ${namespace}, which belongs to Kubernetes itself.`;
    return [{ message, pointer: place, blast: 'cluster', reversibility }];
  });
}

function inspectStep(step: Step, index: number): Sighting[] {
  const namespace = step.with['namespace'];
  if (typeof namespace !== 'string' || !isSystemNamespace(namespace)) return [];
  return [
    {
      message: `Step '${step.name}' works in ${namespace}, which belongs to Kubernetes itself.`,
      pointer: `#/spec/steps/${index}/with/namespace`,
      blast: 'cluster',
      reversibility: 'reversible',
    },
  ];
}
