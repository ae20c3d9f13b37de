import type { Reversibility } from './finding.js';

const READ_VERBS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
const DESTRUCTIVE_VERBS: ReadonlySet<string> = new Set([
  '*',
  'delete',
  'deletecollection',
  'impersonate',
  'escalate',
  'bind',
]);
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** Of everything that these RBAC verbs allow, the worst. */
export function reversibilityOf(verbs: readonly string[]): Reversibility {
  if (verbs.some((verb) => DESTRUCTIVE_VERBS.has(verb))) return 'irreversible';
  return verbs.every((verb) => READ_VERBS.has(verb)) ? 'read' : 'reversible';
}

/** A namespace that belongs to Kubernetes itself. */
export function isSystemNamespace(namespace: string): boolean {
  return SYSTEM_NAMESPACES.has(namespace);
}
