import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';

import { CurrentPrincipal, type Principal, Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { PathParam } from '../../platform/http/path-param.decorator.js';
import { REGISTRY_PROBLEMS } from '../registry.error.js';
import { findEntry } from './trust.changes.js';
import {
  IdentityDto,
  IdentityListDto,
  NewIdentityDto,
  RetirementDto,
  RevocationDto,
  toNewIdentity,
} from './trust.dto.js';
import { TrustService } from './trust.service.js';

const NameParam = (): ParameterDecorator =>
  PathParam('name', { description: 'Name of the identity.', example: 'release-pipeline' });

@ApiTags('trust')
@ApiBearerAuth()
@Controller('v1/trust/identities')
export class TrustIdentitiesController {
  constructor(private readonly trust: TrustService) {}

  @Get()
  @Requires('trust:read')
  @ApiOperation({ summary: 'Every trusted identity, retired and revoked ones included' })
  async list(): Promise<IdentityListDto> {
    const { set } = await this.trust.show();
    return { items: set.document.identities.map((entry) => IdentityDto.from(entry)) };
  }

  @Get(':name')
  @Requires('trust:read')
  @ApiOperation({ summary: 'One trusted identity' })
  @ApiProblems(REGISTRY_PROBLEMS, 'trust-not-found')
  async get(@NameParam() name: string): Promise<IdentityDto> {
    const { set } = await this.trust.show();
    return IdentityDto.from(findEntry(set.document, 'identities', name));
  }

  @Post()
  @Requires('trust:manage')
  @ApiOperation({
    summary: 'Add an identity; it may sign what a policy lets it sign',
  })
  @ApiProblems(REGISTRY_PROBLEMS, 'trust-conflict', 'trust-managed-by-file', 'trust-invalid')
  async add(@Body() body: NewIdentityDto, @CurrentPrincipal() principal: Principal): Promise<IdentityDto> {
    const document = await this.trust.addIdentity(toNewIdentity(body), principal.name);
    return IdentityDto.from(findEntry(document, 'identities', body.name));
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
  ): Promise<IdentityDto> {
    const document = await this.trust.retire('identities', name, principal.name, reason);
    return IdentityDto.from(findEntry(document, 'identities', name));
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
  ): Promise<IdentityDto> {
    const document = await this.trust.revoke('identities', name, principal.name, reason);
    return IdentityDto.from(findEntry(document, 'identities', name));
  }
}
