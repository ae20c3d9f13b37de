import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { VaultClient } from '../../src/platform/vault/vault.client.js';
import { VaultPackageSigner } from '../../src/registry/signing/vault.package-signer.js';
import { LoopbackVault, ok, type Reply, route, status } from './loopback.vault.js';

const bytes = Buffer.from('apiVersion: atom.dev/v1\n');
const [own, other] = [
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
];
const pem = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString();
const good = `vault:v1:${sign('sha256', bytes, own.privateKey).toString('base64')}`;

let vault: LoopbackVault;
let client: VaultClient;

beforeAll(async () => {
  vault = await LoopbackVault.start();
});
beforeEach(() => {
  jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
  const auth = { method: 'token', token: { text: 't' } } as const;
  client = new VaultClient({ address: vault.address, auth }, { tries: 5, totalMs: 4000, tryMs: 1000, pauseMs: 5 });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await client.close();
});
afterAll(() => vault.stop());

interface Answers {
  readonly key?: Reply;
  readonly signature?: Reply;
  readonly login?: Reply;
}

const keyOf = (publicKey: unknown, version = '1') =>
  ok({ type: 'ecdsa-p256', latest_version: 1, keys: { [version]: { public_key: publicKey } } });

function signWith({ key = keyOf(pem(own.publicKey)), signature = ok({ signature: good }), login }: Answers) {
  vault.answer(
    route(({ path }) => {
      if (path.endsWith('lookup-self')) return login ?? ok({ ttl: 0, renewable: false });
      return path.includes('/sign/') ? signature : key;
    }),
  );
  return new VaultPackageSigner(client, { mount: 'transit', name: 'atom' }).sign(bytes);
}

const refused = (code: string) => expect.objectContaining({ name: 'RegistryError', code });

describe(VaultPackageSigner.name, () => {
  it('sends the digest, never the package', async () => {
    expect(await signWith({})).toMatchObject({ keyVersion: 1 });
    const { body } = vault.received.at(-1)!;
    expect(Object.keys(body as object).sort()).toEqual(['input', 'marshaling_algorithm', 'prehashed']);
    expect(Buffer.from((body as { input: string }).input, 'base64')).toHaveLength(32);
  });

  it.each<[string, Answers]>([
    ['a signature over other bytes', { signature: ok({ signature: otherSignature(Buffer.from('other')) }) }],
    [
      'a public key that did not sign',
      { key: keyOf(pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)) },
    ],
    ['a public key of another type', { key: keyOf(pem(other.publicKey)) }],
    ['a public key that is none', { key: keyOf('-----BEGIN PUBLIC KEY-----') }],
    ['a public key of another version', { key: keyOf(pem(own.publicKey), '2') }],
    ['no public key', { key: ok({ type: 'ecdsa-p256', keys: {} }) }],
    ['no signature', { signature: ok({}) }],
    ['a signature without a version', { signature: ok({ signature: good.replace('vault:v1:', '') }) }],
    ['a signature of version 0', { signature: ok({ signature: good.replace('v1', 'v0') }) }],
    ['a signature in url-safe letters', { signature: ok({ signature: `${good.slice(0, -4)}-_-_` }) }],
    ['an answer that is no JSON', { signature: (_received, response) => response.end('<html>') }],
    ['503', { signature: status(503, { errors: [] }) }],
  ])('hands out nothing when Vault answers with %s', async (_, answers) => {
    await expect(signWith(answers)).rejects.toEqual(refused('signing-unavailable'));
  });

  it.each<[string, Answers, string]>([
    ['a login that is refused', { login: status(403, { errors: ['bad token'] }) }, 'VAULT_TOKEN'],
    ['a request that is refused', { signature: status(400, { errors: ['no'] }) }, 'VAULT_TRANSIT_KEY'],
    ['a key without a type', { key: ok({}) }, 'type=ecdsa-p256'],
  ])('names what to change after %s', async (_, answers, named) => {
    const outcome: unknown = await signWith(answers).catch((error: unknown) => error);
    expect(outcome).toEqual(refused('signing-not-configured'));
    expect((outcome as Error).message).toContain(named);
  });
});

function otherSignature(content: Buffer): string {
  return `vault:v1:${sign('sha256', content, own.privateKey).toString('base64')}`;
}
