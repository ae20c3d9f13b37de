import { v7 as uuid } from 'uuid';

import { AccessError } from '../../src/access/access.error.js';
import type { Principal } from '../../src/access/permission.js';
import type { NewToken, Token } from '../../src/access/tokens/token.js';
import { TokenStore } from '../../src/access/tokens/token.store.js';

type Row = { -readonly [Key in keyof Token]: Token[Key] } & { hash: Buffer };

/** In memory; held to the same contract as the store on PostgreSQL. */
export class FakeTokenStore extends TokenStore {
  /** How often an owner was looked up. */
  lookUps = 0;
  private readonly rows: Row[] = [];
  private passedMs = 0;

  pass(days: number): Promise<void> {
    this.passedMs += days * 86_400_000;
    return Promise.resolve();
  }

  create(token: NewToken): Promise<Token> {
    if (this.rows.some(({ name }) => name === token.name)) {
      return Promise.reject(new AccessError('token-name-taken', 'The name is taken.'));
    }
    return Promise.resolve(this.insert(token));
  }

  replace(token: NewToken): Promise<Token> {
    const index = this.rows.findIndex(({ name }) => name === token.name);
    if (index !== -1) this.rows.splice(index, 1);
    return Promise.resolve(this.insert(token));
  }

  findPrincipal(hash: Buffer): Promise<Principal | undefined> {
    this.lookUps++;
    const now = this.now();
    const row = this.rows.find((r) => r.hash.equals(hash) && r.revokedAt === null && r.expiresAt > now);
    if (row) row.lastUsedAt = now;
    return Promise.resolve(row && { tokenId: row.id, name: row.name, role: row.role });
  }

  list(): Promise<Token[]> {
    return Promise.resolve(this.rows.map(shown));
  }

  revoke(id: string): Promise<boolean> {
    const row = this.rows.find((r) => r.id === id);
    if (row) row.revokedAt ??= this.now();
    return Promise.resolve(row !== undefined);
  }

  private now(): Date {
    return new Date(Date.now() + this.passedMs);
  }

  private insert({ expiresInDays, ...token }: NewToken): Token {
    const createdAt = this.now();
    const expiresAt = new Date(createdAt.getTime() + expiresInDays * 86_400_000);
    const row: Row = { ...token, id: uuid(), createdAt, expiresAt, revokedAt: null, lastUsedAt: null };
    this.rows.push(row);
    return shown(row);
  }
}

function shown(row: Row): Token {
  const { id, name, role, last4, createdBy, createdAt, expiresAt, revokedAt, lastUsedAt } = row;
  return { id, name, role, last4, createdBy, createdAt, expiresAt, revokedAt, lastUsedAt };
}
