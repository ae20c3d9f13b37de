import { Check, Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';

import type { Decision } from '../../policy/index.js';
import type { Signer } from '../../wpk/index.js';
import type { Override, VersionState } from './version-state.js';

/** A row of `workflow_version`. What it is never changes; how it stands may, and is audited. */
@Entity('workflow_version')
@Index('workflow_version_name_version_key', ['name', 'version'], { unique: true })
@Index('workflow_version_latest_idx', ['name', 'state', 'prerelease', 'versionKey'])
@Check('workflow_version_state_check', `state IN ('active', 'yanked', 'revoked', 'deleted')`)
@Check('workflow_version_safety_mode_check', `safety_mode IN ('manual', 'auto')`)
export class WorkflowVersionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'workflow_version_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column({ type: 'text', collation: 'C' })
  version!: string;

  /** `versionSortKey` of the version; bytea, because its order must not depend on a collation. */
  @Column('bytea', { name: 'version_key' })
  versionKey!: Buffer;

  @Column('boolean')
  prerelease!: boolean;

  /** Name and version are in the bytes, so one digest is one version. No foreign key: a deleted version has no bytes. */
  @Index('workflow_version_digest_key', { unique: true })
  @Column('text')
  digest!: string;

  @Column('text', { name: 'media_type' })
  mediaType!: string;

  @Column('integer')
  size!: number;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('text', { nullable: true })
  author!: string | null;

  @Column('text', { array: true })
  tags!: string[];

  @Column('text', { array: true })
  families!: string[];

  @Column('text', { name: 'safety_mode' })
  safetyMode!: 'manual' | 'auto';

  /** `signerId` of the signer. */
  @Column('text', { name: 'signer_id' })
  signerId!: string;

  @Column('jsonb')
  signer!: Signer;

  /** As it was at admission. No foreign key: the decision is another module's. */
  @Column('jsonb')
  decision!: Decision;

  @Column('text', { name: 'uploaded_by' })
  uploadedBy!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column('text', { default: 'active' })
  state!: VersionState;

  @Column('text', { name: 'state_reason', nullable: true })
  stateReason!: string | null;

  @Column('text', { name: 'state_by', nullable: true })
  stateBy!: string | null;

  @Column('timestamptz', { name: 'state_at', nullable: true })
  stateAt!: Date | null;

  @Column('jsonb', { nullable: true })
  override!: Override | null;
}
