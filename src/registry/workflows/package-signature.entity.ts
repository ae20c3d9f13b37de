import { Check, Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

import { PackageEntity } from './package.entity.js';

/** A row of `package_signature`: one for each key that signed the package, so that a key can be replaced by signing again. */
@Entity('package_signature')
@Check('package_signature_kind_check', `kind IN ('signature', 'bundle')`)
export class PackageSignatureEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'package_signature_pkey' })
  digest!: string;

  /** base64 of the SHA-256 of the key's SPKI DER. Never the signature itself: ECDSA has two for one. */
  @PrimaryColumn('text', { name: 'key_id', primaryKeyConstraintName: 'package_signature_pkey' })
  keyId!: string;

  @Column('text')
  kind!: 'signature' | 'bundle';

  @Column('text')
  text!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'verified_at' })
  verifiedAt!: Date;

  @ManyToOne(() => PackageEntity, { nullable: false })
  @JoinColumn({ name: 'digest', foreignKeyConstraintName: 'package_signature_digest_fkey' })
  package!: PackageEntity;
}
