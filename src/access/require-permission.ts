import { AccessError } from './access.error.js';
import { isGranted, type Permission, type Principal } from './permission.js';

/** Throws `permission-missing`. For the guard, and where what a request asks for needs more than its route. */
export function requirePermission({ role }: Principal, permission: Permission | undefined): void {
  if (permission !== undefined && isGranted(role, permission)) return;
  throw new AccessError('permission-missing', `The role ${role} lacks ${permission ?? 'a permission for this route'}.`);
}
