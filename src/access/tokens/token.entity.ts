import { Check, Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';

import type { Role } from '../permission.js';

/** A row of `api_token`. The token itself is never stored, only its SHA-256. */
@Entity('api_token')
@Check('api_token_role_check', `role IN ('viewer', 'operator', 'author', 'approver', 'admin')`)
export class TokenEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_token_pkey' })
  id!: string;

  @Index('api_token_name_key', { unique: true })
  @Column('text')
  name!: string;

  @Column('text')
  role!: Role;

  @Index('api_token_hash_key', { unique: true })
  /** Never read back: it is only compared. */
  @Column('bytea', { select: false })
  hash!: Buffer;

  @Column('text')
  last4!: string;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  /** Written at most once a minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
