import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

import type { TrustDocument } from '../../wpk/index.js';

/** A row of `trust_revision`: written once; the highest revision is in force. */
@Entity('trust_revision')
export class TrustRevisionEntity {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'trust_revision_pkey' })
  revision!: number;

  @Column('jsonb')
  document!: TrustDocument;

  @Column('text', { name: 'changed_by' })
  changedBy!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'changed_at' })
  changedAt!: Date;
}
