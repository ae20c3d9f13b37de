import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';

import { CurrentPrincipal, type Principal, Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { PathParam } from '../../platform/http/path-param.decorator.js';
import { REGISTRY_PROBLEMS } from '../registry.error.js';
import { findEntry } from './trust.changes.js';
import { KeyDto, KeyListDto, NewKeyDto, RetirementDto, RevocationDto, toNewKey } from './trust.dto.js';
import { TrustService } from './trust.service.js';

const NameParam = (): ParameterDecorator =>
  PathParam('name', { description: 'Name of the key.', example: 'team-2027' });

@ApiTags('trust')
@ApiBearerAuth()
@Controller('v1/trust/keys')
export class TrustKeysController {
  constructor(private readonly trust: TrustService) {}

  @Get()
  @Requires('trust:read')
  @ApiOperation({ summary: 'Every trusted key, retired and revoked ones included' })
  async list(): Promise<KeyListDto> {
    const { set } = await this.trust.show();
    return { items: set.document.keys.map((entry) => KeyDto.from(entry)) };
  }

  @Get(':name')
  @Requires('trust:read')
  @ApiOperation({ summary: 'One trusted key' })
  @ApiProblems(REGISTRY_PROBLEMS, 'trust-not-found')
  async get(@NameParam() name: string): Promise<KeyDto> {
    const { set } = await this.trust.show();
    return KeyDto.from(findEntry(set.document, 'keys', name));
  }

  @Post()
  @Requires('trust:manage')
  @ApiOperation({
    summary: 'Add a key; it may sign what a policy lets it sign',
  })
  @ApiProblems(REGISTRY_PROBLEMS, 'trust-conflict', 'trust-managed-by-file', 'trust-invalid')
  async add(@Body() body: NewKeyDto, @CurrentPrincipal() principal: Principal): Promise<KeyDto> {
    const document = await this.trust.addKey(toNewKey(body), principal.name);
    return KeyDto.from(findEntry(document, 'keys', body.name));
  }

  @Post(':name/retire')
  @HttpCode(200)
  @Requires('trust:manage')
  @ApiOperation({ summary: 'Take nothing new of it; what was stored before still counts' })
  @ApiProblems(REGISTRY_PROBLEMS, 'trust-not-found', 'trust-conflict', 'trust-managed-by-file')
  async retire(
    @NameParam() name: string,
    @Body() { reason }: RetirementDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<KeyDto> {
    const document = await this.trust.retire('keys', name, principal.name, reason);
    return KeyDto.from(findEntry(document, 'keys', name));
  }

  @Post(':name/revoke')
  @HttpCode(200)
  @Requires('trust:manage')
  @ApiOperation({ summary: 'Take nothing of it any more; runs of what only it signed stop before their next step' })
  @ApiProblems(REGISTRY_PROBLEMS, 'trust-not-found', 'trust-conflict', 'trust-managed-by-file')
  async revoke(
    @NameParam() name: string,
    @Body() { reason }: RevocationDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<KeyDto> {
    const document = await this.trust.revoke('keys', name, principal.name, reason);
    return KeyDto.from(findEntry(document, 'keys', name));
  }
}
