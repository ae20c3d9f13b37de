import { generateKeyPairSync, sign } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import { dsse } from '@sigstore/core';

import { sha256, toBundle } from './sign.js';
import { PACKAGE_PREDICATE_TYPE } from './statement.js';
import { toTrustedKey } from './trusted-key.js';
import { verifySignature } from './verify.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = toTrustedKey(pair.publicKey);
const bytes = Buffer.from('apiVersion: atom.dev/v1\n');
const signature = sign('sha256', bytes, pair.privateKey);

const payloadType = 'application/vnd.in-toto+json';
const payload = Buffer.from(
  JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'demo', digest: { sha256: sha256(bytes).toString('hex') } }],
    predicateType: PACKAGE_PREDICATE_TYPE,
    predicate: { name: 'demo', version: '1.0.0' },
  }),
);
const sealed = dsse.preAuthEncoding(payloadType, payload);
const sealSignature = sign('sha256', sealed, pair.privateKey);

/** What an entry says; the tests change one fact at a time. */
interface Facts {
  digest: Buffer;
  signature: Buffer;
  key: typeof pair.publicKey;
}
type Kind = 'hashedrekord/0.0.1' | 'hashedrekord/0.0.2' | 'dsse/0.0.1' | 'dsse/0.0.2';

const specOf: Record<Kind, (facts: Facts) => unknown> = {
  'hashedrekord/0.0.1': (f) => ({
    data: { hash: { algorithm: 'sha256', value: f.digest.toString('hex') } },
    signature: { content: f.signature.toString('base64'), publicKey: { content: pem(f.key) } },
  }),
  'hashedrekord/0.0.2': (f) => ({
    hashedRekordV002: {
      data: { algorithm: 'SHA2_256', digest: f.digest.toString('base64') },
      signature: { content: f.signature.toString('base64'), verifier: { publicKey: { rawBytes: der(f.key) } } },
    },
  }),
  'dsse/0.0.1': (f) => ({
    payloadHash: { algorithm: 'sha256', value: f.digest.toString('hex') },
    signatures: [{ signature: f.signature.toString('base64'), verifier: pem(f.key) }],
  }),
  'dsse/0.0.2': (f) => ({
    dsseV002: {
      payloadHash: { algorithm: 'SHA2_256', digest: f.digest.toString('base64') },
      signatures: [{ content: f.signature.toString('base64'), verifier: { publicKey: { rawBytes: der(f.key) } } }],
    },
  }),
};

const pem = (k: Facts['key']) => Buffer.from(k.export({ format: 'pem', type: 'spki' }).toString()).toString('base64');
const der = (k: Facts['key']) => k.export({ format: 'der', type: 'spki' }).toString('base64');

function entryOf(kind: string, spec: unknown, body: Record<string, unknown> = {}): unknown {
  const [name, version] = kind.split('/');
  return {
    logIndex: '1',
    logId: { keyId: 'AAAA' },
    kindVersion: { kind: name, version },
    inclusionProof: {
      logIndex: '1',
      rootHash: 'AAAA',
      treeSize: '2',
      hashes: ['AAAA'],
      checkpoint: { envelope: 'log\n' },
    },
    canonicalizedBody: Buffer.from(JSON.stringify({ kind: name, apiVersion: version, spec, ...body })).toString(
      'base64',
    ),
  };
}

const message = () => JSON.parse(toBundle(sha256(bytes), signature, key.id)) as { verificationMaterial: object };
const attestation = () => ({
  mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verificationMaterial: { publicKey: { hint: key.id } },
  dsseEnvelope: {
    payload: payload.toString('base64'),
    payloadType,
    signatures: [{ sig: sealSignature.toString('base64') }],
  },
});

function verifyWith(bundle: { verificationMaterial: object }, tlogEntries: unknown[]) {
  const text = JSON.stringify({ ...bundle, verificationMaterial: { ...bundle.verificationMaterial, tlogEntries } });
  return verifySignature(bytes, { kind: 'bundle', text }, { keys: [key] });
}

/** Bundle form, kind of entry, and the facts that agree with the bundle. */
const forms: [string, Kind, () => { verificationMaterial: object }, Facts][] = [
  ['a signature', 'hashedrekord/0.0.1', message, { digest: sha256(bytes), signature, key: pair.publicKey }],
  ['a signature', 'hashedrekord/0.0.2', message, { digest: sha256(bytes), signature, key: pair.publicKey }],
  [
    'an attestation',
    'dsse/0.0.1',
    attestation,
    { digest: sha256(payload), signature: sealSignature, key: pair.publicKey },
  ],
  [
    'an attestation',
    'dsse/0.0.2',
    attestation,
    { digest: sha256(payload), signature: sealSignature, key: pair.publicKey },
  ],
  [
    'an attestation',
    'hashedrekord/0.0.2',
    attestation,
    { digest: sha256(sealed), signature: sealSignature, key: pair.publicKey },
  ],
];
const invalid = expect.objectContaining({ name: 'SignatureError', code: 'SIGNATURE.INVALID' });

describe.each(forms)('a log entry beside %s, %s', (_, kind, bundle, facts) => {
  const entry = (changed: Partial<Facts> = {}) => entryOf(kind, specOf[kind]({ ...facts, ...changed }));

  it('is accepted when it says the same, without looking into the log', () => {
    expect(verifyWith(bundle(), [entry()]).signer).toEqual({ kind: 'key', keyId: key.id });
  });

  it.each<[string, Partial<Facts>]>([
    ['digest', { digest: sha256(Buffer.from('other')) }],
    ['signature', { signature: sign('sha256', bytes, pair.privateKey) }],
    ['key', { key: stranger.publicKey }],
    ['empty digest', { digest: Buffer.alloc(0) }],
    ['empty signature', { signature: Buffer.alloc(0) }],
    ['kind of key', { key: generateKeyPairSync('ed25519').publicKey }],
  ])('makes the bundle invalid when it names another %s', (_fact, changed) => {
    expect(() => verifyWith(bundle(), [entry(changed)])).toThrow(invalid);
    expect(() => verifyWith(bundle(), [entry(), entry(changed)])).toThrow(invalid);
  });

  it('makes the bundle invalid when its body is of another kind or holds no facts', () => {
    expect(() => verifyWith(bundle(), [entryOf(kind, specOf[kind](facts), { kind: 'rekord' })])).toThrow(invalid);
    expect(() => verifyWith(bundle(), [entryOf(kind, specOf[kind](facts), { apiVersion: '9' })])).toThrow(invalid);
    expect(() => verifyWith(bundle(), [entryOf(kind, {})])).toThrow(invalid);
    expect(() => verifyWith(bundle(), [entryOf(kind, null)])).toThrow(invalid);
  });
});

describe('a log entry', () => {
  it('of a kind that cannot be read is refused, not passed over', () => {
    expect(() => verifyWith(message(), [entryOf('rekord/0.0.1', {})])).toThrow(
      expect.objectContaining({ code: 'SIGNATURE.UNSUPPORTED' }),
    );
  });

  it('about an attestation does not go with a signature', () => {
    const [, , attested] = forms;
    expect(() => verifyWith(message(), [entryOf('dsse/0.0.1', specOf['dsse/0.0.1'](attested![3]))])).toThrow(invalid);
  });

  it.each<[string, unknown]>([
    ['without a body', { ...(entryOf('dsse/0.0.1', {}) as object), canonicalizedBody: undefined }],
    ['with a body that is not JSON', { ...(entryOf('dsse/0.0.1', {}) as object), canonicalizedBody: 'AAAA' }],
    ['with a body that is not base64', { ...(entryOf('dsse/0.0.1', {}) as object), canonicalizedBody: '{}' }],
    ['without a proof', { ...(entryOf('dsse/0.0.1', {}) as object), inclusionProof: undefined }],
    ['without a kind', { ...(entryOf('dsse/0.0.1', {}) as object), kindVersion: undefined }],
  ])('%s is malformed', (_, entry) => {
    expect(() => verifyWith(message(), [entry])).toThrow(expect.objectContaining({ code: 'SIGNATURE.MALFORMED' }));
  });

  it('may not come by the hundred', () => {
    const facts = { digest: sha256(bytes), signature, key: pair.publicKey };
    const entries = Array.from({ length: 100 }, () =>
      entryOf('hashedrekord/0.0.1', specOf['hashedrekord/0.0.1'](facts)),
    );
    expect(() => verifyWith(message(), entries)).toThrow(expect.objectContaining({ code: 'SIGNATURE.MALFORMED' }));
  });
});
