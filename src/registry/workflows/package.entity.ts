import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A row of `package`: bytes by their SHA-256, never rewritten. */
@Entity('package')
export class PackageEntity {
  /** `sha256:<hex>` */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'package_pkey' })
  digest!: string;

  @Column('text', { name: 'media_type' })
  mediaType!: string;

  @Column('integer')
  size!: number;

  /** Up to 20 MiB, so only where it is asked for. */
  @Column('bytea', { select: false })
  bytes!: Buffer;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
