import { beforeAll, describe, expect, it } from '@jest/globals';

import { aPair, type Json, Sigstore } from '../../../test/builders/sigstore.js';
import { sha256, signBytes, toBundle } from './sign.js';
import { loadTrustRoot } from './trust-root.js';
import { toTrustedKey } from './trusted-key.js';
import { verifySignature } from './verify.js';

const malformed = expect.objectContaining({ name: 'SignatureError', code: 'TRUST.MALFORMED' });

interface RootJson extends Json {
  mediaType: unknown;
  tlogs: { publicKey: Json; logId?: Json; [member: string]: unknown }[];
  ctlogs: { publicKey: Json }[];
  certificateAuthorities: { certChain: { certificates: Json[] }; validFor: Json; [member: string]: unknown }[];
  timestampAuthorities: { certChain: { certificates: Json[] }; validFor: Json }[];
}

let text: string;
beforeAll(async () => {
  text = JSON.stringify((await Sigstore.start()).trustedRoot());
});
const edited = (edit: (root: RootJson) => unknown): string => {
  const root = JSON.parse(text) as RootJson;
  edit(root);
  return JSON.stringify(root);
};

describe('loadTrustRoot', () => {
  it('names a root by the text that it was read from', () => {
    expect(loadTrustRoot(text).digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(loadTrustRoot(text).digest).toBe(loadTrustRoot(text).digest);
    expect(loadTrustRoot(`${text}\n`).digest).not.toBe(loadTrustRoot(text).digest);
  });

  it.each<[string, (root: RootJson) => unknown]>([
    ['the media type of v0.2', (r) => (r.mediaType = 'application/vnd.dev.sigstore.trustedroot.v0.2+json')],
    ['logs alone', (r) => Object.assign(r, { certificateAuthorities: [], ctlogs: [] })],
    ['authorities alone', (r) => delete (r as Partial<RootJson>).tlogs],
    ['an end after the start', (r) => (r.certificateAuthorities[0]!.validFor['end'] = '2099-01-01T00:00:00.5Z')],
    ['an operator', (r) => (r.tlogs[0]!['operator'] = 'acme')],
  ])('reads %s', (_, edit) => {
    expect(loadTrustRoot(edited(edit)).digest).toMatch(/^sha256:/);
  });

  it.each<[string, (root: RootJson) => unknown]>([
    ['no media type', (r) => delete (r as Partial<RootJson>).mediaType],
    ['the media type of a bundle', (r) => (r.mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json')],
    ['a media type to come', (r) => (r.mediaType = 'application/vnd.dev.sigstore.trustedroot.v9.9+json')],
    ['neither logs nor authorities', (r) => Object.assign(r, { tlogs: [], certificateAuthorities: [] })],
    ['a log without a start', (r) => (r.tlogs[0]!.publicKey['validFor'] = {})],
    ['a log without validity', (r) => delete r.tlogs[0]!.publicKey['validFor']],
    [
      'a certificate log without a start',
      (r) => (r.ctlogs[0]!.publicKey['validFor'] = { end: '2099-01-01T00:00:00Z' }),
    ],
    ['an authority without a start', (r) => (r.certificateAuthorities[0]!.validFor = {})],
    ['a timestamp authority without a start', (r) => (r.timestampAuthorities[0]!.validFor = {})],
    ['a start that is null', (r) => (r.certificateAuthorities[0]!.validFor = { start: null })],
    ['a start that is a number', (r) => (r.certificateAuthorities[0]!.validFor = { start: 0 })],
    ['a start that is no date', (r) => (r.certificateAuthorities[0]!.validFor = { start: '2026-13-01T00:00:00Z' })],
    ['a start without a time zone', (r) => (r.certificateAuthorities[0]!.validFor = { start: '2026-01-01T00:00:00' })],
    ['an end before the start', (r) => (r.certificateAuthorities[0]!.validFor['end'] = '1999-01-01T00:00:00Z')],
    ['an end that is no date', (r) => (r.certificateAuthorities[0]!.validFor['end'] = 'never')],
    ['a mistyped end', (r) => (r.certificateAuthorities[0]!.validFor['End'] = '2099-01-01T00:00:00Z')],
    ['an unknown member', (r) => (r['certificate_authorities'] = [])],
    ['a log without a key', (r) => delete r.tlogs[0]!.publicKey['rawBytes']],
    ['a log without an id', (r) => delete r.tlogs[0]!.logId],
    ['a key that is none', (r) => (r.tlogs[0]!.publicKey['rawBytes'] = 'AAAA')],
    ['a key that is no base64', (r) => (r.tlogs[0]!.publicKey['rawBytes'] = '-_')],
    ['an unknown kind of key', (r) => (r.tlogs[0]!.publicKey['keyDetails'] = 'PKIX_MAGIC')],
    ['logs that are no list', (r) => Object.assign(r, { tlogs: {} })],
    ['a log that is null', (r) => Object.assign(r, { tlogs: [null] })],
    ['an authority without a certificate', (r) => (r.certificateAuthorities[0]!.certChain.certificates = [])],
    [
      'an authority without a chain',
      (r) => delete (r.certificateAuthorities[0] as Partial<RootJson['certificateAuthorities'][0]>).certChain,
    ],
    [
      'a certificate that is none',
      (r) => (r.certificateAuthorities[0]!.certChain.certificates = [{ rawBytes: 'AAAA' }]),
    ],
    ['an empty certificate', (r) => (r.timestampAuthorities[0]!.certChain.certificates = [{}])],
  ])('refuses %s', (_, edit) => {
    expect(() => loadTrustRoot(edited(edit))).toThrow(malformed);
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a PEM file', '-----BEGIN CERTIFICATE-----'],
  ])('refuses %s', (_, json) => {
    expect(() => loadTrustRoot(json)).toThrow(malformed);
  });

  it('refuses two members of one name', () => {
    expect(() => loadTrustRoot(text.replace('{', '{"tlogs":[],'))).toThrow(malformed);
  });
});

describe('a trust root', () => {
  it('cannot be made up', () => {
    const pair = aPair();
    const key = toTrustedKey(pair.publicKey);
    const bytes = Buffer.from('a');
    const signature = signBytes(bytes, { id: key.id, privateKey: pair.privateKey });
    const input = { kind: 'bundle', text: toBundle(sha256(bytes), signature, key.id) } as const;
    const root = loadTrustRoot(text);
    expect(verifySignature(bytes, input, { keys: [key], root })).toMatchObject({ isLogged: false });
    expect(() => verifySignature(bytes, input, { keys: [key], root: { ...root } })).toThrow(malformed);
  });
});
