import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A row of `audit_entry`. The database refuses to change or delete one. */
@Entity('audit_entry')
@Index('audit_entry_subject_idx', ['subject', 'seq'])
@Index('audit_entry_action_idx', ['action', 'seq'])
export class AuditEntryEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'audit_entry_pkey',
  })
  seq!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  at!: Date;

  @Column('text')
  actor!: string;

  @Column('text')
  action!: string;

  @Column('text')
  subject!: string;

  @Column('jsonb')
  body!: Record<string, unknown>;
}
