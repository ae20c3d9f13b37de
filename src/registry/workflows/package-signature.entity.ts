import { Check, Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

import type { Signer } from '../../wpk/index.js';
import { PackageEntity } from './package.entity.js';

/**
 * A row of `package_signature`: one for each signer of the package and each evidence that policies may ask for, so that a key can
 * be replaced by signing again, and a log entry or an attestation be brought later.
 */
@Entity('package_signature')
@Check('package_signature_kind_check', `kind IN ('signature', 'bundle')`)
export class PackageSignatureEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'package_signature_pkey' })
  digest!: string;

  /** `signerId` of the signer. Never the signature itself: ECDSA has two for one. */
  @PrimaryColumn('text', { name: 'signer_id', primaryKeyConstraintName: 'package_signature_pkey' })
  signerId!: string;

  @PrimaryColumn('boolean', { name: 'logged', primaryKeyConstraintName: 'package_signature_pkey' })
  isLogged!: boolean;

  @PrimaryColumn('boolean', { name: 'attested', primaryKeyConstraintName: 'package_signature_pkey' })
  isAttested!: boolean;

  @Column('jsonb')
  signer!: Signer;

  @Column('text')
  kind!: 'signature' | 'bundle';

  @Column('text')
  text!: string;

  @Column('timestamptz', { name: 'signed_at', nullable: true })
  signedAt!: Date | null;

  /** What retirement and validity of a key are measured against: the registry's own clock. */
  @CreateDateColumn({ type: 'timestamptz', name: 'stored_at' })
  storedAt!: Date;

  @ManyToOne(() => PackageEntity, { nullable: false })
  @JoinColumn({ name: 'digest', foreignKeyConstraintName: 'package_signature_digest_fkey' })
  package!: PackageEntity;
}
