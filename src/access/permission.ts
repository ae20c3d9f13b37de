/** What a route may demand. `workflows:govern`: revoke, delete, override and sign what others registered. */
export type Permission =
  | 'workflows:read'
  | 'workflows:write'
  | 'workflows:yank'
  | 'workflows:govern'
  | 'trust:read'
  | 'trust:manage'
  | 'audit:read'
  | 'runs:read'
  | 'runs:create'
  | 'runs:dry-run'
  | 'runs:cancel'
  | 'tokens:manage'
  | 'self:read';

export const ROLES = ['viewer', 'operator', 'author', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const READ: readonly Permission[] = ['workflows:read', 'trust:read', 'runs:read', 'self:read'];

const GRANTS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(READ),
  operator: new Set([...READ, 'runs:create', 'runs:dry-run', 'runs:cancel']),
  author: new Set([...READ, 'workflows:write', 'workflows:yank', 'runs:dry-run']),
  approver: new Set(READ),
  admin: new Set([
    ...READ,
    ...(['workflows:write', 'workflows:yank', 'workflows:govern', 'trust:manage', 'audit:read'] as const),
    ...(['runs:create', 'runs:dry-run', 'runs:cancel', 'tokens:manage'] as const),
  ]),
};

export function isGranted(role: Role, permission: Permission): boolean {
  return GRANTS[role].has(permission);
}

/** Who asks: the owner of the token that came with the request. */
export interface Principal {
  readonly tokenId: string;
  readonly name: string;
  readonly role: Role;
}
