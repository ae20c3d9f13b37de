import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Transaction } from '../../src/platform/database/database.js';
import * as sql from '../../src/registry/workflows/workflow.sql.js';
import { aNewVersion, aSignature } from '../builders/new-version.builder.js';
import { anAuditEntry } from '../contracts/audit-log.contract.js';
import { waitUntil } from '../support/wait-until.js';
import { type PostgresRegistry, postgresRegistry } from './postgres-registry.js';

const LATE = aSignature('late');
const { signer, kind, text } = LATE;
const LATE_ROW = JSON.stringify([
  { signer_id: 'late', signer, kind, text, logged: false, attested: false, signed_at: null },
]);

let registry: PostgresRegistry;
let serial = 0;

beforeAll(async () => {
  registry = await postgresRegistry();
});

afterAll(() => registry.close());

/** A version that is marked as deleted and still has its bytes. */
async function marked(): Promise<string> {
  const added = aNewVersion(`signature-race-${++serial}`, '1.0.0');
  await registry.store.add(added, null);
  const change = { name: added.name, version: added.version, from: ['active'], to: 'deleted' } as const;
  await registry.store.changeState({ ...change, reason: null, by: 'lea' }, anAuditEntry());
  return added.digest;
}

/** `second` begins before what `first` did is committed, and has to wait for it. */
async function overlap(
  first: (transaction: Transaction) => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<PromiseSettledResult<unknown>> {
  let settled: Promise<PromiseSettledResult<unknown>[]> | undefined;
  await registry.database.transaction(async (transaction) => {
    await first(transaction);
    let isDone = false;
    settled = Promise.allSettled([second().finally(() => (isDone = true))]);
    await waitUntil('the second waits, or has no need to', async () => {
      const waiting = await registry.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return isDone || waiting.length > 0;
    });
  });
  const [result] = (await settled) ?? [];
  return result!;
}

const signatures = (digest: string) =>
  registry.query('SELECT signer_id FROM package_signature WHERE digest = $1', [digest]);

describe('a package that is read while it is deleted', () => {
  it('is there with its signatures, or not there', async () => {
    for (let round = 0; round < 20; round++) {
      const digest = await marked();
      const reads = Array.from({ length: 12 }, () => registry.store.findPackage(digest));
      const [found] = await Promise.all([Promise.all(reads), registry.store.removeBytes(digest)]);
      expect(found.filter((one) => one?.signatures.length === 0)).toEqual([]);
    }
  });
});

describe('a signature that comes while the bytes are taken away', () => {
  it('is not kept, and its sender is not failed by the database', async () => {
    const digest = await marked();
    const taken = async (transaction: Transaction): Promise<void> => {
      await transaction.query(sql.REMOVE_SIGNATURES, [digest]);
      await transaction.query(sql.REMOVE_PACKAGE, [digest]);
    };
    const outcome = await overlap(taken, () => registry.store.addSignature(digest, LATE, anAuditEntry()));
    expect(outcome).toEqual({ status: 'fulfilled', value: undefined });
    expect(await signatures(digest)).toEqual([]);
  });

  it('goes with them when it was first', async () => {
    const digest = await marked();
    const signed = (transaction: Transaction): Promise<unknown> => transaction.query(sql.SIGN, [digest, LATE_ROW]);
    const outcome = await overlap(signed, () => registry.store.removeBytes(digest));
    expect(outcome).toEqual({ status: 'fulfilled', value: undefined });
    expect(await signatures(digest)).toEqual([]);
    expect(await registry.store.findPackage(digest)).toBeUndefined();
  });
});
