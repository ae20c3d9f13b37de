import { beforeAll, describe, expect, it } from '@jest/globals';

import type { WorkflowFilter, WorkflowStore } from '../../src/registry/workflows/workflow.store.js';
import { signerId } from '../../src/wpk/index.js';
import { aNewVersion, aSignature, type WorkflowsSubject } from '../builders/new-version.builder.js';
import { anAuditEntry } from './audit-log.contract.js';

const IDENTITY = { kind: 'identity', issuer: 'https://issuer.example', subject: 'https://example.test/list' } as const;

/** The part of the contract that is about the list. */
export function workflowListContract(subject: () => WorkflowsSubject): void {
  describe('the list', () => {
    let store: WorkflowStore;
    const AFTER = 'zz-';
    const names = async (filter: WorkflowFilter, limit = 100, after = AFTER): Promise<string[]> =>
      (await store.list(limit, after, filter)).map(({ name }) => name.slice(AFTER.length));

    beforeAll(async () => {
      ({ store } = subject());
      const by = (keyId: string) => ({ signatures: [aSignature(keyId)] });
      for (const added of [
        aNewVersion('zz-alpha', '1.0.0', {
          tags: ['web', 'Web Shop'],
          description: 'Restart deployments; page team.sre@example',
        }),
        aNewVersion('zz-beta', '1.0.0', { tags: ['db'], families: ['http', 'kubernetes'], ...by('list-key') }),
        aNewVersion('zz-beta', '2.0.0-rc.1', { tags: ['preview'] }),
        aNewVersion('zz-delta-2', '1.0.0', {
          safetyMode: 'auto',
          description: 'kubernetes/restart, then Zürich ÄRGER überall',
        }),
        aNewVersion('zz-gamma', '1.0.0-rc.1', {
          tags: [],
          description: null,
          signatures: [aSignature('', { signer: IDENTITY })],
        }),
        aNewVersion('zz-omega', '1.0.0', {
          tags: ['web'],
          safetyMode: 'auto',
          description: '重启 服务 नमस्ते привет мир',
        }),
      ]) {
        await store.add(added, null);
      }
      const yank = {
        name: 'zz-omega',
        version: '1.0.0',
        from: ['active'],
        to: 'yanked',
        reason: 'r',
        by: 'lea',
      } as const;
      await store.changeState(yank, anAuditEntry());
    });

    it('is by name, from where it is told, with the version that stands for each', async () => {
      const updatedAt = expect.any(Date);
      const all = await store.list(100, AFTER);
      expect(all).toHaveLength(5);
      expect(all[1]).toEqual({
        ...{ name: 'zz-beta', latestVersion: '1.0.0', versions: 2, state: 'active', safetyMode: 'manual', updatedAt },
        ...{ description: 'zz-beta 1.0.0', tags: ['db'], families: ['http', 'kubernetes'], signerId: 'list-key' },
      });
      expect(all[3]).toEqual({
        ...{ name: 'zz-gamma', latestVersion: null, versions: 1, state: 'active', safetyMode: 'manual', updatedAt },
        ...{ description: null, tags: [], families: ['kubernetes'], signerId: signerId(IDENTITY) },
      });
      expect(all[4]).toMatchObject({ name: 'zz-omega', latestVersion: null, state: 'yanked' });
      expect(await names({}, 2)).toEqual(['alpha', 'beta']);
      expect(await names({}, 2, 'zz-beta')).toEqual(['delta-2', 'gamma']);
      expect(await names({}, 2, 'zz-omega')).toEqual([]);
    });

    it.each<[WorkflowFilter, string[]]>([
      [{ tag: 'web' }, ['alpha', 'omega']],
      [{ tag: 'Web Shop' }, ['alpha']],
      [{ tag: 'Web' }, []],
      [{ tag: 'preview' }, []],
      [{ family: 'http' }, ['beta']],
      [{ family: 'kubernetes' }, ['alpha', 'beta', 'delta-2', 'gamma', 'omega']],
      [{ safetyMode: 'auto' }, ['delta-2', 'omega']],
      [{ safetyMode: 'manual' }, ['alpha', 'beta', 'gamma']],
      [{ signerId: 'list-key' }, ['beta']],
      [{ signerId: signerId(IDENTITY) }, ['gamma']],
      [{ state: 'yanked' }, ['omega']],
      [{ state: 'active' }, ['alpha', 'beta', 'delta-2', 'gamma']],
      [{ state: 'deleted' }, []],
      [{ tag: 'web', state: 'yanked', safetyMode: 'auto', family: 'kubernetes', search: 'мир' }, ['omega']],
      [{ tag: 'web', state: 'active', safetyMode: 'auto' }, []],
    ])('narrowed to %j', async (filter, expected) => {
      expect(await names(filter)).toEqual(expected);
      expect(await names(filter, 1)).toEqual(expected.slice(0, 1));
      expect(await names(filter, 9, 'zz-alpha')).toEqual(expected.filter((name) => name !== 'alpha'));
    });

    it.each<[string, string[]]>([
      ['restart', ['alpha', 'delta-2']],
      ['RESTART', ['alpha', 'delta-2']],
      ['rest dep', ['alpha']],
      ['dep rest', ['alpha']],
      ['estart', []],
      ['zz alpha', ['alpha']],
      ['zz-alpha', ['alpha']],
      ['2', ['delta-2']],
      ['delta-2', ['delta-2']],
      ['sre', ['alpha']],
      ['team.sre@example', ['alpha']],
      ['kubernetes/restart', ['delta-2']],
      ['zürich ärger', ['delta-2']],
      ['ÜBER', ['delta-2']],
      ['服', ['omega']],
      ['नमस्', ['omega']],
      ['привет мир', ['omega']],
      ['restart nothing', []],
      ['restart & !zz', ['alpha', 'delta-2']],
      ["restart' | 'omega", []],
      ['alpha:* | omega', []],
      ['(', ['alpha', 'beta', 'delta-2', 'gamma', 'omega']],
      [" '\\:*!&|<-> ", ['alpha', 'beta', 'delta-2', 'gamma', 'omega']],
      ['', ['alpha', 'beta', 'delta-2', 'gamma', 'omega']],
    ])('searched for %j', async (search, expected) => {
      expect(await names({ search })).toEqual(expected);
    });
  });
}
