import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

import { PUBLIC_ROUTE } from '../platform/http/public.decorator.js';
import { type AuthenticatedRequest, REQUIRED_PERMISSION } from './access.decorators.js';
import { type Permission } from './permission.js';
import { requirePermission } from './require-permission.js';
import { TokensService } from './tokens/tokens.service.js';

/** Stands before every route. No declared permission means no access. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokensService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets)) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const authorization = request.headers['authorization'];
    const principal = await this.tokens.authenticate(typeof authorization === 'string' ? authorization : undefined);
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(REQUIRED_PERMISSION, targets);
    requirePermission(principal, permission);
    request.principal = principal;
    return true;
  }
}
