import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';

import { PUBLIC_ROUTE } from '../platform/http/public.decorator.js';
import { REQUIRED_PERMISSION } from './access.decorators.js';

type Handler = (...args: unknown[]) => unknown;

/** Refuses to boot when a route says neither which permission it demands nor that it is public. */
@Injectable()
export class RoutePermissionsCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const open = this.undeclaredRoutes();
    if (open.length > 0) {
      throw new Error(`These routes declare no permission (@Requires or @Public): ${open.join(', ')}`);
    }
  }

  private undeclaredRoutes(): string[] {
    return this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (typeof metatype !== 'function' || typeof instance !== 'object' || instance === null) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, Handler>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((method) => this.isUndeclared(metatype, prototype[method]))
        .map((method) => `${metatype.name}.${method}`);
    });
  }

  private isUndeclared(controller: Parameters<Reflector['get']>[1], handler: Handler | undefined): boolean {
    if (!handler || this.reflector.get<unknown>(PATH_METADATA, handler) === undefined) return false;
    return ![PUBLIC_ROUTE, REQUIRED_PERMISSION].some(
      (key) => this.reflector.getAllAndOverride<unknown>(key, [handler, controller]) !== undefined,
    );
  }
}
