import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { QueryResultRow } from 'pg';
import { Repository } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { Database } from '../../platform/database/database.js';
import type { WorkflowRef } from '../catalog/workflow-catalog.js';
import { RegistryError } from '../registry.error.js';
import { PackageEntity } from './package.entity.js';
import { PackageSignatureEntity } from './package-signature.entity.js';
import { isPrerelease, versionSortKey } from './version-sort-key.js';
import { WorkflowStore } from './workflow.store.js';
import { WorkflowVersionEntity } from './workflow-version.entity.js';
import type {
  NewVersion,
  StoredPackage,
  StoredSignature,
  WorkflowSummary,
  WorkflowVersion,
} from './workflow-version.js';

/** All or nothing in one round trip: the unique index on (name, version) decides who of many is first. */
const ADD = {
  name: 'registry-add',
  text: `
    WITH added AS (
      INSERT INTO workflow_version (id, name, version, version_key, prerelease, digest, description, author, tags, key_id,
                                    decision, uploaded_by)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      ON CONFLICT DO NOTHING RETURNING digest, created_at
    ), stored AS (
      INSERT INTO package (digest, media_type, size, bytes)
      SELECT digest, $13::text, length($14::bytea), $14::bytea FROM added
    ), signed AS (
      INSERT INTO package_signature (digest, key_id, kind, text) SELECT digest, $10::text, $15::text, $16::text FROM added
    )
    SELECT created_at AS "createdAt" FROM added`,
};

/** Another signature of bytes that are registered already. */
const SIGN = {
  name: 'registry-sign',
  text: `
    INSERT INTO package_signature (digest, key_id, kind, text)
    SELECT digest, $2::text, $3::text, $4::text FROM package WHERE digest = $1
    ON CONFLICT DO NOTHING`,
};

const REF = {
  name: 'registry-ref',
  text: 'SELECT name, version, digest FROM workflow_version WHERE name = $1 AND version = $2',
};

const LATEST = {
  name: 'registry-latest',
  text: `
    SELECT name, version, digest FROM workflow_version
     WHERE name = $1 AND NOT prerelease ORDER BY version_key DESC, version DESC LIMIT 1`,
};

/** The highest release stands for the workflow; without one, the highest pre-release. */
const LIST = {
  name: 'registry-list',
  text: `
    WITH page AS (
      SELECT name, count(*)::integer AS versions, max(created_at) AS updated_at
        FROM workflow_version WHERE name > $1 GROUP BY name ORDER BY name LIMIT $2
    )
    SELECT p.name, p.versions, p.updated_at AS "updatedAt", h.description, h.tags,
           CASE WHEN h.prerelease THEN NULL ELSE h.version END AS "latestVersion"
      FROM page p CROSS JOIN LATERAL (
        SELECT version, prerelease, description, tags FROM workflow_version w
         WHERE w.name = p.name ORDER BY prerelease, version_key DESC, version DESC LIMIT 1
      ) h ORDER BY p.name`,
};

@Injectable()
export class PostgresWorkflowStore extends WorkflowStore {
  constructor(
    @InjectRepository(WorkflowVersionEntity) private readonly versions: Repository<WorkflowVersionEntity>,
    @InjectRepository(PackageEntity) private readonly packages: Repository<PackageEntity>,
    @InjectRepository(PackageSignatureEntity) private readonly signatures: Repository<PackageSignatureEntity>,
    private readonly database: Database,
  ) {
    super();
  }

  async add(added: NewVersion): Promise<{ version: WorkflowVersion; created: boolean }> {
    const [row] = await this.database.query<{ createdAt: Date }>(ADD, addValues(added));
    if (row) {
      return { version: toAdded(added, row.createdAt), created: true };
    }
    const { name, version, digest, signature, signer } = added;
    const existing = await this.find(name, version);
    if (existing?.digest !== digest) {
      throw new RegistryError(
        'version-exists',
        `${name}@${version} is registered with the digest ${existing?.digest ?? 'of another package'}; a version never changes, so raise metadata.version.`,
      );
    }
    if (signer.keyId !== existing.signer.keyId) {
      await this.database.query(SIGN, [digest, signer.keyId, signature.kind, signature.text]);
    }
    return { version: existing, created: false };
  }

  async find(name: string, version: string): Promise<WorkflowVersion | undefined> {
    const row = await this.withPackage().where({ name, version }).getOne();
    return row ? toVersion(row) : undefined;
  }

  async findRef(name: string, version: string): Promise<WorkflowRef | undefined> {
    const [row] = await this.database.query<QueryResultRow & WorkflowRef>(REF, [name, version]);
    return row;
  }

  async findLatest(name: string): Promise<WorkflowRef | undefined> {
    const [row] = await this.database.query<QueryResultRow & WorkflowRef>(LATEST, [name]);
    return row;
  }

  async versionsOf(name: string, limit: number): Promise<WorkflowVersion[]> {
    const rows = await this.withPackage()
      .where({ name })
      .orderBy({ 'v.versionKey': 'DESC', 'v.version': 'DESC' })
      .limit(limit)
      .getMany();
    return rows.map(toVersion);
  }

  list(limit: number, after = ''): Promise<WorkflowSummary[]> {
    return this.database.query<QueryResultRow & WorkflowSummary>(LIST, [after, limit]);
  }

  async findPackage(digest: string): Promise<StoredPackage | undefined> {
    const [row, signatures] = await Promise.all([
      this.packages.findOne({ where: { digest }, select: { bytes: true } }),
      this.signaturesOf(digest),
    ]);
    return row ? { bytes: row.bytes, signatures } : undefined;
  }

  async signaturesOf(digest: string): Promise<StoredSignature[]> {
    const rows = await this.signatures.find({ where: { digest }, order: { verifiedAt: 'ASC', keyId: 'ASC' } });
    return rows.map(({ kind, text, keyId, verifiedAt }) => ({ kind, text, keyId, verifiedAt }));
  }

  /** One statement; `find` with a relation and a limit would be two. */
  private withPackage() {
    return this.versions.createQueryBuilder('v').innerJoinAndSelect('v.package', 'p');
  }
}

function addValues(added: NewVersion): unknown[] {
  const { name, version, digest, description, author, tags, signer, decision, uploadedBy, mediaType } = added;
  return [
    ...[uuid(), name, version, versionSortKey(version), isPrerelease(version), digest, description, author, tags],
    ...[signer.keyId, JSON.stringify(decision), uploadedBy, mediaType, added.bytes],
    ...[added.signature.kind, added.signature.text],
  ];
}

function toAdded(added: NewVersion, createdAt: Date): WorkflowVersion {
  const { name, version, digest, mediaType, bytes, description, author, tags, signer, decision, uploadedBy } = added;
  const size = bytes.length;
  return { name, version, digest, mediaType, size, description, author, tags, signer, decision, uploadedBy, createdAt };
}

function toVersion(row: WorkflowVersionEntity): WorkflowVersion {
  const { name, version, digest, description, author, tags, keyId, decision, uploadedBy, createdAt } = row;
  const { mediaType, size } = row.package;
  const signer = { kind: 'key', keyId } as const;
  return { name, version, digest, mediaType, size, description, author, tags, signer, decision, uploadedBy, createdAt };
}
