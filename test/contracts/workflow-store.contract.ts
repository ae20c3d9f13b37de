import { createHash } from 'node:crypto';

import { beforeAll, describe, expect, it } from '@jest/globals';

import type { Decision } from '../../src/policy/index.js';
import type { WorkflowStore } from '../../src/registry/workflows/workflow.store.js';
import type { NewVersion } from '../../src/registry/workflows/workflow-version.js';

const decision: Decision = {
  id: 'd',
  outcome: 'allow',
  ...{ requiredApprovals: 0, reasons: [], rulesetVersion: '1' },
  risk: { score: 0, level: 'low' },
};

export function aNewVersion(
  name: string,
  version: string,
  more: Pick<Partial<NewVersion>, 'bytes' | 'uploadedBy'> = {},
): NewVersion {
  const bytes = more.bytes ?? Buffer.from(`${name}@${version}`);
  return {
    ...{ name, version, bytes, decision, description: `${name} ${version}`, author: null, tags: ['a', 'b'] },
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    ...{ mediaType: 'application/yaml', uploadedBy: more.uploadedBy ?? 'ci' },
    signer: { kind: 'key', keyId: 'key-1' },
    signature: { kind: 'bundle', text: '{}' },
  };
}

/** What every WorkflowStore promises. */
export function workflowStoreContract(title: string, open: () => WorkflowStore | Promise<WorkflowStore>): void {
  describe(`WorkflowStore: ${title}`, () => {
    let store: WorkflowStore;

    beforeAll(async () => {
      store = await open();
    });

    it('finds what was added, as it was added', async () => {
      const added = aNewVersion('found', '1.0.0');
      const { version, created } = await store.add(added);
      const { name, digest, mediaType, bytes, description, author, tags, signer, uploadedBy } = added;
      expect(created).toBe(true);
      expect(version).toEqual({
        ...{
          name,
          version: '1.0.0',
          digest,
          mediaType,
          size: bytes.length,
          description,
          author,
          tags,
          signer,
          uploadedBy,
        },
        ...{ decision, createdAt: expect.any(Date) },
      });
      expect(await store.find('found', '1.0.0')).toEqual(version);
      expect(await store.find('found', '1.0.1')).toBeUndefined();
    });

    it('finds a version that is there already instead of adding it', async () => {
      const first = await store.add(aNewVersion('twice', '1.0.0'));
      const second = await store.add(aNewVersion('twice', '1.0.0', { uploadedBy: 'somebody else' }));
      expect(second).toEqual({ version: first.version, created: false });
    });

    it('never changes a version', async () => {
      await store.add(aNewVersion('fixed', '1.0.0'));
      const other = aNewVersion('fixed', '1.0.0', { bytes: Buffer.from('other') });
      await expect(store.add(other)).rejects.toMatchObject({ code: 'version-exists' });
      expect(await store.findPackage(other.digest)).toBeUndefined();
    });

    it('keeps one signature for each key', async () => {
      const added = aNewVersion('signed', '1.0.0');
      const again = {
        ...added,
        signer: { kind: 'key', keyId: 'key-2' },
        signature: { kind: 'signature', text: 's' },
      } as const;
      for (const version of [added, added, again, again]) await store.add(version);
      expect(await store.signaturesOf(added.digest)).toEqual([
        { ...{ kind: 'bundle', text: '{}', keyId: 'key-1' }, verifiedAt: expect.any(Date) },
        { ...{ kind: 'signature', text: 's', keyId: 'key-2' }, verifiedAt: expect.any(Date) },
      ]);
    });

    it('hands out the bytes with their signatures', async () => {
      const added = aNewVersion('bytes', '1.0.0', { bytes: Buffer.from([0, 1, 0xff]) });
      await store.add(added);
      const stored = await store.findPackage(added.digest);
      expect(stored?.bytes.equals(added.bytes)).toBe(true);
      expect(stored?.signatures).toHaveLength(1);
      expect(await store.findPackage('sha256:0')).toBeUndefined();
    });

    it('orders versions by precedence, and takes the highest release for the latest', async () => {
      for (const version of ['1.2.0', '1.10.0', '2.0.0-rc.1', '1.9.0']) await store.add(aNewVersion('order', version));
      const versions = await store.versionsOf('order', 3);
      expect(versions.map(({ version }) => version)).toEqual(['2.0.0-rc.1', '1.10.0', '1.9.0']);
      expect(await store.findRef('order', '1.9.0')).toEqual(
        expect.objectContaining({ name: 'order', version: '1.9.0' }),
      );
      expect(await store.findRef('order', '9.9.9')).toBeUndefined();
      expect(await store.findLatest('order')).toMatchObject({ name: 'order', version: '1.10.0' });
    });

    it('has no latest version of a workflow with pre-releases only', async () => {
      await store.add(aNewVersion('preview', '1.0.0-rc.1'));
      expect(await store.findLatest('preview')).toBeUndefined();
    });

    it('lists by name from where it is told', async () => {
      for (const version of ['1.0.0', '1.1.0-rc.1']) await store.add(aNewVersion('zz-list', version));
      await store.add(aNewVersion('zz-more', '1.0.0-rc.1'));
      const updatedAt = expect.any(Date);
      expect(await store.list(2, 'zz-a')).toEqual([
        {
          ...{ name: 'zz-list', latestVersion: '1.0.0', versions: 2 },
          description: 'zz-list 1.0.0',
          tags: ['a', 'b'],
          updatedAt,
        },
        {
          ...{ name: 'zz-more', latestVersion: null, versions: 1 },
          description: 'zz-more 1.0.0-rc.1',
          tags: ['a', 'b'],
          updatedAt,
        },
      ]);
      expect((await store.list(1, 'zz-a')).map(({ name }) => name)).toEqual(['zz-list']);
      expect(await store.list(10, 'zz-more')).toEqual([]);
    });
  });
}
