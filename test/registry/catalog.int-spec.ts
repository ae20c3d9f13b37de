import { createHash } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Counter, Registry } from 'prom-client';

import { StoredWorkflowCatalog } from '../../src/registry/catalog/workflow-catalog.service.js';
import { type VerifiedPackage, WorkflowCatalog, type WorkflowRef } from '../../src/registry/index.js';
import { PackageOpener } from '../../src/registry/packages/package-opener.js';
import { DatabaseTrustSource } from '../../src/registry/trust/database-trust.source.js';
import { TrustStore } from '../../src/registry/trust/trust.store.js';
import { EnvironmentTrust } from '../../src/registry/trust/trust-surroundings.js';
import { WorkflowStore } from '../../src/registry/workflows/workflow.store.js';
import type { StoredPackage } from '../../src/registry/workflows/workflow-version.js';
import type { TrustDocument } from '../../src/wpk/index.js';
import { aPackage, aSigner } from '../builders/signed-package.js';
import { type RegistryApp, startRegistry } from './registry.app.js';

const signer = aSigner();
const successor = aSigner();
const stranger = aSigner();
let registry: RegistryApp;
let database: pg.Pool;
let serial = 0;
let digest: string;
let bytes: Buffer;
let name: string;

beforeAll(async () => {
  registry = await startRegistry(signer.publicKeyPem + successor.publicKeyPem);
  database = new pg.Pool({ connectionString: registry.database.url, max: 2 });
});

afterAll(async () => {
  await database.end();
  await registry.close();
});

beforeEach(async () => {
  name = `demo-${++serial}`;
  bytes = aPackage({ name });
  digest = await upload(bytes, signer.bundle(bytes));
});

async function upload(content: Buffer, bundle: string): Promise<string> {
  const response = await registry.upload([
    ['package', content],
    ['bundle', bundle],
  ]);
  const { digest: found } = (await response.json()) as { digest: string };
  return found;
}

const part = <T>(type: abstract new (...args: never[]) => T): T => registry.app.get<T>(type, { strict: false });

/** As another process, with its own empty cache, would have it: a worker, say, that trusts `publicKeys`. */
function aCatalog(...publicKeys: readonly string[]): WorkflowCatalog {
  const environment = new EnvironmentTrust({ cosignPublicKeys: publicKeys.join('') });
  const counter = (labelNames: string[]) =>
    new Counter({ ...{ name: 'c', help: 'Counts.', registers: [new Registry()] }, labelNames });
  const opener = new PackageOpener(counter(['result']), counter(['result', 'kind']));
  const trust = new DatabaseTrustSource(part(TrustStore), environment);
  return new StoredWorkflowCatalog(part(WorkflowStore), opener, trust);
}

const ref = (): WorkflowRef => ({ name, version: '1.0.0', digest });
const openAnew = (): Promise<VerifiedPackage> => aCatalog(signer.publicKeyPem).open(ref());

describe('openForRun', () => {
  it('opens the version asked for, or the highest release', async () => {
    for (const version of ['1.2.0', '2.0.0-rc.1']) {
      const content = aPackage({ name, version });
      await upload(content, signer.bundle(content));
    }
    const catalog = part(WorkflowCatalog);
    expect(await catalog.openForRun(name)).toMatchObject({ name, version: '1.2.0' });
    expect(await catalog.openForRun(name, '1.0.0')).toMatchObject({ name, version: '1.0.0', digest });
    expect(await catalog.openForRun(name, '2.0.0-rc.1')).toMatchObject({ version: '2.0.0-rc.1' });
  });

  it.each([['nothing'], ['nothing', '1.0.0'], ['\0'], ['demo-1', '\0'], ['demo-1', 'latest'], ['demo-1', '9.9.9']])(
    'does not find %j %j',
    async (...asked: string[]) => {
      const [workflow = '', version] = asked;
      await expect(aCatalog(signer.publicKeyPem).openForRun(workflow, version)).rejects.toMatchObject({
        code: 'workflow-not-found',
      });
    },
  );

  it('opens no yanked version but by an override, and takes the release below it when none is named', async () => {
    const content = aPackage({ name, version: '1.2.0' });
    await upload(content, signer.bundle(content));
    const path = `/v1/workflows/${name}/versions/1.2.0`;
    await registry.send('POST', `${path}/yank`, { reason: 'broken' });
    const catalog = part(WorkflowCatalog);
    expect(await catalog.openForRun(name)).toMatchObject({ version: '1.0.0' });
    await expect(catalog.openForRun(name, '1.2.0')).rejects.toMatchObject({ code: 'version-yanked' });
    await registry.send('POST', `${path}/override`, { reason: 'incident', hours: 1 });
    expect(await catalog.openForRun(name, '1.2.0')).toMatchObject({
      facts: { override: { reason: 'incident', by: 'bootstrap' } },
    });
  });
});

describe('open', () => {
  it('hands out what was signed, by whom, and what policy has to know', async () => {
    expect(await openAnew()).toMatchObject({
      ...{ name, version: '1.0.0', digest, signers: [{ kind: 'key', keyId: signer.keyId }] },
      package: { metadata: { name }, spec: { steps: [{ uses: 'kubernetes/get' }] } },
      facts: { digest, safety: { mode: 'manual' }, findings: [] },
    });
  });

  it('does not find what was never registered', async () => {
    await expect(
      aCatalog(signer.publicKeyPem).open({ name, version: '1.0.0', digest: 'sha256:0' }),
    ).rejects.toMatchObject({ code: 'workflow-not-found' });
  });

  it('sees a row that points at the bytes of another package, however well signed', async () => {
    const other = { ...ref(), name: 'something-else' };
    await expect(aCatalog(signer.publicKeyPem).open(other)).rejects.toMatchObject({ code: 'digest-mismatch' });
  });

  it('sees bytes that were changed in the database', async () => {
    await database.query('UPDATE package SET bytes = set_byte(bytes, 0, 66) WHERE digest = $1', [digest]);
    await expect(openAnew()).rejects.toMatchObject({ code: 'digest-mismatch' });
  });

  it('sees bytes that were replaced together with their digest', async () => {
    const other = aPackage({ name, description: 'Planted.' });
    const planted = `sha256:${createHash('sha256').update(other).digest('hex')}`;
    await database.query(
      `WITH p AS (INSERT INTO package SELECT $1, media_type, size, $2, now() FROM package WHERE digest = $3)
       INSERT INTO package_signature (digest, signer_id, signer, kind, text, logged, attested)
         SELECT $1, signer_id, signer, kind, text, logged, attested FROM package_signature WHERE digest = $3`,
      [planted, other, digest],
    );
    await database.query('UPDATE workflow_version SET digest = $1 WHERE digest = $2', [planted, digest]);
    digest = planted;
    await expect(openAnew()).rejects.toMatchObject({ code: 'digest-mismatch' });
  });

  it('sees a signature that was changed or removed', async () => {
    const forged = stranger.bundle(bytes).replace(stranger.keyId, signer.keyId);
    await database.query('UPDATE package_signature SET text = $2 WHERE digest = $1', [digest, forged]);
    await expect(openAnew()).rejects.toMatchObject({ code: 'signature-invalid' });
    await database.query('DELETE FROM package_signature WHERE digest = $1', [digest]);
    await expect(openAnew()).rejects.toMatchObject({ code: 'signature-missing' });
  });

  it.each(['revoked', 'deleted'])(
    'does not open what was %s a moment ago, though it is verified already',
    async (state) => {
      const catalog = aCatalog(signer.publicKeyPem);
      await catalog.open(ref());
      await database.query('UPDATE workflow_version SET state = $2 WHERE digest = $1', [digest, state]);
      await expect(catalog.open(ref())).rejects.toMatchObject({ code: `version-${state}` });
    },
  );

  it('says that a version was deleted which is deleted while it is being opened', async () => {
    const store = part(WorkflowStore);
    const findPackage = store.findPackage.bind(store);
    store.findPackage = async (wanted): Promise<StoredPackage | undefined> => {
      const change = { name, version: '1.0.0', from: ['active'], to: 'deleted', reason: null, by: 'lea' } as const;
      await store.changeState(change, { actor: 'lea', action: 'test', subject: 'test', body: {} });
      await store.removeBytes(wanted);
      return findPackage(wanted);
    };
    const opened = aCatalog(signer.publicKeyPem).openForRun(name, '1.0.0');
    await expect(opened.finally(() => (store.findPackage = findPackage))).rejects.toMatchObject({
      code: 'version-deleted',
    });
  });

  it('does not open by a key that was revoked a moment ago, though it is verified already', async () => {
    const key = aSigner();
    const owned = { name: `owned-${name}`, version: '1.0.0' };
    const document: TrustDocument = {
      keys: [{ name: 'owner', state: 'active', publicKey: key.publicKeyPem }],
      identities: [],
      policies: [
        {
          ...{ name: 'owned', names: [owned.name], any: [{ key: 'owner' }], threshold: 1 },
          ...{ requireTlog: false, requireAttestation: false },
        },
      ],
    };
    await part(TrustStore).append(0, document, { actor: 'lea', action: 'test', subject: 'trust', body: {} });
    const content = aPackage(owned);
    const ownedRef = { ...owned, digest: await upload(content, key.bundle(content)) };
    const catalog = aCatalog();
    expect(await catalog.open(ownedRef)).toMatchObject({ signers: [{ keyId: key.keyId }] });
    const revoked = await registry.send('POST', '/v1/trust/keys/owner/revoke', { reason: 'laptop stolen' });
    expect(revoked.status).toBe(200);
    await expect(catalog.open(ownedRef)).rejects.toMatchObject({ code: 'key-revoked' });
  });

  it('trusts the keys of today, not those of the upload', async () => {
    await expect(aCatalog(successor.publicKeyPem).open(ref())).rejects.toMatchObject({ code: 'signer-not-trusted' });
  });

  it('opens nothing when no key is trusted', async () => {
    await expect(aCatalog().open(ref())).rejects.toMatchObject({ code: 'signer-not-trusted' });
  });

  it('goes on with a new key once the package is signed again with it', async () => {
    await upload(bytes, successor.bundle(bytes));
    for (const { publicKeyPem, keyId } of [signer, successor]) {
      expect((await aCatalog(publicKeyPem).open(ref())).signers).toEqual([{ kind: 'key', keyId }]);
    }
  });

  it('verifies once for many that ask at the same time, and for those who ask again', async () => {
    const store = registry.app.get(WorkflowStore, { strict: false });
    const findPackage = store.findPackage.bind(store);
    let asked = 0;
    store.findPackage = (wanted): Promise<StoredPackage | undefined> => {
      asked++;
      return findPackage(wanted);
    };
    const catalog = aCatalog(signer.publicKeyPem);
    const opened = await Promise.all(Array.from({ length: 20 }, () => catalog.open(ref())));
    await catalog.open(ref());
    store.findPackage = findPackage;
    expect(asked).toBe(1);
    expect(new Set(opened).size).toBe(1);
  });
});
