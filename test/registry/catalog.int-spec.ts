import { createHash } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Counter, Registry } from 'prom-client';

import { StoredWorkflowCatalog } from '../../src/registry/catalog/workflow-catalog.service.js';
import { type VerifiedPackage, WorkflowCatalog, type WorkflowRef } from '../../src/registry/index.js';
import { PackageOpener } from '../../src/registry/packages/package-opener.js';
import { TrustedKeys } from '../../src/registry/signatures/trusted-keys.js';
import { WorkflowStore } from '../../src/registry/workflows/workflow.store.js';
import type { StoredPackage } from '../../src/registry/workflows/workflow-version.js';
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

/** As another process, with its own empty cache, would have it: a worker, say, that trusts `publicKeys`. */
function aCatalog(...publicKeys: readonly string[]): WorkflowCatalog {
  const trust = TrustedKeys.fromConfig({ cosignPublicKeys: publicKeys.join('') });
  const counter = (labelNames: string[]) =>
    new Counter({ ...{ name: 'c', help: 'Counts.', registers: [new Registry()] }, labelNames });
  const opener = new PackageOpener(trust, counter(['result']), counter(['result', 'kind']));
  return new StoredWorkflowCatalog(registry.app.get(WorkflowStore, { strict: false }), opener, trust);
}

const ref = (): WorkflowRef => ({ name, version: '1.0.0', digest });
const openAnew = (): Promise<VerifiedPackage> => aCatalog(signer.publicKeyPem).open(ref());

describe('resolve', () => {
  it('finds the version asked for, or the highest release', async () => {
    for (const version of ['1.2.0', '2.0.0-rc.1']) {
      const content = aPackage({ name, version });
      await upload(content, signer.bundle(content));
    }
    const catalog = registry.app.get(WorkflowCatalog, { strict: false });
    expect(await catalog.resolve(name)).toMatchObject({ name, version: '1.2.0' });
    expect(await catalog.resolve(name, '1.0.0')).toEqual({ name, version: '1.0.0', digest });
    expect(await catalog.resolve(name, '2.0.0-rc.1')).toMatchObject({ version: '2.0.0-rc.1' });
  });

  it.each([['nothing'], ['nothing', '1.0.0'], ['\0'], ['demo-1', '\0'], ['demo-1', 'latest'], ['demo-1', '9.9.9']])(
    'does not find %j %j',
    async (...asked: string[]) => {
      const [workflow = '', version] = asked;
      await expect(aCatalog(signer.publicKeyPem).resolve(workflow, version)).rejects.toMatchObject({
        code: 'workflow-not-found',
      });
    },
  );
});

describe('open', () => {
  it('hands out what was signed, by whom, and what policy has to know', async () => {
    expect(await openAnew()).toMatchObject({
      ...{ name, version: '1.0.0', digest, signer: { kind: 'key', keyId: signer.keyId } },
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
       INSERT INTO package_signature SELECT $1, key_id, kind, text FROM package_signature WHERE digest = $3`,
      [planted, other, digest],
    );
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

  it('trusts the keys of today, not those of the upload', async () => {
    await expect(aCatalog(successor.publicKeyPem).open(ref())).rejects.toMatchObject({ code: 'signer-not-trusted' });
  });

  it('opens nothing when no key is trusted', async () => {
    await expect(aCatalog().open(ref())).rejects.toMatchObject({ code: 'signer-not-trusted' });
  });

  it('goes on with a new key once the package is signed again with it', async () => {
    await upload(bytes, successor.bundle(bytes));
    for (const { publicKeyPem, keyId } of [signer, successor]) {
      expect((await aCatalog(publicKeyPem).open(ref())).signer).toEqual({ kind: 'key', keyId });
    }
  });

  it('verifies once for many that ask at the same time, and looks at the database no more', async () => {
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
