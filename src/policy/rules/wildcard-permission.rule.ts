import type { Permission } from '../../wpk/index.js';
import { reversibilityOf } from './kubernetes.js';
import type { Rule, Sighting } from './rule.js';

const MEMBERS = ['apiGroups', 'resources', 'verbs'] as const;

/** CWE-250: a permission that names everything cannot be reviewed, and grows by itself with the cluster. */
export const WILDCARD_PERMISSION_RULE: Rule = {
  id: 'ATOM-RBAC-001',
  severity: 'critical',
  cwe: 'CWE-250',
  inspect: ({ spec }) => spec.permissions.flatMap((permission, index) => inspect(permission, index)),
};

function inspect(permission: Permission, index: number): Sighting[] {
  return MEMBERS.flatMap((member) =>
    permission[member].flatMap((value, position) =>
      // `pods/*` and `*/scale` are wildcards of RBAC as well.
      value.split('/').includes('*')
        ? {
            message: `Permission ${index + 1} asks for every one of its ${member}; name those that the steps need.`,
            pointer: `#/spec/permissions/${index}/${member}/${position}`,
            blast: permission.namespaces === undefined ? 'cluster' : 'namespace',
            reversibility: reversibilityOf(permission.verbs),
          }
        : [],
    ),
  );
}
