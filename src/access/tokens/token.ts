import type { Role } from '../permission.js';

/** A token as it may be shown. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly last4: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly hash: Buffer;
  readonly last4: string;
  readonly createdBy: string;
  /** Days from now, database time. */
  readonly expiresInDays: number;
}
