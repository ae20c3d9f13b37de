import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import type { VersionState } from './version-state.js';

/**
 * A row of `workflow`: what the list shows of a name, kept up by every statement that changes a version, so that listing and
 * searching never look at all versions.
 */
@Entity('workflow')
export class WorkflowEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'workflow_pkey' })
  name!: string;

  /** Deleted ones left out. The row of a workflow with none stays: it is what whoever changes a version locks. */
  @Column('integer')
  versions!: number;

  @Column('text', { name: 'latest_version', nullable: true })
  latestVersion!: string | null;

  @Column('text', { name: 'shown_version' })
  shownVersion!: string;

  /** Byte order: active release, active pre-release, yanked, revoked; among equals the precedence of SemVer. */
  @Column('bytea', { name: 'shown_rank' })
  shownRank!: Buffer;

  @Column('text')
  state!: VersionState;

  @Column('text', { nullable: true })
  description!: string | null;

  @Index('workflow_tags_idx', { type: 'gin' })
  @Column('text', { array: true })
  tags!: string[];

  @Column('text', { array: true })
  families!: string[];

  @Column('text', { name: 'safety_mode' })
  safetyMode!: 'manual' | 'auto';

  @Column('text', { name: 'signer_id' })
  signerId!: string;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Index('workflow_search_idx', { type: 'gin' })
  @Column('tsvector', { select: false })
  search!: string;
}
