import { createParamDecorator, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';

import type { Permission, Principal } from './permission.js';

export const REQUIRED_PERMISSION = 'atom:required-permission';

/** The permission that a route demands. A route that declares none, and is not public, fails the boot. */
export const Requires = (permission: Permission): CustomDecorator => SetMetadata(REQUIRED_PERMISSION, permission);

export interface AuthenticatedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  principal?: Principal;
}

/** The caller, as the guard authenticated it. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<AuthenticatedRequest>().principal;
});
