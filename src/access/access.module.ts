import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';

import { AccessGuard } from './access.guard.js';
import { RoutePermissionsCheck } from './route-permissions.check.js';
import { TokenEntity } from './tokens/token.entity.js';
import { TokenStore } from './tokens/token.store.js';
import { PostgresTokenStore } from './tokens/token.store.postgres.js';
import { TokensController } from './tokens/tokens.controller.js';
import { TokensService } from './tokens/tokens.service.js';

/** The api's gate: who asks, and may they. The worker serves no route that needs it. */
@Module({
  imports: [TypeOrmModule.forFeature([TokenEntity]), DiscoveryModule],
  controllers: [TokensController],
  providers: [
    TokensService,
    RoutePermissionsCheck,
    { provide: TokenStore, useClass: PostgresTokenStore },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class AccessModule {}
