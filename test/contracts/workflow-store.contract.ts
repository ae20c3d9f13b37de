import { beforeAll, describe, expect, it } from '@jest/globals';

import type { WorkflowStore } from '../../src/registry/workflows/workflow.store.js';
import type { NewVersion, WorkflowVersion } from '../../src/registry/workflows/workflow-version.js';
import { signerId } from '../../src/wpk/index.js';
import { aNewVersion, asAdded, aSignature, type WorkflowsSubject } from '../builders/new-version.builder.js';
import { anAuditEntry } from './audit-log.contract.js';
import { aTrustDocument } from './trust-store.contract.js';
import { workflowListContract } from './workflow-list.contract.js';
import { workflowStandingContract } from './workflow-standing.contract.js';

/** What every WorkflowStore promises. */
export function workflowStoreContract(title: string, open: () => WorkflowsSubject | Promise<WorkflowsSubject>): void {
  describe(`WorkflowStore: ${title}`, () => {
    let subject: WorkflowsSubject;

    beforeAll(async () => {
      subject = await open();
    });

    describe('what is added', () => addingContract(() => subject));
    describe('under trust that changes', () => trustContract(() => subject));
    describe('what is found', () => findingContract(() => subject));
    workflowStandingContract(() => subject);
    workflowListContract(() => subject);
  });
}

function addingContract(subject: () => WorkflowsSubject): void {
  let store: WorkflowStore;
  beforeAll(() => {
    ({ store } = subject());
  });

  it('is found as it was added', async () => {
    const more = {
      author: 'lea',
      tags: [],
      families: ['http', 'kubernetes'],
      safetyMode: 'auto',
      uploadedBy: 'cd',
    } as const;
    for (const added of [
      aNewVersion('found', '1.0.0'),
      aNewVersion('found', '1.0.1', { ...more, description: null }),
    ]) {
      const answer = await store.add(added, null);
      expect(answer).toEqual({ version: { ...asAdded(added), createdAt: expect.any(Date) }, created: true });
      expect(await store.find('found', added.version)).toEqual(answer?.version);
    }
    expect(await store.find('found', '1.0.2')).toBeUndefined();
  });

  it('is found instead of being added again', async () => {
    const first = await store.add(aNewVersion('twice', '1.0.0'), null);
    const second = await store.add(aNewVersion('twice', '1.0.0', { uploadedBy: 'somebody else' }), null);
    expect(second).toEqual({ version: first?.version, created: false });
    expect(await store.list(1, 'twicd')).toMatchObject([{ name: 'twice', versions: 1 }]);
  });

  it('never changes', async () => {
    await store.add(aNewVersion('fixed', '1.0.0'), null);
    const other = aNewVersion('fixed', '1.0.0', { bytes: Buffer.from('other'), signatures: [aSignature('key-9')] });
    await expect(store.add(other, null)).rejects.toMatchObject({ code: 'version-exists' });
    expect(await store.findPackage(other.digest)).toBeUndefined();
    expect(await store.signaturesOf(other.digest)).toEqual([]);
  });

  it('is created once by many at the same time', async () => {
    for (const version of ['1.0.0', '1.0.1', '1.0.2']) {
      const many = Array.from({ length: 20 }, (_, i) => aNewVersion('many', version, { uploadedBy: `ci-${i}` }));
      const answers = await Promise.all(many.map((added) => store.add(added, null)));
      expect(answers.filter((answer) => answer?.created)).toHaveLength(1);
      expect(new Set(answers.map((answer) => answer?.version.uploadedBy)).size).toBe(1);
    }
    expect(await store.list(1, 'manx')).toMatchObject([{ name: 'many', versions: 3, latestVersion: '1.0.2' }]);
  });

  it('is of one when many bring different bytes at the same time', async () => {
    const many = Array.from({ length: 20 }, (_, i) =>
      aNewVersion('rivals', '1.0.0', { bytes: Buffer.from(`rival ${i}`) }),
    );
    const answers = await Promise.allSettled(many.map((added) => store.add(added, null)));
    const winners = many.filter((_, index) => answers[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual(
      Array(19).fill({ status: 'rejected', reason: expect.objectContaining({ code: 'version-exists' }) }),
    );
    expect(await store.find('rivals', '1.0.0')).toMatchObject({ digest: winners[0]?.digest });
    for (const { digest } of many) {
      expect((await store.findPackage(digest)) !== undefined).toBe(digest === winners[0]?.digest);
    }
  });

  it('keeps all of its signatures, one of each signer, the first', async () => {
    const identity = { kind: 'identity', issuer: 'https://issuer.example', subject: 'https://example.test/a' } as const;
    const logged = aSignature('', { signer: identity, isLogged: true, signedAt: new Date('2026-01-02T03:04:05.678Z') });
    const added = aNewVersion('signed', '1.0.0', {
      signatures: [aSignature('key-1'), logged, aSignature('key-1', { text: 'second of key-1' })],
    });
    expect(await store.add(added, null)).toMatchObject({ version: { signer: { kind: 'key', keyId: 'key-1' } } });
    const again = {
      ...added,
      signatures: [aSignature('key-2', { kind: 'signature', text: 's' }), aSignature('key-1', { text: 'late' })],
    };
    for (const version of [added, again, again]) {
      expect(await store.add(version, null)).toMatchObject({ created: false });
    }
    const stored = await store.signaturesOf(added.digest);
    expect(stored).toHaveLength(3);
    for (const signature of [aSignature('key-1'), logged, aSignature('key-2', { kind: 'signature', text: 's' })]) {
      expect(stored).toContainEqual({ ...signature, storedAt: expect.any(Date) });
    }
    expect(stored.at(-1)).toMatchObject({ text: 's' });
    expect((await store.findPackage(added.digest))?.signatures).toEqual(stored);
  });

  it('keeps one signature for each evidence that policies may ask for, whenever it comes', async () => {
    const added = aNewVersion('evidence', '1.0.0');
    await store.add(added, null);
    const more = [
      aSignature('key-1', { text: 'logged', isLogged: true }),
      aSignature('key-1', { text: 'attested', isAttested: true }),
      aSignature('key-1', { text: 'both', isLogged: true, isAttested: true }),
    ];
    for (const signature of [...more, ...more]) {
      expect(await store.add({ ...added, signatures: [signature] }, null)).toMatchObject({ created: false });
    }
    expect(await store.signaturesOf(added.digest)).toMatchObject([{ text: '{}', isLogged: false }, ...more]);
    const { items } = await subject().audit.list({ action: 'version.add-signature' }, { limit: 100 });
    const ofThis = items.filter(({ subject: of }) => of.includes('/evidence/'));
    expect(ofThis.map(({ body }) => body)).toEqual(more.map(() => ({ signers: ['key-1'] })));
  });

  it('gives the signatures back in the order in which they came', async () => {
    const keys = ['key-5', 'key-2', 'key-8', 'key-1', 'key-9', 'key-3'];
    const added = aNewVersion('in-order', '1.0.0', { signatures: keys.slice(0, 3).map((id) => aSignature(id)) });
    await store.add(added, null);
    await store.add({ ...added, signatures: keys.slice(3).map((id) => aSignature(id)) }, null);
    const ids = (await store.signaturesOf(added.digest)).map(({ signer }) => signerId(signer));
    expect(ids).toEqual(keys);
  });

  it('takes one more signature together with its audit entry, and none without', async () => {
    const added = aNewVersion('countersigned', '1.0.0');
    await store.add(added, null);
    const entry = anAuditEntry({ action: 'version.sign', subject: 'workflows/countersigned' });
    for (const text of ['first', 'second']) {
      await store.addSignature(added.digest, aSignature('key-3', { text }), entry);
    }
    await store.addSignature('sha256:nothing', aSignature('key-3'), entry);
    expect(await store.signaturesOf(added.digest)).toMatchObject([{ text: '{}' }, { text: 'first' }]);
    expect(await store.signaturesOf('sha256:nothing')).toEqual([]);
    expect((await subject().audit.list({ subject: entry.subject }, { limit: 9 })).items).toMatchObject([entry]);
  });

  it('has on record who brought a signature of another signer, and that only', async () => {
    const added = aNewVersion('brought', '1.0.0');
    await store.add(added, null);
    const more = { ...added, uploadedBy: 'lea', signatures: [aSignature(), aSignature('key-2')] };
    for (let time = 0; time < 2; time++) expect(await store.add(more, null)).toMatchObject({ created: false });
    const { items } = await subject().audit.list({ subject: 'workflows/brought/versions/1.0.0' }, { limit: 9 });
    expect(items).toMatchObject([{ actor: 'lea', action: 'version.add-signature', body: { signers: ['key-2'] } }]);
  });

  it('is handed out with its very bytes', async () => {
    const added = aNewVersion('bytes', '1.0.0', { bytes: Buffer.from([0, 1, 0xff]) });
    await store.add(added, null);
    const stored = await store.findPackage(added.digest);
    expect(stored?.bytes.equals(added.bytes)).toBe(true);
    expect(stored?.signatures).toHaveLength(1);
    expect(await store.findPackage('sha256:0')).toBeUndefined();
  });
}

function trustContract(subject: () => WorkflowsSubject): void {
  let revision = 0;
  const move = async (): Promise<void> => {
    expect(await subject().trust.append(revision++, aTrustDocument(), anAuditEntry())).toBe(true);
  };
  const add = (added: NewVersion, seen: number | null): Promise<unknown> => subject().store.add(added, seen);

  it('adds while trust is what it was, before the first revision too', async () => {
    expect(await add(aNewVersion('trust', '1.0.0'), revision)).toMatchObject({ created: true });
    await move();
    expect(await add(aNewVersion('trust', '1.1.0'), revision)).toMatchObject({ created: true });
    expect(await add(aNewVersion('trust', '1.1.0'), revision)).toMatchObject({ created: false });
  });

  it('does nothing when trust has moved on', async () => {
    const { store } = subject();
    const known = aNewVersion('trust', '2.0.0');
    await add(known, null);
    await move();
    const added = aNewVersion('trust', '2.1.0');
    expect(await add(added, revision - 1)).toBeUndefined();
    expect(await store.find('trust', '2.1.0')).toBeUndefined();
    expect(await store.findPackage(added.digest)).toBeUndefined();
    expect(await store.list(1, 'trusr')).toMatchObject([{ name: 'trust', latestVersion: '2.0.0' }]);
    const again = { ...known, signatures: [aSignature('key-7')] };
    expect(await add(again, revision - 1)).toBeUndefined();
    expect(await store.signaturesOf(known.digest)).toHaveLength(1);
    expect(await add(added, revision)).toMatchObject({ created: true });
  });

  it('does not bring a deleted version back when trust has moved on', async () => {
    const { store } = subject();
    const added = aNewVersion('trust-deleted', '1.0.0');
    await add(added, null);
    const change = {
      name: 'trust-deleted',
      version: '1.0.0',
      from: ['active'],
      to: 'deleted',
      reason: null,
      by: 'lea',
    } as const;
    await store.changeState(change, anAuditEntry());
    await store.removeBytes(added.digest);
    expect(await add(added, revision - 1)).toBeUndefined();
    expect(await store.find('trust-deleted', '1.0.0')).toMatchObject({ state: 'deleted' });
    expect(await add(added, revision)).toMatchObject({ created: true });
  });

  it('adds whatever the database knows where trust is not kept in it', async () => {
    expect(await add(aNewVersion('trust', '3.0.0'), null)).toMatchObject({ created: true });
  });

  it('tells of the revision with what it sees', async () => {
    const { store } = subject();
    const added = aNewVersion('trust-seen', '1.0.0');
    await add(added, null);
    for (let i = 0; i < 2; i++) {
      const seen = { name: 'trust-seen', version: '1.0.0', digest: added.digest, trustRevision: revision };
      expect(await store.seeVersion('trust-seen', '1.0.0')).toMatchObject(seen);
      expect(await store.seeLatest('trust-seen')).toMatchObject(seen);
      expect(await store.seeDigest(added.digest)).toMatchObject(seen);
      await move();
    }
  });
}

function findingContract(subject: () => WorkflowsSubject): void {
  const ORDER = ['1.2.0', '1.10.0', '2.0.0-rc.1', '1.9.0', '1.10.0+b', '1.10.0+B', '2.0.0-rc.1+x', '2.0.0-alpha'];
  const SORTED = ['2.0.0-rc.1+x', '2.0.0-rc.1', '2.0.0-alpha', '1.10.0+b', '1.10.0+B', '1.10.0', '1.9.0', '1.2.0'];
  let store: WorkflowStore;
  const versionsIn = (found: readonly WorkflowVersion[]): string[] => found.map(({ version }) => version);

  beforeAll(async () => {
    ({ store } = subject());
    for (const version of ORDER) await store.add(aNewVersion('order', version), null);
  });

  it('is ordered by precedence, and among equals by the bytes of the text', async () => {
    expect(versionsIn(await store.versionsOf('order', 100))).toEqual(SORTED);
    expect(versionsIn(await store.versionsOf('order', 3))).toEqual(SORTED.slice(0, 3));
    expect(await store.versionsOf('nothing', 3)).toEqual([]);
  });

  it('goes on below any version, there or not', async () => {
    for (const [index, after] of SORTED.entries()) {
      expect(versionsIn(await store.versionsOf('order', 100, { after }))).toEqual(SORTED.slice(index + 1));
    }
    expect(versionsIn(await store.versionsOf('order', 2, { after: '1.9.5' }))).toEqual(['1.9.0', '1.2.0']);
    expect(await store.versionsOf('order', 2, { after: '0.0.1' })).toEqual([]);
  });

  it('is the highest active release when the latest is asked for', async () => {
    const { digest } = aNewVersion('order', '1.10.0+b');
    expect(await store.seeLatest('order')).toMatchObject({ name: 'order', version: '1.10.0+b', digest });
    expect(await store.list(1, 'ordeq')).toMatchObject([{ latestVersion: '1.10.0+b', versions: 8 }]);
    expect(await store.seeLatest('nothing')).toBeUndefined();
  });

  it('is no latest version when there are pre-releases only', async () => {
    await store.add(aNewVersion('preview', '1.0.0-rc.1'), null);
    expect(await store.seeLatest('preview')).toBeUndefined();
  });

  it('is seen by version and by digest, with how it stands', async () => {
    const { digest } = aNewVersion('order', '1.9.0');
    const seen = {
      ...{ name: 'order', version: '1.9.0', digest, state: 'active', stateReason: null, stateBy: null, stateAt: null },
      ...{ override: null, trustRevision: expect.any(Number) },
    };
    expect(await store.seeVersion('order', '1.9.0')).toEqual(seen);
    expect(await store.seeDigest(digest)).toEqual(seen);
    expect(await store.seeVersion('order', '9.9.9')).toBeUndefined();
    expect(await store.seeDigest('sha256:0')).toBeUndefined();
  });
}
