import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

import { ApiProblems } from '../platform/http/api-problems.decorator.js';
import { ACCESS_PROBLEMS } from './access.error.js';
import type { Permission, Principal } from './permission.js';

export const REQUIRED_PERMISSION = 'atom:required-permission';

/**
 * The permission that a route demands, and that its documentation names. A route that declares none, and is not public,
 * fails the boot.
 */
export const Requires = (permission: Permission): ClassDecorator & MethodDecorator =>
  applyDecorators(
    SetMetadata(REQUIRED_PERMISSION, permission),
    ApiExtension('x-permission', permission),
    ApiProblems(ACCESS_PROBLEMS, 'token-missing', 'token-invalid', 'permission-missing'),
  );

export interface AuthenticatedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  principal?: Principal;
}

/** The caller, as the guard authenticated it. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<AuthenticatedRequest>().principal;
});
