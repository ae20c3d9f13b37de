import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aPackage, aSigner, type Signer } from '../builders/signed-package.js';
import { type RegistryApp, startRegistry } from './registry.app.js';

const [team, successor, stranger] = [aSigner(), aSigner(), aSigner()];
const checkedPackage = aPackage({ name: 'web-check' });
let folder: string;
let registry: RegistryApp;

const inFolder = (name: string): string => path.join(folder, name);
const pem = (signer: Signer): string => signer.publicKeyPem.trim().replaceAll('\n', '\n      ');

function trustFile(signer: Signer, more = ''): string {
  return `apiVersion: atom.dev/v1
kind: Trust
keys:
  - name: team
    publicKey: |
      ${pem(signer)}
policies:
  - name: web
    names: ["web-*"]
    any: [{key: team}]
    checks:
      good: {package: check.wpk.yaml, bundles: [good.json]}
      bad: {package: check.wpk.yaml, bundles: [bad.json]}
${more}`;
}

/** Does what its checks say, were it not too late for that. */
const ENDED = trustFile(team)
  .replace('  - name: team\n', "  - name: team\n    notAfter: '2020-01-01T00:00:00Z'\n")
  .replace('good.json', 'good-by-team.json');

/** As kubelet replaces a ConfigMap, and long enough for the process to look again. */
async function deploy(text: string): Promise<void> {
  await writeFile(inFolder('new'), text);
  await rename(inFolder('new'), inFolder('trust.yaml'));
  await sleep(1100);
}

let serial = 0;
async function upload(signer: Signer): Promise<number> {
  const bytes = aPackage({ name: 'web-restart', version: `1.0.${++serial}` });
  return (await registry.upload([['package', bytes], ['bundle', signer.bundle(bytes)]])).status; // prettier-ignore
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atom-trust-'));
  await writeFile(inFolder('check.wpk.yaml'), checkedPackage);
  await writeFile(inFolder('good.json'), team.bundle(checkedPackage));
  await writeFile(inFolder('good-by-team.json'), team.bundle(checkedPackage));
  await writeFile(inFolder('bad.json'), stranger.bundle(checkedPackage));
  await writeFile(inFolder('trust.yaml'), trustFile(team));
  registry = await startRegistry('', { TRUST_FILE: inFolder('trust.yaml') });
});

afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

describe('trust from a file', () => {
  it('decides what is registered, and is shown', async () => {
    expect([await upload(team), await upload(stranger)]).toEqual([201, 403]);
    expect(await registry.send('GET', '/v1/trust')).toMatchObject({
      status: 200,
      body: {
        managedBy: 'file',
        revision: null,
        keys: [{ name: 'team', keyId: team.keyId }],
        policies: [{ name: 'web' }],
      },
    });
  });

  it('is not changed through the API', async () => {
    const key = { name: 'mine', publicKey: stranger.publicKeyPem };
    for (const answer of [
      await registry.send('POST', '/v1/trust/keys', key),
      await registry.send('POST', '/v1/trust/keys/team/revoke', { reason: 'x' }),
      await registry.send('DELETE', '/v1/trust/policies/web'),
    ]) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'trust-managed-by-file' } });
    }
  });

  it('follows the file, without a restart', async () => {
    await writeFile(inFolder('good.json'), successor.bundle(checkedPackage));
    await deploy(trustFile(successor));
    expect([await upload(team), await upload(successor)]).toEqual([403, 201]);
  });

  it.each([
    ['that fails its own checks', trustFile(stranger)],
    ['that is no trust file', 'apiVersion: atom.dev/v1\nkind: Trust\n'],
    ['that is no YAML', '{'],
    ['with a key that is none', trustFile(team).replace('-----BEGIN PUBLIC KEY-----', 'hello')],
    ['with a key whose time is over', ENDED],
  ])('stays what it was when a file comes %s', async (_what, text) => {
    await deploy(text);
    expect([await upload(team), await upload(successor)]).toEqual([403, 201]);
  });

  it('starts the process although the time of a key that its checks need is over, for yesterday it did as well', async () => {
    await writeFile(inFolder('ended.yaml'), ENDED);
    const later = await startRegistry('', { TRUST_FILE: inFolder('ended.yaml') });
    try {
      const bytes = aPackage({ name: 'web-late' });
      expect(await later.upload([['package', bytes], ['bundle', team.bundle(bytes)]])).toMatchObject({ status: 403 }); // prettier-ignore
    } finally {
      await later.close();
    }
  });

  it.each([
    ['is not there', 'nothing.yaml'],
    ['fails its checks', 'failing.yaml'],
  ])('that %s does not start the process', async (_what, name) => {
    await writeFile(inFolder('failing.yaml'), trustFile(stranger));
    await expect(startRegistry('', { TRUST_FILE: inFolder(name) })).rejects.toThrow('TRUST_FILE');
  });
});

describe('a trusted root', () => {
  it('that cannot be read does not start the process', async () => {
    await writeFile(inFolder('root.json'), '{}');
    for (const name of ['root.json', 'no-root.json']) {
      await expect(startRegistry(team.publicKeyPem, { TRUSTED_ROOT_PATH: inFolder(name) })).rejects.toThrow(
        'TRUSTED_ROOT_PATH',
      );
    }
  });
});
