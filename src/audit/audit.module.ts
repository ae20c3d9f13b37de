import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { AuditController } from './audit.controller.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { AuditLog } from './audit-log.js';
import { PostgresAuditLog } from './audit-log.store.postgres.js';

/** Who changed what. */
@Module({
  imports: [TypeOrmModule.forFeature([AuditEntryEntity])],
  providers: [{ provide: AuditLog, useClass: PostgresAuditLog }],
  exports: [AuditLog],
})
export class AuditModule {
  /** With the REST resource. */
  static forApi(): DynamicModule {
    return { module: AuditModule, controllers: [AuditController] };
  }
}
