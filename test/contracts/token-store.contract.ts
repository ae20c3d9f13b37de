import { randomBytes } from 'node:crypto';

import { beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';

import { ROLES } from '../../src/access/permission.js';
import type { NewToken } from '../../src/access/tokens/token.js';
import type { TokenStore } from '../../src/access/tokens/token.store.js';

export interface TokensSubject {
  readonly store: TokenStore;
  /** Every time that is stored moves so many days into the past. */
  pass(days: number): Promise<void>;
}

let made = 0;

export function aToken(more: Partial<NewToken> = {}): NewToken {
  const about = { role: 'operator', last4: 'x9Qf', createdBy: 'admin', expiresInDays: 30 } as const;
  return { name: `token-${++made}`, hash: randomBytes(32), ...about, ...more };
}

/** What every TokenStore promises. */
export function tokenStoreContract(title: string, open: () => TokensSubject | Promise<TokensSubject>): void {
  describe(`TokenStore: ${title}`, () => {
    let subject: TokensSubject;

    beforeAll(async () => {
      subject = await open();
    });

    it.each(ROLES)('finds the owner of a token of the role %s by its hash alone', async (role) => {
      const asked = aToken({ role });
      const token = await subject.store.create(asked);
      expect(token).toMatchObject({ name: asked.name, role, last4: 'x9Qf', createdBy: 'admin', revokedAt: null });
      expect(await subject.store.findPrincipal(asked.hash)).toEqual({ tokenId: token.id, name: asked.name, role });
      expect(await subject.store.findPrincipal(randomBytes(32))).toBeUndefined();
    });

    it('keeps names apart', async () => {
      const asked = aToken();
      await subject.store.create(asked);
      const other = aToken({ name: asked.name });
      await expect(subject.store.create(other)).rejects.toMatchObject({ code: 'token-name-taken' });
      expect(await subject.store.findPrincipal(other.hash)).toBeUndefined();
    });

    it('ends a token after its days', async () => {
      const asked = aToken({ expiresInDays: 2 });
      const { createdAt, expiresAt } = await subject.store.create(asked);
      expect(expiresAt.getTime() - createdAt.getTime()).toBe(2 * 86_400_000);
      await subject.pass(1.9);
      expect(await subject.store.findPrincipal(asked.hash)).toBeDefined();
      await subject.pass(0.2);
      expect(await subject.store.findPrincipal(asked.hash)).toBeUndefined();
    });

    it('ends a token that is revoked, and keeps the first time', async () => {
      const asked = aToken();
      const { id } = await subject.store.create(asked);
      expect(await subject.store.revoke(id)).toBe(true);
      expect(await subject.store.findPrincipal(asked.hash)).toBeUndefined();
      const revokedAt = async () => (await subject.store.list()).find((token) => token.id === id)?.revokedAt;
      const first = await revokedAt();
      expect(first).toBeInstanceOf(Date);
      expect(await subject.store.revoke(id)).toBe(true);
      expect(await revokedAt()).toEqual(first);
    });

    it('knows nothing of a token that does not exist', async () => {
      expect(await subject.store.revoke(uuid())).toBe(false);
    });

    it('replaces the token of a name: the old text stops, a revoked name works again', async () => {
      const first = aToken({ name: 'bootstrap', role: 'viewer' });
      const second = aToken({ name: 'bootstrap', role: 'admin' });
      const { id } = await subject.store.replace(first);
      await subject.store.revoke(id);
      const replaced = await subject.store.replace(second);
      expect(await subject.store.findPrincipal(first.hash)).toBeUndefined();
      expect(await subject.store.findPrincipal(second.hash)).toEqual({
        ...{ tokenId: replaced.id, name: 'bootstrap', role: 'admin' },
      });
      expect((await subject.store.list()).filter(({ name }) => name === 'bootstrap')).toHaveLength(1);
    });

    it('replaces from several processes at once', async () => {
      const asked = aToken({ name: 'shared' });
      await Promise.all(Array.from({ length: 5 }, () => subject.store.replace(asked)));
      expect(await subject.store.findPrincipal(asked.hash)).toMatchObject({ name: 'shared' });
    });

    it('notes when a token was used', async () => {
      const asked = aToken();
      const { id, lastUsedAt } = await subject.store.create(asked);
      expect(lastUsedAt).toBeNull();
      await subject.store.findPrincipal(asked.hash);
      const used = (await subject.store.list()).find((token) => token.id === id);
      expect(used?.lastUsedAt).toBeInstanceOf(Date);
    });

    it('never answers the hash', async () => {
      const token = await subject.store.create(aToken());
      expect(Object.keys(token).concat(...(await subject.store.list()).map((t) => Object.keys(t)))).not.toContain(
        'hash',
      );
    });
  });
}
