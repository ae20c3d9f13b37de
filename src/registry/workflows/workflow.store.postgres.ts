import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { QueryResultRow } from 'pg';
import { Repository } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { AuditLog, type NewAuditEntry } from '../../audit/index.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { signerId } from '../../wpk/index.js';
import type { WorkflowRef } from '../catalog/workflow-catalog.js';
import { RegistryError } from '../registry.error.js';
import { PackageSignatureEntity } from './package-signature.entity.js';
import { isPrerelease, versionSortKey } from './version-sort-key.js';
import type { VersionState } from './version-state.js';
import { WorkflowEntity } from './workflow.entity.js';
import { listWorkflows } from './workflow.list.store.postgres.js';
import * as sql from './workflow.sql.js';
import {
  type NewOverride,
  type SeenVersion,
  type StateChange,
  type WorkflowFilter,
  WorkflowStore,
} from './workflow.store.js';
import { WorkflowVersionEntity } from './workflow-version.entity.js';
import type {
  NewSignature,
  NewVersion,
  StoredPackage,
  StoredSignature,
  WorkflowSummary,
  WorkflowVersion,
} from './workflow-version.js';

type AddRow = { readonly createdAt: Date | null; readonly trustRevision: number };
type Added = { readonly version: WorkflowVersion; readonly created: boolean } | undefined;

@Injectable()
export class PostgresWorkflowStore extends WorkflowStore {
  constructor(
    @InjectRepository(WorkflowVersionEntity) private readonly versions: Repository<WorkflowVersionEntity>,
    @InjectRepository(WorkflowEntity) private readonly workflows: Repository<WorkflowEntity>,
    @InjectRepository(PackageSignatureEntity) private readonly signatures: Repository<PackageSignatureEntity>,
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {
    super();
  }

  async add(added: NewVersion, trustRevision: number | null, override?: NewOverride): Promise<Added> {
    const values = addValues(added, trustRevision);
    const [row] = await (override
      ? this.addOverridden(added, values, override)
      : this.database.query<AddRow>(sql.ADD, values));
    if (row?.createdAt) {
      const version = override ? await this.find(added.name, added.version) : toAdded(added, row.createdAt);
      return version && { version, created: true };
    }
    if (trustRevision !== null && row?.trustRevision !== trustRevision) return undefined;
    const existing = await this.find(added.name, added.version);
    if (existing?.digest !== added.digest) throw versionExists(added, existing);
    if (existing.state === 'deleted') return this.restore(added, trustRevision, override);
    await this.addSignatures(added);
    return { version: existing, created: false };
  }

  async find(name: string, version: string): Promise<WorkflowVersion | undefined> {
    const row = await this.versions.findOneBy({ name, version });
    return row ? toVersion(row) : undefined;
  }

  async seeVersion(name: string, version: string): Promise<SeenVersion | undefined> {
    const [row] = await this.database.query<QueryResultRow & SeenVersion>(sql.STANDING_OF_VERSION, [name, version]);
    return row;
  }

  async seeLatest(name: string): Promise<SeenVersion | undefined> {
    const [row] = await this.database.query<QueryResultRow & SeenVersion>(sql.STANDING_OF_LATEST, [name]);
    return row;
  }

  async seeDigest(digest: string): Promise<SeenVersion | undefined> {
    const [row] = await this.database.query<QueryResultRow & SeenVersion>(sql.STANDING_OF_DIGEST, [digest]);
    return row;
  }

  async versionsOf(
    name: string,
    limit: number,
    { after, state }: { readonly after?: string; readonly state?: VersionState } = {},
  ): Promise<WorkflowVersion[]> {
    const query = this.versions.createQueryBuilder('v').where({ name }).andWhere(`v.state <> 'deleted'`);
    if (state !== undefined) query.andWhere({ state });
    if (after !== undefined) {
      const key = versionSortKey(after);
      query.andWhere('(v.version_key, v.version) < (:key, :after)', { key, after });
    }
    const rows = await query.orderBy({ 'v.versionKey': 'DESC', 'v.version': 'DESC' }).limit(limit).getMany();
    return rows.map(toVersion);
  }

  list(limit: number, after = '', filter: WorkflowFilter = {}): Promise<WorkflowSummary[]> {
    return listWorkflows(this.workflows, limit, after, filter);
  }

  async findPackage(digest: string): Promise<StoredPackage | undefined> {
    type Row = { readonly bytes: Buffer | null } & StoredSignature;
    const [first, ...rest] = await this.database.query<Row>(sql.FIND_PACKAGE, [digest]);
    if (!first?.bytes) return undefined;
    const signatures = rest.map(({ kind, text, signer, isLogged, isAttested, signedAt, storedAt }) => ({
      ...{ kind, text, signer, isLogged, isAttested, signedAt, storedAt },
    }));
    return { bytes: first.bytes, signatures };
  }

  async signaturesOf(digest: string): Promise<StoredSignature[]> {
    const rows = await this.signatures.find({ where: { digest }, order: { storedAt: 'ASC', signerId: 'ASC' } });
    return rows.map(({ kind, text, signer, isLogged, isAttested, signedAt, storedAt }) => ({
      ...{ kind, text, signer, isLogged, isAttested, signedAt, storedAt },
    }));
  }

  changeState(change: StateChange, audit: NewAuditEntry): Promise<boolean> {
    const { name, version, from, to, reason, by } = change;
    return this.changeWorkflow(name, audit, async (transaction) => {
      const rows = await transaction.query(sql.CHANGE_STATE, [name, version, from, to, reason, by]);
      return rows.length > 0;
    });
  }

  setOverride(
    { name, version }: Pick<WorkflowRef, 'name' | 'version'>,
    override: NewOverride | null,
    audit: NewAuditEntry,
  ): Promise<boolean> {
    const values = [override?.reason ?? null, override?.by ?? null, override?.hours ?? null];
    return this.database.transaction(async (transaction) => {
      const rows = await transaction.query(sql.SET_OVERRIDE, [name, version, ...values]);
      if (rows.length > 0) await this.audit.append(transaction, audit);
      return rows.length > 0;
    });
  }

  addSignature(digest: string, signature: NewSignature, audit: NewAuditEntry): Promise<void> {
    return this.database.transaction(async (transaction) => {
      const kept = await transaction.query(sql.SIGN, [digest, signaturesJson([signature])]);
      if (kept.length > 0) await this.audit.append(transaction, audit);
    });
  }

  removeBytes(digest: string): Promise<void> {
    return this.database.transaction(async (transaction) => {
      await transaction.query(sql.LOCK_WORKFLOW_OF_DIGEST, [digest]);
      const deleted = await transaction.query(sql.FIND_DELETED, [digest]);
      if (deleted.length === 0) return;
      await transaction.query(sql.LOCK_PACKAGE, [digest]);
      await transaction.query(sql.REMOVE_SIGNATURES, [digest]);
      await transaction.query(sql.REMOVE_PACKAGE, [digest]);
    });
  }

  private addOverridden(added: NewVersion, values: readonly unknown[], override: NewOverride): Promise<AddRow[]> {
    return this.database.transaction(async (transaction) => {
      const rows = await transaction.query<AddRow>(sql.ADD, values);
      if (rows[0]?.createdAt) await this.override(transaction, added, override);
      return rows;
    });
  }

  private async override(transaction: Transaction, added: NewVersion, override: NewOverride): Promise<void> {
    const { name, version, digest, decision } = added;
    const { reason, by, hours } = override;
    await transaction.query(sql.SET_OVERRIDE, [name, version, reason, by, hours]);
    await this.audit.append(transaction, {
      ...{ actor: by, action: 'version.register-overridden', subject: `workflows/${name}/versions/${version}` },
      body: { reason, hours, digest, outcome: decision.outcome },
    });
  }

  /** What is new of them, with who brought it. */
  private addSignatures({ name, version, digest, signatures, uploadedBy }: NewVersion): Promise<void> {
    return this.database.transaction(async (transaction) => {
      type Kept = { readonly signer_id: string };
      const kept = await transaction.query<Kept>(sql.SIGN, [digest, signaturesJson(signatures)]);
      if (kept.length === 0) return;
      await this.audit.append(transaction, {
        ...{ actor: uploadedBy, action: 'version.add-signature', subject: `workflows/${name}/versions/${version}` },
        body: { signers: kept.map((row) => row.signer_id) },
      });
    });
  }

  private async restore(added: NewVersion, trustRevision: number | null, override?: NewOverride): Promise<Added> {
    const { name, version, digest, uploadedBy, bytes, signatures, decision } = added;
    const signer = firstSigner(signatures);
    const audit = {
      ...{ actor: uploadedBy, action: 'version.restore', body: { digest } },
      subject: `workflows/${name}/versions/${version}`,
    };
    const isRestored = await this.changeWorkflow(name, audit, async (transaction) => {
      const rows = await transaction.query(sql.RESTORE, [
        ...[digest, bytes, uploadedBy, trustRevision],
        ...[signerId(signer), JSON.stringify(signer), JSON.stringify(decision)],
      ]);
      if (rows.length === 0) return false;
      await transaction.query(sql.SIGN, [digest, signaturesJson(signatures)]);
      if (override) await this.override(transaction, added, override);
      return true;
    });
    const found = isRestored ? await this.find(name, version) : undefined;
    return found && { version: found, created: true };
  }

  /** One change of one workflow's versions at a time, and the row of the list follows it. */
  private changeWorkflow(
    name: string,
    audit: NewAuditEntry,
    change: (transaction: Transaction) => Promise<boolean>,
  ): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      await transaction.query(sql.LOCK_WORKFLOW, [name]);
      if (!(await change(transaction))) return false;
      await transaction.query(sql.SHOW_ANEW, [name]);
      await this.audit.append(transaction, audit);
      return true;
    });
  }
}

function addValues(added: NewVersion, trustRevision: number | null): unknown[] {
  const { name, version, digest, description, author, tags, families, safetyMode, decision, uploadedBy } = added;
  const signer = firstSigner(added.signatures);
  return [
    ...[uuid(), name, version, versionSortKey(version), isPrerelease(version), digest, description, author, tags],
    ...[families, safetyMode, signerId(signer), JSON.stringify(signer), JSON.stringify(decision), uploadedBy],
    ...[added.mediaType, added.bytes, trustRevision, signaturesJson(added.signatures)],
  ];
}

function signaturesJson(signatures: readonly NewSignature[]): string {
  return JSON.stringify(
    signatures.map(({ signer, kind, text, isLogged, isAttested, signedAt }) => ({
      ...{ signer_id: signerId(signer), signer, kind, text },
      ...{ logged: isLogged, attested: isAttested, signed_at: signedAt },
    })),
  );
}

function firstSigner([first]: readonly NewSignature[]): NewSignature['signer'] {
  if (!first) throw new TypeError('A version is added with at least one signature.');
  return first.signer;
}

function toAdded({ bytes, signatures, ...content }: NewVersion, createdAt: Date): WorkflowVersion {
  const standing = { state: 'active', stateReason: null, stateBy: null, stateAt: null, override: null } as const;
  return { ...content, ...standing, size: bytes.length, signer: firstSigner(signatures), createdAt };
}

function toVersion(row: WorkflowVersionEntity): WorkflowVersion {
  const { name, version, digest, mediaType, size, description, author, tags, families, safetyMode, signer } = row;
  const { decision, uploadedBy, createdAt, state, stateReason, stateBy, stateAt, override } = row;
  const isInForce = override !== null && Date.parse(override.expiresAt) > Date.now();
  return {
    ...{ name, version, digest, mediaType, size, description, author, tags, families, safetyMode, signer },
    ...{ decision, uploadedBy, createdAt, state, stateReason, stateBy, stateAt },
    override: isInForce ? override : null,
  };
}

function versionExists({ name, version }: NewVersion, existing: WorkflowVersion | undefined): RegistryError {
  const digest = existing?.digest ?? 'of another package';
  return new RegistryError(
    'version-exists',
    `${name}@${version} is registered with the digest ${digest}; a version never changes, so raise metadata.version.`,
  );
}
