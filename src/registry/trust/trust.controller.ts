import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';

import { Requires } from '../../access/index.js';
import { TrustDto } from './trust.dto.js';
import { TrustService } from './trust.service.js';

@ApiTags('trust')
@ApiBearerAuth()
@Controller('v1/trust')
export class TrustController {
  constructor(private readonly trust: TrustService) {}

  @Get()
  @Requires('trust:read')
  @ApiOperation({ summary: 'Who may sign which workflows, all of it' })
  async show(): Promise<TrustDto> {
    return TrustDto.from(await this.trust.show());
  }
}
