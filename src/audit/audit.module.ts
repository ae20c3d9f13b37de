import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { AuditController } from './audit.controller.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { AuditLog } from './audit-log.js';
import { PostgresAuditLog } from './audit-log.store.postgres.js';

/** Who changed what. Only the api changes anything that is audited. */
@Module({
  imports: [TypeOrmModule.forFeature([AuditEntryEntity])],
  controllers: [AuditController],
  providers: [{ provide: AuditLog, useClass: PostgresAuditLog }],
  exports: [AuditLog],
})
export class AuditModule {}
