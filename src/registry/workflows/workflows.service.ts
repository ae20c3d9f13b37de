import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';

import { decodeCursor, type Page, type PageQuery, toPage } from '../../platform/http/cursor.js';
import { inspectPackage, PolicyError, PolicyService } from '../../policy/index.js';
import { readPackage, signerId } from '../../wpk/index.js';
import { PackageOpener } from '../packages/package-opener.js';
import { RegistryError } from '../registry.error.js';
import { REGISTRATIONS } from '../registry.metrics.js';
import type { Upload } from '../uploads/upload.js';
import { isVersion } from './version-sort-key.js';
import { WorkflowStore } from './workflow.store.js';
import { isWorkflowName, workflowNotFound } from './workflow-name.js';
import type { NewVersion, StoredSignature, WorkflowSummary, WorkflowVersion } from './workflow-version.js';

/** Of one workflow, shown at once. */
const MAX_VERSIONS = 500;

@Injectable()
export class WorkflowsService {
  constructor(
    private readonly workflows: WorkflowStore,
    private readonly opener: PackageOpener,
    private readonly policy: PolicyService,
    @InjectMetric(REGISTRATIONS) private readonly registrations: Counter,
  ) {}

  /** Read → valid → executable here → signed by a trusted key → admitted by policy → stored. Refused at the first that fails. */
  async register(upload: Upload, uploadedBy: string): Promise<{ version: WorkflowVersion; created: boolean }> {
    try {
      const registered = await this.workflows.add(await this.admit(upload, uploadedBy));
      this.registrations.inc({ result: registered.created ? 'created' : 'unchanged' });
      return registered;
    } catch (error) {
      const isRefusal = error instanceof RegistryError || error instanceof PolicyError;
      this.registrations.inc({ result: isRefusal ? 'refused' : 'failed' });
      throw error;
    }
  }

  async list({ limit, cursor }: PageQuery): Promise<Page<WorkflowSummary>> {
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, isWorkflowName);
    const rows = await this.workflows.list(limit + 1, after);
    return toPage(
      rows,
      limit,
      ({ name }) => [name],
      (row) => row,
    );
  }

  /** Versions with the highest first; `latestVersion` is what a run gets that names none. */
  async get(name: string): Promise<{ latestVersion: string | null; versions: WorkflowVersion[] }> {
    const known = isWorkflowName(name);
    const [versions, latest] = known
      ? await Promise.all([this.workflows.versionsOf(name, MAX_VERSIONS), this.workflows.findLatest(name)])
      : [[]];
    if (versions.length === 0) throw workflowNotFound(name);
    return { latestVersion: latest?.version ?? null, versions };
  }

  async find(name: string, version: string): Promise<WorkflowVersion> {
    const isAskable = isWorkflowName(name) && isVersion(version);
    const found = isAskable ? await this.workflows.find(name, version) : undefined;
    if (!found) throw workflowNotFound(name, version);
    return found;
  }

  /** The document as it was signed, defaults not applied. */
  async documentOf({ digest }: WorkflowVersion): Promise<unknown> {
    return (await readPackage(await this.bytesOf(digest))).document;
  }

  async bytesOf(digest: string): Promise<Buffer> {
    const stored = await this.workflows.findPackage(digest);
    if (!stored) throw new RegistryError('workflow-not-found', `No package with the digest ${digest} is registered.`);
    return stored.bytes;
  }

  signaturesOf({ digest }: WorkflowVersion): Promise<StoredSignature[]> {
    return this.workflows.signaturesOf(digest);
  }

  private async admit(upload: Upload, uploadedBy: string): Promise<NewVersion> {
    const { file, verified } = await this.opener.open(upload.package, [upload.signature]);
    const { digest } = verified;
    const { name, version, description = null, author = null, tags } = file.package.metadata;
    if (!isVersion(version)) {
      const detail = 'A number of the version is too large to be compared; use smaller ones.';
      throw new RegistryError('package-invalid', detail, { errors: [{ pointer: '#/metadata/version', detail }] });
    }
    const facts = inspectPackage(digest, file.package, (pointer) => file.locate(pointer));
    const decision = await this.policy.decideOrThrow({ ...facts, stage: 'admission', dryRunDone: false });
    return {
      ...{ name, version, description, author, tags, digest, decision, uploadedBy },
      mediaType: file.mediaType,
      signer: { kind: 'key', keyId: signerId(verified.signer) },
      bytes: upload.package,
      signature: upload.signature,
    };
  }
}
