import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';

import { Requires } from '../access/index.js';
import { AuditPageDto, AuditQuery } from './audit.dto.js';
import { AuditLog } from './audit-log.js';

@ApiTags('audit')
@ApiBearerAuth()
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  @Get()
  @Requires('audit:read')
  @ApiOperation({ summary: 'Who changed what, the newest first' })
  list(@Query() { actor, action, subject, limit, cursor }: AuditQuery): Promise<AuditPageDto> {
    const filter = {
      ...(actor !== undefined && { actor }),
      ...(action !== undefined && { action }),
      ...(subject !== undefined && { subject }),
    };
    return this.log.list(filter, { limit, ...(cursor !== undefined && { cursor }) });
  }
}
