import { Body, Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';

import { CurrentPrincipal, type Principal, Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { REGISTRY_PROBLEMS } from '../registry.error.js';
import { NewOverrideDto, StateReasonDto } from './version-lifecycle.dto.js';
import { VersionLifecycle } from './version-lifecycle.service.js';
import { PackageSignatureDto, WorkflowVersionDto } from './workflow.dto.js';
import { NameParam, VersionParam } from './workflow-params.js';

const NOT_THERE = ['workflow-not-found', 'version-deleted'] as const;

/** How a version stands. Every change is audited. */
@ApiTags('workflows')
@ApiBearerAuth()
@Controller('v1/workflows/:name/versions/:version')
export class VersionLifecycleController {
  constructor(private readonly lifecycle: VersionLifecycle) {}

  @Post('yank')
  @HttpCode(200)
  @Requires('workflows:yank')
  @ApiOperation({ summary: 'Start no new run of it; accepted runs go on' })
  @ApiProblems(REGISTRY_PROBLEMS, ...NOT_THERE, 'version-state-conflict')
  async yank(
    @NameParam() name: string,
    @VersionParam() version: string,
    @Body() { reason }: StateReasonDto,
    @CurrentPrincipal() { name: by }: Principal,
  ): Promise<WorkflowVersionDto> {
    return WorkflowVersionDto.from(await this.lifecycle.yank(name, version, reason, by));
  }

  @Delete('yank')
  @Requires('workflows:yank')
  @ApiOperation({ summary: 'Take a yank back' })
  @ApiProblems(REGISTRY_PROBLEMS, ...NOT_THERE, 'version-state-conflict')
  async unyank(
    @NameParam() name: string,
    @VersionParam() version: string,
    @CurrentPrincipal() { name: by }: Principal,
  ): Promise<WorkflowVersionDto> {
    return WorkflowVersionDto.from(await this.lifecycle.unyank(name, version, by));
  }

  @Post('revoke')
  @HttpCode(200)
  @Requires('workflows:govern')
  @ApiOperation({ summary: 'Run nothing of it any more, for ever; what runs stops before its next step' })
  @ApiProblems(REGISTRY_PROBLEMS, ...NOT_THERE, 'version-state-conflict')
  async revoke(
    @NameParam() name: string,
    @VersionParam() version: string,
    @Body() { reason }: StateReasonDto,
    @CurrentPrincipal() { name: by }: Principal,
  ): Promise<WorkflowVersionDto> {
    return WorkflowVersionDto.from(await this.lifecycle.revoke(name, version, reason, by));
  }

  @Post('override')
  @HttpCode(200)
  @Requires('workflows:govern')
  @ApiOperation({
    summary:
      'Let it run for some hours although it was yanked or policy says otherwise; never without a good signature',
  })
  @ApiProblems(REGISTRY_PROBLEMS, ...NOT_THERE, 'version-state-conflict')
  async override(
    @NameParam() name: string,
    @VersionParam() version: string,
    @Body() { reason, hours }: NewOverrideDto,
    @CurrentPrincipal() { name: by }: Principal,
  ): Promise<WorkflowVersionDto> {
    return WorkflowVersionDto.from(await this.lifecycle.override(name, version, { reason, hours }, by));
  }

  @Delete('override')
  @Requires('workflows:govern')
  @ApiOperation({ summary: 'End an override before its time' })
  @ApiProblems(REGISTRY_PROBLEMS, ...NOT_THERE, 'version-state-conflict')
  async endOverride(
    @NameParam() name: string,
    @VersionParam() version: string,
    @CurrentPrincipal() { name: by }: Principal,
  ): Promise<WorkflowVersionDto> {
    return WorkflowVersionDto.from(await this.lifecycle.override(name, version, null, by));
  }

  @Post('sign')
  @HttpCode(200)
  @Requires('workflows:govern')
  @ApiOperation({
    summary: 'Add a signature of the key that this Atom keeps in Vault; what is registered does not change',
  })
  @ApiProblems(
    REGISTRY_PROBLEMS,
    ...NOT_THERE,
    ...(['version-revoked', 'digest-mismatch', 'signing-not-configured', 'signing-unavailable'] as const),
  )
  async sign(
    @NameParam() name: string,
    @VersionParam() version: string,
    @CurrentPrincipal() { name: by }: Principal,
  ): Promise<PackageSignatureDto> {
    return PackageSignatureDto.from(await this.lifecycle.sign(name, version, by));
  }
}
