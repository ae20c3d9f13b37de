import { Controller, Get, Headers, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { CurrentPrincipal, type Principal, requirePermission, Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { matchesEtag } from '../../platform/http/etag.js';
import { HttpError } from '../../platform/http/http.error.js';
import { HTTP_PROBLEMS } from '../../platform/http/http.problems.js';
import { ReadsMultipart } from '../../platform/http/reads-multipart.decorator.js';
import { POLICY_PROBLEMS } from '../../policy/index.js';
import { ARCHIVE_MEDIA_TYPE, YAML_MEDIA_TYPE } from '../../wpk/index.js';
import { REGISTRY_PROBLEMS } from '../registry.error.js';
import { TrustService } from '../trust/trust.service.js';
import { UploadReader } from '../uploads/upload.reader.js';
import { UPLOAD_SCHEMA } from '../uploads/upload.schema.js';
import { RegistrationService } from './registration.service.js';
import { RegisterQuery } from './version-lifecycle.dto.js';
import {
  PackageSignatureDto,
  PackageSignatureListDto,
  WorkflowDocumentDto,
  WorkflowDto,
  WorkflowPageDto,
  WorkflowSummaryDto,
  WorkflowVersionDto,
  WorkflowVersionPageDto,
} from './workflow.dto.js';
import type { NewOverride } from './workflow.store.js';
import { VersionListQuery, WorkflowListQuery } from './workflow-list.query.js';
import { NameParam, VersionParam } from './workflow-params.js';
import { WorkflowsService } from './workflows.service.js';

const REGISTER = `Send the package, and its signatures as parts \`bundle\` or \`signature\`:

    curl -H "Authorization: Bearer $ATOM_TOKEN" -F package=@restart-unhealthy.wpk.yaml -F bundle=@restart-unhealthy.sigstore.json \\
      http://127.0.0.1:8000/v1/workflows

A version never changes: other bytes under the same name and version are refused, the same bytes are answered with 200.`;

const UNPROCESSABLE = [
  'package-invalid',
  'package-unsupported',
  'signature-missing',
  'signature-invalid',
  'signature-unsupported',
  'digest-mismatch',
] as const;

const LOCATION = {
  location: { description: 'Path of the version.', required: true, schema: { type: 'string' } },
} as const;
const BINARY = { type: 'string', format: 'binary' } as const;

@ApiTags('workflows')
@ApiBearerAuth()
@Controller('v1/workflows')
export class WorkflowsController {
  constructor(
    private readonly workflows: WorkflowsService,
    private readonly registrations: RegistrationService,
    private readonly trust: TrustService,
    private readonly uploads: UploadReader,
  ) {}

  @Post()
  @Requires('workflows:write')
  @ApiOperation({ summary: 'Register a signed package', description: REGISTER })
  @ReadsMultipart()
  @ApiBody({ schema: UPLOAD_SCHEMA })
  @ApiResponse({ status: 201, type: WorkflowVersionDto, headers: LOCATION, description: 'Registered.' })
  @ApiResponse({
    ...{ status: 200, type: WorkflowVersionDto, headers: LOCATION },
    description: 'The same bytes are registered already. Signatures that are new were kept; an override was not taken.',
  })
  @ApiProblems(
    REGISTRY_PROBLEMS,
    'part-missing',
    'part-unexpected',
    'part-malformed',
    'package-malformed',
    'bundle-malformed',
  )
  @ApiProblems(REGISTRY_PROBLEMS, 'version-exists', 'trust-conflict', 'package-too-large', 'part-too-large')
  @ApiProblems(REGISTRY_PROBLEMS, ...UNPROCESSABLE)
  @ApiProblems(HTTP_PROBLEMS, 'too-many-requests')
  @ApiProblems(
    { ...REGISTRY_PROBLEMS, ...POLICY_PROBLEMS },
    'signer-not-trusted',
    'key-revoked',
    'signatures-insufficient',
    'policy-denied',
    'trust-root-unavailable',
  )
  async register(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: RegisterQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<WorkflowVersionDto> {
    const override = overrideOf(query, principal);
    const { version, created } = await this.registrations.counted(() =>
      this.uploads.withUpload(request, (upload) => this.registrations.register(upload, principal.name, override)),
    );
    void reply.status(created ? 201 : 200).header('location', pathOf(version));
    return WorkflowVersionDto.from(version);
  }

  @Get()
  @Requires('workflows:read')
  @ApiOperation({ summary: 'List and search workflows, by name' })
  async list(
    @Query() { q, tag, runtime, safetyMode, signer, state, ...page }: WorkflowListQuery,
  ): Promise<WorkflowPageDto> {
    const filter = {
      ...(q !== undefined && { search: q }),
      ...(tag !== undefined && { tag }),
      ...(runtime !== undefined && { family: runtime }),
      ...(safetyMode !== undefined && { safetyMode }),
      ...(signer !== undefined && { signerId: await this.trust.signerIdOf(signer) }),
      ...(state !== undefined && { state }),
    };
    const { items, nextCursor } = await this.workflows.list(filter, page);
    return { items: items.map((item) => WorkflowSummaryDto.from(item)), nextCursor };
  }

  @Get(':name')
  @Requires('workflows:read')
  @ApiOperation({ summary: 'A workflow with its versions, the highest first' })
  @ApiProblems(REGISTRY_PROBLEMS, 'workflow-not-found')
  async get(@NameParam() name: string): Promise<WorkflowDto> {
    const { latestVersion, versions } = await this.workflows.get(name);
    return { name, latestVersion, versions: versions.map((version) => WorkflowVersionDto.from(version)) };
  }

  @Get(':name/versions')
  @Requires('workflows:read')
  @ApiOperation({ summary: 'The versions of a workflow, the highest first' })
  @ApiProblems(REGISTRY_PROBLEMS, 'workflow-not-found')
  async listVersions(
    @NameParam() name: string,
    @Query() { state, ...page }: VersionListQuery,
  ): Promise<WorkflowVersionPageDto> {
    const { items, nextCursor } = await this.workflows.versions(name, state, page);
    return { items: items.map((item) => WorkflowVersionDto.from(item)), nextCursor };
  }

  @Get(':name/versions/:version')
  @Requires('workflows:read')
  @ApiOperation({ summary: 'One version, with what the package says' })
  @ApiProblems(REGISTRY_PROBLEMS, 'workflow-not-found', 'version-deleted', 'digest-mismatch')
  async getVersion(@NameParam() name: string, @VersionParam() version: string): Promise<WorkflowDocumentDto> {
    const found = await this.workflows.find(name, version);
    return Object.assign(WorkflowVersionDto.from(found), { document: (await this.workflows.fileOf(found)).document });
  }

  @Get(':name/versions/:version/package')
  @Requires('workflows:read')
  @ApiOperation({ summary: 'The exact bytes that were uploaded and signed' })
  @ApiOkResponse({
    content: { [YAML_MEDIA_TYPE]: { schema: BINARY }, [ARCHIVE_MEDIA_TYPE]: { schema: BINARY } },
    headers: { etag: { description: 'The digest, quoted.', required: true, schema: { type: 'string' } } },
  })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'An `etag` of before: 304 if it still holds.' })
  @ApiResponse({ status: 304, description: 'If-None-Match names the digest.' })
  @ApiProblems(REGISTRY_PROBLEMS, 'workflow-not-found', 'version-deleted', 'digest-mismatch')
  async getPackage(
    @NameParam() name: string,
    @VersionParam() version: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const { digest, mediaType } = await this.workflows.find(name, version);
    const etag = `"${digest}"`;
    const bytes = matchesEtag(known, etag) ? undefined : await this.workflows.bytesOf(digest);
    void reply.header('etag', etag).header('cache-control', 'private, no-cache');
    if (!bytes) {
      void reply.status(304);
      return undefined;
    }
    return new StreamableFile(bytes, { type: mediaType, length: bytes.length, disposition: 'attachment' });
  }

  @Get(':name/versions/:version/signatures')
  @Requires('workflows:read')
  @ApiOperation({ summary: 'The signatures of a version, oldest first' })
  @ApiProblems(REGISTRY_PROBLEMS, 'workflow-not-found', 'version-deleted')
  async getSignatures(@NameParam() name: string, @VersionParam() version: string): Promise<PackageSignatureListDto> {
    const signatures = await this.workflows.signaturesOf(await this.workflows.find(name, version));
    return { items: signatures.map((signature) => PackageSignatureDto.from(signature)) };
  }
}

function overrideOf({ overrideReason, overrideHours }: RegisterQuery, principal: Principal): NewOverride | undefined {
  if (overrideReason === undefined && overrideHours === undefined) return undefined;
  requirePermission(principal, 'workflows:govern');
  if (overrideReason !== undefined && overrideHours !== undefined) {
    return { reason: overrideReason, hours: overrideHours, by: principal.name };
  }
  throw new HttpError('request-invalid', 'An override needs both overrideReason and overrideHours.');
}

function pathOf({ name, version }: { name: string; version: string }): string {
  return `/v1/workflows/${name}/versions/${encodeURIComponent(version)}`;
}
