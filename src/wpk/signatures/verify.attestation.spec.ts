import { generateKeyPairSync, sign } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import { dsse } from '@sigstore/core';

import { sha256 } from './sign.js';
import { PACKAGE_PREDICATE_TYPE } from './statement.js';
import { toTrustedKey } from './trusted-key.js';
import { verifySignature } from './verify.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = toTrustedKey(pair.publicKey);
const bytes = Buffer.from('apiVersion: atom.dev/v1\n');
const sha256Hex = sha256(bytes).toString('hex');
const otherHex = sha256(Buffer.from('other')).toString('hex');

interface Statement {
  [member: string]: unknown;
  _type: unknown;
  subject: unknown;
  predicateType: unknown;
  predicate: unknown;
}
interface Envelope {
  payload: string;
  payloadType: string;
  signatures: { sig: string; keyid?: string }[];
}

const statement = (): Statement => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'demo@1.0.0', digest: { sha256: sha256Hex } }],
  predicateType: PACKAGE_PREDICATE_TYPE,
  predicate: { name: 'demo', version: '1.0.0' },
});

/** A bundle around the payload, rightly signed by the key over the given type. */
function attest(
  payload: Buffer,
  edit: (envelope: Envelope) => void = () => undefined,
  payloadType = 'application/vnd.in-toto+json',
): string {
  const sig = sign('sha256', dsse.preAuthEncoding(payloadType, payload), pair.privateKey).toString('base64');
  const envelope: Envelope = { payload: payload.toString('base64'), payloadType, signatures: [{ sig, keyid: key.id }] };
  edit(envelope);
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: key.id } },
    dsseEnvelope: envelope,
  });
}

const attestStatement = (edit: (statement: Statement) => unknown = () => undefined) => {
  const value = statement();
  edit(value);
  return attest(Buffer.from(JSON.stringify(value)));
};
const good = Buffer.from(JSON.stringify(statement()));
const verify = (text: string, content: Uint8Array = bytes) =>
  verifySignature(content, { kind: 'bundle', text }, { keys: [key, toTrustedKey(stranger.publicKey)] });
const refused = (code: string) => expect.objectContaining({ name: 'SignatureError', code });

describe('verifySignature, attestation', () => {
  it('names the signer, the digest and what the statement claims', () => {
    expect(verify(attest(good))).toEqual({
      kind: 'bundle',
      signer: { kind: 'key', keyId: key.id },
      isLogged: false,
      digest: `sha256:${sha256Hex}`,
      claims: { name: 'demo', version: '1.0.0' },
    });
  });

  it.each<[string, string]>([
    ['without a key id, as cosign writes it', attest(good, (e) => delete e.signatures[0]!.keyid)],
    ['of the older statement version', attestStatement((s) => (s._type = 'https://in-toto.io/Statement/v0.1'))],
    [
      'with a second digest of the same subject',
      attestStatement((s) => (s.subject = [{ digest: { sha512: 'ab', sha256: sha256Hex } }])),
    ],
    [
      'with more in its predicate',
      attestStatement((s) => (s.predicate = { name: 'demo', version: '1.0.0', minRuntime: '1' })),
    ],
  ])('accepts a statement %s', (_, text) => {
    expect(verify(text).signer).toEqual({ kind: 'key', keyId: key.id });
  });

  it.each<[string, string, (statement: Statement) => unknown]>([
    [
      'another subject',
      'SIGNATURE.DIGEST_MISMATCH',
      (s) => (s.subject = [{ name: 'demo', digest: { sha256: otherHex } }]),
    ],
    [
      'the digest in capitals',
      'SIGNATURE.DIGEST_MISMATCH',
      (s) => (s.subject = [{ digest: { sha256: sha256Hex.toUpperCase() } }]),
    ],
    [
      'a prefixed digest',
      'SIGNATURE.DIGEST_MISMATCH',
      (s) => (s.subject = [{ digest: { sha256: `sha256:${sha256Hex}` } }]),
    ],
    ['the digest in a list', 'SIGNATURE.DIGEST_MISMATCH', (s) => (s.subject = [{ digest: { sha256: [sha256Hex] } }])],
    [
      'the digest under another algorithm',
      'SIGNATURE.DIGEST_MISMATCH',
      (s) => (s.subject = [{ digest: { sha512: sha256Hex } }]),
    ],
    ['no digest', 'SIGNATURE.MALFORMED', (s) => (s.subject = [{ name: 'demo' }])],
    ['an empty digest', 'SIGNATURE.MALFORMED', (s) => (s.subject = [{ digest: {} }])],
    ['a null subject', 'SIGNATURE.MALFORMED', (s) => (s.subject = [null])],
    ['no subject', 'SIGNATURE.MALFORMED', (s) => delete s['subject']],
    ['no subjects', 'SIGNATURE.MALFORMED', (s) => (s.subject = [])],
    ['a subject outside a list', 'SIGNATURE.MALFORMED', (s) => (s.subject = { digest: { sha256: sha256Hex } })],
    [
      'two subjects',
      'SIGNATURE.MALFORMED',
      (s) => (s.subject = [{ digest: { sha256: sha256Hex } }, { digest: { sha256: otherHex } }]),
    ],
    [
      'the same subject twice',
      'SIGNATURE.MALFORMED',
      (s) => (s.subject = [{ digest: { sha256: sha256Hex } }, { digest: { sha256: sha256Hex } }]),
    ],
    ['another statement type', 'SIGNATURE.UNSUPPORTED', (s) => (s._type = 'https://in-toto.io/Statement/v2')],
    ['no statement type', 'SIGNATURE.UNSUPPORTED', (s) => delete s['_type']],
    ['a provenance predicate', 'SIGNATURE.UNSUPPORTED', (s) => (s.predicateType = 'https://slsa.dev/provenance/v1')],
    ['no predicate type', 'SIGNATURE.UNSUPPORTED', (s) => delete s['predicateType']],
    ['no predicate', 'SIGNATURE.MALFORMED', (s) => delete s['predicate']],
    ['a predicate without a version', 'SIGNATURE.MALFORMED', (s) => (s.predicate = { name: 'demo' })],
    ['a version that is a number', 'SIGNATURE.MALFORMED', (s) => (s.predicate = { name: 'demo', version: 1.1 })],
  ])('refuses a signed statement with %s (%s)', (_, code, edit) => {
    expect(() => verify(attestStatement(edit))).toThrow(refused(code));
  });

  it.each<[string, string, string]>([
    ['another payload type, rightly signed', 'SIGNATURE.UNSUPPORTED', attest(good, undefined, 'application/json')],
    ['an empty payload type', 'SIGNATURE.UNSUPPORTED', attest(good, undefined, '')],
    [
      'a payload type swapped afterwards',
      'SIGNATURE.INVALID',
      attest(good, (e) => (e.payloadType = 'application/vnd.in-toto+json'), 'text/plain'),
    ],
    [
      'a payload swapped afterwards',
      'SIGNATURE.INVALID',
      attest(Buffer.from('{}'), (e) => (e.payload = good.toString('base64'))),
    ],
    ['no signature', 'SIGNATURE.MALFORMED', attest(good, (e) => (e.signatures = []))],
    ['the same signature twice', 'SIGNATURE.MALFORMED', attest(good, (e) => e.signatures.push(e.signatures[0]!))],
    [
      'a second signature by a stranger',
      'SIGNATURE.MALFORMED',
      attest(good, (e) => e.signatures.push({ sig: 'AAAA', keyid: 'x' })),
    ],
    [
      'another key id',
      'SIGNATURE.INVALID',
      attest(good, (e) => (e.signatures[0]!.keyid = toTrustedKey(stranger.publicKey).id)),
    ],
    [
      'a key id that is no text',
      'SIGNATURE.INVALID',
      attest(good, (e) => Object.assign(e.signatures[0]!, { keyid: [key.id, 1] })),
    ],
    [
      'a certificate in the signature',
      'SIGNATURE.MALFORMED',
      attest(good, (e) => Object.assign(e.signatures[0]!, { cert: 'x' })),
    ],
    ['an empty signature text', 'SIGNATURE.MALFORMED', attest(good, (e) => (e.signatures[0]!.sig = ''))],
    ['a signature that is null', 'SIGNATURE.MALFORMED', attest(good, (e) => Object.assign(e.signatures, [null]))],
    [
      'a signature without its envelope encoding',
      'SIGNATURE.INVALID',
      attest(good, (e) => (e.signatures[0]!.sig = sign('sha256', good, pair.privateKey).toString('base64'))),
    ],
    [
      'the signature of a stranger',
      'SIGNATURE.INVALID',
      attest(
        good,
        (e) =>
          (e.signatures[0]!.sig = sign(
            'sha256',
            dsse.preAuthEncoding(e.payloadType, good),
            stranger.privateKey,
          ).toString('base64')),
      ),
    ],
    ['a url-safe payload', 'SIGNATURE.MALFORMED', attest(good, (e) => (e.payload = '-_-_'))],
    ['an empty payload', 'SIGNATURE.MALFORMED', attest(Buffer.alloc(0))],
    ['a payload that is not JSON', 'SIGNATURE.MALFORMED', attest(Buffer.from('hello'))],
    ['a payload that is not UTF-8', 'SIGNATURE.MALFORMED', attest(Buffer.from([0x22, 0xff, 0x22]))],
    ['a payload that is a list', 'SIGNATURE.UNSUPPORTED', attest(Buffer.from('[]'))],
    [
      'two subjects members',
      'SIGNATURE.MALFORMED',
      attest(Buffer.from(good.toString().replace('{', '{"subject":[],'))),
    ],
    ['the package itself as payload', 'SIGNATURE.MALFORMED', attest(bytes)],
  ])('refuses %s (%s)', (_, code, text) => {
    expect(() => verify(text)).toThrow(refused(code));
  });

  it('refuses the right statement for other bytes', () => {
    expect(() => verify(attest(good), Buffer.from('other'))).toThrow(refused('SIGNATURE.DIGEST_MISMATCH'));
  });
});
