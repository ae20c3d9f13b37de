import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import semver from 'semver';

import type { VersionState } from '../../src/registry/workflows/version-state.js';
import { aNewVersion } from '../builders/new-version.builder.js';
import { anAuditEntry } from '../contracts/audit-log.contract.js';
import { type PostgresRegistry, postgresRegistry } from './postgres-registry.js';

const ROUNDS = 15;
const NOT_DELETED: readonly VersionState[] = ['active', 'yanked', 'revoked'];

interface VersionRow {
  readonly version: string;
  readonly state: VersionState;
  readonly description: string;
  readonly signer_id: string;
  readonly has_bytes: boolean;
}

let registry: PostgresRegistry;
let serial = 0;

beforeAll(async () => {
  registry = await postgresRegistry();
});

afterAll(() => registry.close());

const nextName = (): string => `race-${++serial}`;
const add = (name: string, version: string) => registry.store.add(aNewVersion(name, version), null);
const change = (name: string, version: string, from: readonly VersionState[], to: VersionState): Promise<boolean> =>
  registry.store.changeState({ name, version, from, to, reason: null, by: 'lea' }, anAuditEntry({ subject: name }));
const remove = async (name: string, version: string): Promise<boolean> => {
  const changed = await change(name, version, NOT_DELETED, 'deleted');
  await registry.store.removeBytes(aNewVersion(name, version).digest);
  return changed;
};

/** The row of the list is what the versions make of it, and what is not deleted has its bytes. */
async function expectConsistent(name: string): Promise<readonly VersionRow[]> {
  const versions = await registry.query<VersionRow>(
    `SELECT v.version, v.state, v.description, v.signer_id, p.digest IS NOT NULL AS has_bytes
       FROM workflow_version v LEFT JOIN package p USING (digest) WHERE v.name = $1`,
    [name],
  );
  const kept = versions.filter(({ state }) => state !== 'deleted');
  const [shown] = kept.toSorted(
    (a, b) => rank(b) - rank(a) || semver.compare(b.version, a.version) || (b.version > a.version ? 1 : -1),
  );
  const [row] = await registry.query<Record<string, unknown>>(
    'SELECT versions, latest_version, shown_version, state, description FROM workflow WHERE name = $1',
    [name],
  );
  expect(row).toEqual({
    versions: kept.length,
    latest_version: shown && rank(shown) === 3 ? shown.version : null,
    ...{ shown_version: shown?.version ?? expect.any(String), state: shown?.state ?? 'deleted' },
    description: shown?.description ?? null,
  });
  expect(kept.filter(({ has_bytes: hasBytes }) => !hasBytes)).toEqual([]);
  return versions;
}

function rank({ version, state }: VersionRow): number {
  if (state === 'active') return semver.prerelease(version) === null ? 3 : 2;
  return state === 'yanked' ? 1 : 0;
}

async function rounds(work: (name: string) => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) await work(nextName());
}

describe('versions of one workflow that change at the same time', () => {
  it('are all there when many add theirs, the very first among them', () =>
    rounds(async (name) => {
      const wanted = Array.from({ length: 10 }, (_, i) => `1.${i}.0`);
      const answers = await Promise.all([...wanted, ...wanted].map((version) => add(name, version)));
      expect(answers.filter((answer) => answer?.created)).toHaveLength(10);
      expect(await expectConsistent(name)).toHaveLength(10);
    }));

  it('are shown as they stand when one is yanked while others are added', () =>
    rounds(async (name) => {
      await add(name, '1.0.0');
      const [, yanked] = await Promise.all([
        Promise.all(['0.9.0', '1.1.0', '1.2.0-rc.1'].map((version) => add(name, version))),
        change(name, '1.0.0', ['active'], 'yanked'),
        change(name, '1.0.0', ['yanked'], 'active'),
      ]);
      expect(yanked).toBe(true);
      expect(await expectConsistent(name)).toHaveLength(4);
    }));

  it('change once from one state', () =>
    rounds(async (name) => {
      await add(name, '1.0.0');
      const to = ['yanked', 'revoked', 'deleted'] as const;
      const changed = await Promise.all([...to, ...to].map((state) => change(name, '1.0.0', ['active'], state)));
      expect(changed.filter(Boolean)).toHaveLength(1);
      const { items } = await registry.audit.list({ subject: name }, { limit: 100 });
      expect(items).toHaveLength(1);
      await expectConsistent(name);
    }));

  it('are whole or gone when one is deleted while the same bytes come again', () =>
    rounds(async (name) => {
      await add(name, '1.0.0');
      await Promise.all([remove(name, '1.0.0'), add(name, '1.0.0'), remove(name, '1.0.0'), add(name, '1.0.0')]);
      await expectConsistent(name);
      await add(name, '1.0.0');
      expect(await expectConsistent(name)).toMatchObject([{ state: 'active', has_bytes: true }]);
    }));

  it('are all shown when the last one comes back while another is the first', () =>
    rounds(async (name) => {
      await add(name, '1.0.0');
      await remove(name, '1.0.0');
      const answers = await Promise.all([add(name, '1.0.0'), add(name, '1.1.0'), add(name, '0.9.0')]);
      expect(answers.map((answer) => answer?.created)).toEqual([true, true, true]);
      expect(await expectConsistent(name)).toHaveLength(3);
    }));

  it('are consistent whatever many do', () =>
    rounds(async (name) => {
      const versions = ['1.0.0', '1.1.0', '2.0.0-rc.1'];
      await add(name, '1.0.0');
      const work = versions.flatMap((version) => [
        () => add(name, version),
        () => change(name, version, ['active'], 'yanked'),
        () => remove(name, version),
        () => add(name, version),
        () => change(name, version, ['yanked'], 'active'),
        () => change(name, version, ['active', 'yanked'], 'revoked'),
      ]);
      await Promise.all(work.map((one) => one()));
      await expectConsistent(name);
    }));
});
