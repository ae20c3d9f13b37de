import { Body, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';

import { CurrentPrincipal, type Principal, Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { HttpError } from '../../platform/http/http.error.js';
import { PathParam } from '../../platform/http/path-param.decorator.js';
import type { Authority } from '../../wpk/index.js';
import { REGISTRY_PROBLEMS } from '../registry.error.js';
import { findPolicy } from './trust.changes.js';
import { type AuthorityDto, PutPolicyDto, toSignedPackage, TrustPolicyDto, TrustPolicyListDto } from './trust.dto.js';
import { TrustService } from './trust.service.js';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const PUT = `A package has to satisfy every policy that covers its name. A policy comes into force only when it accepts the package
\`checks.good\` and refuses the package \`checks.bad\`, both with a name that it covers: a mistake can neither lock everybody out
nor let everybody in.`;

const NameParam = (): ParameterDecorator => PathParam('name', { description: 'Name of the policy.', example: 'web' });

@ApiTags('trust')
@ApiBearerAuth()
@Controller('v1/trust/policies')
export class TrustPoliciesController {
  constructor(private readonly trust: TrustService) {}

  @Get()
  @Requires('trust:read')
  @ApiOperation({ summary: 'Which workflows need whose signatures' })
  async list(): Promise<TrustPolicyListDto> {
    const { set } = await this.trust.show();
    return { items: set.document.policies.map((policy) => TrustPolicyDto.from(policy)) };
  }

  @Get(':name')
  @Requires('trust:read')
  @ApiOperation({ summary: 'One trust policy' })
  @ApiProblems(REGISTRY_PROBLEMS, 'trust-not-found')
  async get(@NameParam() name: string): Promise<TrustPolicyDto> {
    const { set } = await this.trust.show();
    return TrustPolicyDto.from(findPolicy(set.document, name));
  }

  @Put(':name')
  @Requires('trust:manage')
  @ApiOperation({ summary: 'Set a trust policy, tried out before it comes into force', description: PUT })
  @ApiProblems(REGISTRY_PROBLEMS, 'trust-invalid', 'trust-policy-fails', 'trust-conflict', 'trust-managed-by-file')
  async put(
    @NameParam() name: string,
    @Body() { checks, any, ...body }: PutPolicyDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<TrustPolicyDto> {
    if (!NAME.test(name)) throw invalid('#/name', 'The name in the path has to be a DNS label.');
    const policy = { name, ...body, any: any.map(toAuthority) };
    const tried = { good: toSignedPackage(checks.good), bad: toSignedPackage(checks.bad) };
    return TrustPolicyDto.from(findPolicy(await this.trust.putPolicy(policy, tried, principal.name), name));
  }

  @Delete(':name')
  @HttpCode(204)
  @Requires('trust:manage')
  @ApiOperation({
    summary: 'Remove a trust policy; names that no other covers are left to the keys of COSIGN_PUBLIC_KEY, or refused',
  })
  @ApiProblems(REGISTRY_PROBLEMS, 'trust-not-found', 'trust-conflict', 'trust-managed-by-file')
  async remove(@NameParam() name: string, @CurrentPrincipal() principal: Principal): Promise<void> {
    await this.trust.removePolicy(name, principal.name);
  }
}

function toAuthority({ key, identity }: AuthorityDto, index: number): Authority {
  if (key !== undefined && identity === undefined) return { key };
  if (identity !== undefined && key === undefined) return { identity };
  throw invalid(`#/any/${index}`, 'Name a key or an identity, one of both.');
}

function invalid(pointer: string, detail: string): HttpError {
  return new HttpError('request-invalid', detail, { errors: [{ pointer, detail }] });
}
