import { Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

import type { Decision } from '../../policy/index.js';
import { PackageEntity } from './package.entity.js';

/** A row of `workflow_version`; written once, never changed. */
@Entity('workflow_version')
@Index('workflow_version_name_version_key', ['name', 'version'], { unique: true })
@Index('workflow_version_latest_idx', ['name', 'prerelease', 'versionKey'])
export class WorkflowVersionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'workflow_version_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  version!: string;

  /** `versionSortKey` of the version; bytea, because its order must not depend on a collation. */
  @Column('bytea', { name: 'version_key' })
  versionKey!: Buffer;

  @Column('boolean')
  prerelease!: boolean;

  /** Name and version are in the bytes, so one digest is one version. */
  @Index('workflow_version_digest_key', { unique: true })
  @Column('text')
  digest!: string;

  @ManyToOne(() => PackageEntity, { nullable: false })
  @JoinColumn({ name: 'digest', foreignKeyConstraintName: 'workflow_version_digest_fkey' })
  package!: PackageEntity;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('text', { nullable: true })
  author!: string | null;

  @Column('text', { array: true })
  tags!: string[];

  @Column('text', { name: 'key_id' })
  keyId!: string;

  /** As it was at admission. No foreign key: the decision is another module's. */
  @Column('jsonb')
  decision!: Decision;

  @Column('text', { name: 'uploaded_by' })
  uploadedBy!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
