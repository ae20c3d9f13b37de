import { beforeAll, describe, expect, it } from '@jest/globals';

import { VERSION_STATES, type VersionState } from '../../src/registry/workflows/version-state.js';
import type { StateChange, WorkflowStore } from '../../src/registry/workflows/workflow.store.js';
import type { NewVersion, WorkflowSummary } from '../../src/registry/workflows/workflow-version.js';
import { aNewVersion, aSignature, type WorkflowsSubject } from '../builders/new-version.builder.js';
import { aDecision } from '../builders/run.builder.js';
import { anAuditEntry } from './audit-log.contract.js';

/** The part of the contract that is about how versions stand. */
export function workflowStandingContract(subject: () => WorkflowsSubject): void {
  let store: WorkflowStore;
  let serial = 0;

  beforeAll(() => {
    ({ store } = subject());
  });

  const added = async (...versions: readonly string[]): Promise<string> => {
    const name = `standing-${++serial}`;
    for (const version of versions) await store.add(aNewVersion(name, version), null);
    return name;
  };
  const change = (
    name: string,
    version: string,
    to: VersionState,
    more: Partial<StateChange> = {},
  ): Promise<boolean> => {
    const from = VERSION_STATES.filter((state) => state !== to);
    const entry = anAuditEntry({ subject: `workflows/${name}/versions/${version}`, body: { to } });
    return store.changeState({ name, version, from, to, reason: `${to} it`, by: 'lea', ...more }, entry);
  };
  const audited = async (name: string, version: string): Promise<unknown[]> => {
    const { items } = await subject().audit.list({ subject: `workflows/${name}/versions/${version}` }, { limit: 100 });
    return items.map(({ action, body }) => body['to'] ?? action).reverse();
  };
  const summary = async (name: string): Promise<WorkflowSummary | undefined> =>
    (await store.list(1000)).find((workflow) => workflow.name === name);

  describe('a change of state', () => {
    it.each(VERSION_STATES.flatMap((from) => VERSION_STATES.map((to) => [from, to] as const)))(
      'from %s to %s is made from the states that are named, and from no other',
      async (from, to) => {
        const name = await added('1.0.0');
        if (from !== 'active') await change(name, '1.0.0', from);
        const before = await store.find(name, '1.0.0');
        const log = await audited(name, '1.0.0');
        const others = VERSION_STATES.filter((state) => state !== from);
        expect(await change(name, '1.0.0', to, { from: others })).toBe(false);
        expect(await store.find(name, '1.0.0')).toEqual(before);
        expect(await audited(name, '1.0.0')).toEqual(log);
        expect(await change(name, '1.0.0', to, { from: [from], reason: null })).toBe(true);
        expect(await store.find(name, '1.0.0')).toEqual({
          ...{ ...before, state: to, stateReason: null, stateBy: 'lea', stateAt: expect.any(Date) },
        });
        expect(await audited(name, '1.0.0')).toEqual([...log, to]);
      },
    );

    it('of a version that is not there is none', async () => {
      const name = await added('1.0.0');
      expect(await change(name, '9.9.9', 'yanked')).toBe(false);
      expect(await change('nothing', '1.0.0', 'yanked')).toBe(false);
      expect(await audited(name, '9.9.9')).toEqual([]);
    });

    it('is seen by whoever asks', async () => {
      const name = await added('1.0.0');
      await change(name, '1.0.0', 'yanked');
      const seen = { state: 'yanked', stateReason: 'yanked it', stateBy: 'lea', stateAt: expect.any(Date) };
      expect(await store.seeVersion(name, '1.0.0')).toMatchObject(seen);
      expect(await store.seeDigest(aNewVersion(name, '1.0.0').digest)).toMatchObject(seen);
      expect(await store.versionsOf(name, 9)).toMatchObject([seen]);
    });
  });

  it('makes the latest version one that is active, release by release', async () => {
    const name = await added('1.0.0', '1.1.0', '1.2.0', '2.0.0-rc.1');
    const latest: (string | undefined)[] = [];
    const states = ['yanked', 'revoked', 'deleted'] as const;
    for (const [index, version] of ['1.2.0', '1.1.0', '1.0.0'].entries()) {
      latest.push((await store.seeLatest(name))?.version);
      await change(name, version, states[index]!);
    }
    expect(latest).toEqual(['1.2.0', '1.1.0', '1.0.0']);
    expect(await store.seeLatest(name)).toBeUndefined();
  });

  it('shows versions of one state when asked, and deleted ones never', async () => {
    const name = await added('1.0.0', '1.1.0', '1.2.0', '1.3.0');
    await change(name, '1.1.0', 'yanked');
    await change(name, '1.2.0', 'deleted');
    const versions = async (options?: Parameters<WorkflowStore['versionsOf']>[2]): Promise<string[]> =>
      (await store.versionsOf(name, 9, options)).map(({ version }) => version);
    expect(await versions()).toEqual(['1.3.0', '1.1.0', '1.0.0']);
    expect(await versions({ state: 'active' })).toEqual(['1.3.0', '1.0.0']);
    expect(await versions({ state: 'active', after: '1.3.0' })).toEqual(['1.0.0']);
    expect(await versions({ state: 'yanked' })).toEqual(['1.1.0']);
    expect(await versions({ state: 'revoked' })).toEqual([]);
    expect(await versions({ state: 'deleted' })).toEqual([]);
    expect(await store.find(name, '1.2.0')).toMatchObject({ state: 'deleted' });
  });

  describe('the workflow in the list', () => {
    it('is shown by its best version: active release, pre-release, yanked, revoked', async () => {
      const name = await added('1.0.0', '1.1.0', '2.0.0-rc.1', '2.0.0-rc.2');
      const seen: unknown[] = [];
      for (const [version, to] of [
        ...([['1.1.0', 'yanked'], ['1.0.0', 'yanked'], ['2.0.0-rc.2', 'deleted'], ['2.0.0-rc.1', 'revoked']] as const), // prettier-ignore
        ...([['1.1.0', 'revoked'], ['1.0.0', 'revoked'], ['1.0.0', 'active'], ['2.0.0-rc.1', 'deleted']] as const), // prettier-ignore
      ]) {
        expect(await change(name, version, to)).toBe(true);
        const { latestVersion, state, description, versions } = (await summary(name))!;
        seen.push([latestVersion, state, description?.split(' ')[1], versions]);
      }
      expect(seen).toEqual([
        ['1.0.0', 'active', '1.0.0', 4],
        [null, 'active', '2.0.0-rc.2', 4],
        [null, 'active', '2.0.0-rc.1', 3],
        [null, 'yanked', '1.1.0', 3],
        [null, 'yanked', '1.0.0', 3],
        [null, 'revoked', '2.0.0-rc.1', 3],
        ['1.0.0', 'active', '1.0.0', 3],
        ['1.0.0', 'active', '1.0.0', 2],
      ]);
    });

    it('follows what is added to it, whatever is shown', async () => {
      const name = await added('1.0.0');
      await change(name, '1.0.0', 'yanked');
      const shown: unknown[] = [];
      for (const version of ['0.9.0-rc.1', '0.8.0-rc.1', '0.5.0', '0.4.0', '1.1.0-rc.1']) {
        await store.add(aNewVersion(name, version, { tags: [version] }), null);
        const { latestVersion, tags, versions } = (await summary(name))!;
        shown.push([latestVersion, ...tags, versions]);
      }
      expect(shown).toEqual([
        [null, '0.9.0-rc.1', 2],
        [null, '0.9.0-rc.1', 3],
        ['0.5.0', '0.5.0', 4],
        ['0.5.0', '0.5.0', 5],
        ['0.5.0', '0.5.0', 6],
      ]);
    });

    it('is gone with its last version, and back with the next', async () => {
      const name = await added('1.0.0', '1.1.0');
      for (const version of ['1.0.0', '1.1.0']) await change(name, version, 'deleted');
      expect(await summary(name)).toBeUndefined();
      await store.add(aNewVersion(name, '0.1.0'), null);
      expect(await summary(name)).toMatchObject({ latestVersion: '0.1.0', versions: 1, state: 'active' });
      await change(name, '0.1.0', 'deleted');
      expect(await store.add(aNewVersion(name, '1.0.0'), null)).toMatchObject({ created: true });
      expect(await summary(name)).toMatchObject({ latestVersion: '1.0.0', versions: 1, state: 'active' });
    });
  });

  describe('an override', () => {
    const set = (name: string, hours: number | null): Promise<boolean> => {
      const entry = anAuditEntry({ subject: `workflows/${name}/versions/1.0.0`, body: { to: hours } });
      const override = hours === null ? null : { reason: 'incident 4711', by: 'lea', hours };
      return store.setOverride({ name, version: '1.0.0' }, override, entry);
    };
    const inForce = { reason: 'incident 4711', by: 'lea', at: expect.any(String), expiresAt: expect.any(String) };

    it('is in force until its time is over', async () => {
      const name = await added('1.0.0');
      expect(await set(name, 4)).toBe(true);
      const { override } = (await store.find(name, '1.0.0'))!;
      expect(override).toEqual(inForce);
      expect(Date.parse(override!.expiresAt) - Date.parse(override!.at)).toBe(4 * 3_600_000);
      const see = async (): Promise<unknown[]> => [
        ...[await store.find(name, '1.0.0'), await store.seeVersion(name, '1.0.0'), await store.seeLatest(name)],
        ...[await store.seeDigest(aNewVersion(name, '1.0.0').digest), ...(await store.versionsOf(name, 9))],
      ];
      await subject().pass(3);
      expect(await see()).toMatchObject(Array(5).fill({ override: { reason: 'incident 4711' } }));
      await subject().pass(2);
      expect(await see()).toMatchObject(Array(5).fill({ override: null }));
      expect(await audited(name, '1.0.0')).toEqual([4]);
    });

    it('is replaced by the next, and ended', async () => {
      const name = await added('1.0.0');
      for (const hours of [1, 720]) expect(await set(name, hours)).toBe(true);
      await subject().pass(2);
      expect(await store.find(name, '1.0.0')).toMatchObject({ override: inForce });
      expect(await set(name, null)).toBe(true);
      expect(await store.find(name, '1.0.0')).toMatchObject({ override: null });
      expect(await audited(name, '1.0.0')).toEqual([1, 720, 'thing.change']);
    });

    it.each([
      ['active', true],
      ['yanked', true],
      ['revoked', false],
      ['deleted', false],
    ] as const)(
      // prettier-ignore
      'of a version that is %s: %s',
      async (state, isPossible) => {
        const name = await added('1.0.0');
        if (state !== 'active') await change(name, '1.0.0', state);
        expect(await set(name, 1)).toBe(isPossible);
        expect(await store.find(name, '1.0.0')).toMatchObject({ state, override: isPossible ? inForce : null });
        expect((await audited(name, '1.0.0')).includes(1)).toBe(isPossible);
      },
    );

    it('comes into force with a version that is added or comes back, and not with one that is there', async () => {
      const version = aNewVersion(`standing-${++serial}`, '1.0.0', { decision: aDecision({ outcome: 'deny' }) });
      const override = { reason: 'incident 4711', by: 'lea', hours: 4 };
      const log = async (): Promise<unknown[]> => {
        const { items } = await subject().audit.list({ action: 'version.register-overridden' }, { limit: 100 });
        return items
          .filter(({ subject: of }) => of.includes(`/${version.name}/`))
          .map(({ actor, body }) => [actor, body]);
      };
      const entry = ['lea', { reason: 'incident 4711', hours: 4, digest: version.digest, outcome: 'deny' }];
      const added = await store.add(version, null, override);
      expect(added).toMatchObject({ created: true, version: { override: inForce, stateBy: null } });
      expect(await store.find(version.name, '1.0.0')).toEqual(added?.version);
      expect(await store.add(version, null, { ...override, hours: 700 })).toEqual({ ...added, created: false });
      expect(await log()).toEqual([entry]);
      await change(version.name, '1.0.0', 'deleted');
      expect(await store.add(version, null, override)).toMatchObject({ created: true, version: { override: inForce } });
      expect(await log()).toEqual([entry, entry]);
    });

    it('of a version that is not there is none', async () => {
      expect(await set('nothing', 1)).toBe(false);
    });
  });

  describe('the bytes', () => {
    const deleted = async (): Promise<NewVersion> => {
      const version = aNewVersion(await added('1.0.0'), '1.0.0');
      await change(version.name, '1.0.0', 'deleted');
      return version;
    };

    it.each(['active', 'yanked', 'revoked'] as const)('of a version that is %s stay', async (state) => {
      const version = aNewVersion(await added('1.0.0'), '1.0.0');
      if (state !== 'active') await change(version.name, '1.0.0', state);
      await store.removeBytes(version.digest);
      expect(await store.findPackage(version.digest)).toMatchObject({ signatures: [{ text: '{}' }] });
    });

    it('of a deleted version are there until they are removed, and then gone with their signatures', async () => {
      const { digest, name } = await deleted();
      expect(await store.findPackage(digest)).toBeDefined();
      for (let i = 0; i < 2; i++) {
        await store.removeBytes(digest);
        expect(await store.findPackage(digest)).toBeUndefined();
        expect(await store.signaturesOf(digest)).toEqual([]);
      }
      expect(await store.find(name, '1.0.0')).toMatchObject({ state: 'deleted', digest });
      await store.removeBytes('sha256:nothing');
    });

    it('come back with the version, under the signatures and the decision of today', async () => {
      const { name, digest } = await deleted();
      await store.removeBytes(digest);
      const again = aNewVersion(name, '1.0.0', {
        ...{ uploadedBy: 'max', signatures: [aSignature('key-8'), aSignature('key-1')] },
        decision: aDecision({ id: 'e'.repeat(64) }),
      });
      const answer = await store.add(again, null);
      expect(answer).toMatchObject({ created: true, version: { state: 'active', stateReason: null, stateBy: 'max' } });
      expect(answer?.version).toMatchObject({
        signer: { keyId: 'key-8' },
        uploadedBy: 'max',
        decision: again.decision,
      });
      expect(await store.find(name, '1.0.0')).toEqual(answer?.version);
      expect(await store.findPackage(digest)).toMatchObject({ bytes: again.bytes });
      expect(await store.signaturesOf(digest)).toHaveLength(2);
      expect(await audited(name, '1.0.0')).toEqual(['deleted', 'version.restore']);
      expect(await store.add(again, null)).toMatchObject({ created: false });
    });

    it('are needed for the version to stand again: once removed, only the bytes themselves bring it back', async () => {
      const { name, digest } = await deleted();
      await store.removeBytes(digest);
      expect(await change(name, '1.0.0', 'active')).toBe(false);
      expect(await store.find(name, '1.0.0')).toMatchObject({ state: 'deleted' });
      expect(await audited(name, '1.0.0')).toEqual(['deleted']);
    });

    it('come back when they were never removed, too', async () => {
      const version = await deleted();
      expect(await store.add(version, null)).toMatchObject({ created: true, version: { state: 'active' } });
      expect(await summary(version.name)).toMatchObject({ latestVersion: '1.0.0', versions: 1 });
      expect(await audited(version.name, '1.0.0')).toEqual(['deleted', 'version.restore']);
    });

    it('come back without an override that was given before', async () => {
      const name = await added('1.0.0');
      await store.setOverride({ name, version: '1.0.0' }, { reason: 'r', by: 'lea', hours: 9 }, anAuditEntry());
      await change(name, '1.0.0', 'deleted');
      expect(await store.add(aNewVersion(name, '1.0.0'), null)).toMatchObject({ version: { override: null } });
      expect(await store.find(name, '1.0.0')).toMatchObject({ override: null });
    });

    it('may never be others, after the deletion too', async () => {
      const { name, digest } = await deleted();
      await store.removeBytes(digest);
      const other = aNewVersion(name, '1.0.0', { bytes: Buffer.from(`other of ${name}`) });
      await expect(store.add(other, null)).rejects.toMatchObject({ code: 'version-exists' });
      expect(await store.findPackage(other.digest)).toBeUndefined();
      expect(await store.find(name, '1.0.0')).toMatchObject({ state: 'deleted', digest });
    });

    it('come back once when many bring them', async () => {
      const version = await deleted();
      await store.removeBytes(version.digest);
      const answers = await Promise.all(Array.from({ length: 10 }, () => store.add(version, null)));
      expect(answers.filter((answer) => answer?.created)).toHaveLength(1);
      expect(await summary(version.name)).toMatchObject({ versions: 1 });
      expect(await store.findPackage(version.digest)).toBeDefined();
    });
  });
}
