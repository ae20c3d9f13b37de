import { describe, expect, it } from '@jest/globals';

import { isGranted, type Permission, type Role, ROLES } from './permission.js';

/** The whole table: v viewer, o operator, a author, p approver, A admin. */
const TABLE: Readonly<Record<Permission, string>> = {
  'workflows:read': 'voapA',
  'workflows:write': 'aA',
  'workflows:yank': 'aA',
  'workflows:govern': 'A',
  'trust:read': 'voapA',
  'trust:manage': 'A',
  'audit:read': 'A',
  'runs:read': 'voapA',
  'runs:create': 'oA',
  'runs:dry-run': 'oaA',
  'runs:cancel': 'oA',
  'tokens:manage': 'A',
  'self:read': 'voapA',
};
const LETTER: Readonly<Record<Role, string>> = { viewer: 'v', operator: 'o', author: 'a', approver: 'p', admin: 'A' };

describe('isGranted', () => {
  const cases = (Object.keys(TABLE) as Permission[]).flatMap((permission) =>
    ROLES.map((role) => ({ role, permission, granted: TABLE[permission].includes(LETTER[role]) })),
  );

  it.each(cases)('$role and $permission: $granted', ({ role, permission, granted }) => {
    expect(isGranted(role, permission)).toBe(granted);
  });
});
