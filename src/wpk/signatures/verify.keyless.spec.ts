import { generateKeyPairSync } from 'node:crypto';

import { beforeAll, describe, expect, it } from '@jest/globals';

import {
  aPair,
  type BundleChoices,
  type CertificateChoices,
  ISSUER,
  type Json,
  MINUTE,
  SECOND,
  type Signatory,
  Sigstore,
  SUBJECT,
  textExtension,
} from '../../../test/builders/sigstore.js';
import { sha256, signBytes, toBareSignature } from './sign.js';
import { loadTrustRoot, type TrustRoot } from './trust-root.js';
import { toTrustedKey } from './trusted-key.js';
import { explainSignature, type Trust, verifySignature } from './verify.js';

const bytes = Buffer.from('apiVersion: atom.dev/v1\n');
const digest = `sha256:${sha256(bytes).toString('hex')}`;
const pair = aPair();
const key = toTrustedKey(pair.publicKey);

let sigstore: Sigstore;
let other: Sigstore;
let root: TrustRoot;
let by: Signatory;
let byKey: Signatory;
beforeAll(async () => {
  [sigstore, other] = [await Sigstore.start(), await Sigstore.start()];
  root = loadTrustRoot(JSON.stringify(sigstore.trustedRoot()));
  by = await sigstore.byCertificate();
  byKey = sigstore.byKey(pair);
});

const identities = [{ issuer: ISSUER, subject: SUBJECT }];
const trust = (): Trust => ({ keys: [], identities, root });
const verify = (bundle: Json, judged: Trust = trust(), content: Uint8Array = bytes) =>
  verifySignature(content, { kind: 'bundle', text: JSON.stringify(bundle) }, judged);
const refused = (code: string) => expect.objectContaining({ name: 'SignatureError', code });
const invalid = refused('SIGNATURE.INVALID');
const untrusted = refused('SIGNATURE.UNTRUSTED_IDENTITY');
const malformed = refused('SIGNATURE.MALFORMED');
const identity = { kind: 'identity', subject: SUBJECT, issuer: ISSUER };
const asRekor2 = (at: number): BundleChoices => ({ withoutPromise: true, stampedAt: [sigstore.after(at)] });

describe('verifySignature, keyless', () => {
  it('names the identity, the digest, that it is logged, and when the log says that it was signed', async () => {
    expect(verify(await sigstore.message(bytes, by))).toEqual({
      ...{ kind: 'bundle', signer: identity, digest, isLogged: true },
      signedAt: sigstore.after(SECOND),
    });
  });

  it('names what an attestation states', async () => {
    expect(verify(await sigstore.attestation(bytes, by))).toEqual({
      ...{ kind: 'bundle', signer: identity, digest, isLogged: true },
      claims: { name: 'demo', version: '1.0.0' },
      signedAt: sigstore.after(SECOND),
    });
  });

  it.each<[string, BundleChoices]>([
    ['v0.1, with a chain', { version: '0.1' }],
    ['v0.2, with a chain', { version: '0.2' }],
    ['with an entry of Rekor v2 and a timestamp', { entries: ['hashedrekord/0.0.2'] }],
  ])('reads a message signature %s', async (_, choices) => {
    const isRekor2 = choices.entries?.[0] === 'hashedrekord/0.0.2';
    const bundle = await sigstore.message(bytes, by, { ...choices, ...(isRekor2 && asRekor2(2 * SECOND)) });
    expect(verify(bundle)).toMatchObject({ signer: identity, isLogged: true });
  });

  it.each<[string, BundleChoices, boolean]>([
    ['v0.2, with a chain', { version: '0.2' }, false],
    ['with an entry as the npm tools made them', { version: '0.2', entries: ['intoto/0.0.2'] }, false],
    ['with an entry of Rekor v2 and a timestamp', { entries: ['dsse/0.0.2'] }, true],
    ['with an entry of Rekor v2 over the envelope', { entries: ['hashedrekord/0.0.2'] }, true],
  ])('reads an attestation %s', async (_, choices, isRekor2) => {
    const bundle = await sigstore.attestation(bytes, by, { ...choices, ...(isRekor2 && asRekor2(2 * SECOND)) });
    expect(verify(bundle)).toMatchObject({ signer: identity, isLogged: true, claims: { name: 'demo' } });
  });

  it('takes the earliest of several proven times', async () => {
    const stampedAt = [sigstore.after(3 * MINUTE), sigstore.after(2 * MINUTE)];
    const bundle = await sigstore.message(bytes, by, { stampedAt, loggedAt: sigstore.after(4 * MINUTE) });
    expect(verify(bundle).signedAt).toEqual(sigstore.after(2 * MINUTE));
  });

  it.each<[string, CertificateChoices, string]>([
    ['a mail address', { names: [{ type: 'email', value: 'ci@acme.test' }] }, 'ci@acme.test'],
    [
      'another issuer',
      { issuer: 'https://login.acme.test', names: [{ type: 'url', value: 'https://a/b' }] },
      'https://a/b',
    ],
  ])('reads %s out of the certificate', async (_, choices, subject) => {
    const { issuer = ISSUER } = choices;
    const bundle = await sigstore.message(bytes, await sigstore.byCertificate(choices));
    expect(verify(bundle, { keys: [], root, identities: [{ issuer, subject }] }).signer).toEqual({
      ...{ kind: 'identity', issuer, subject },
    });
  });

  it('accepts one of several trusted identities, by glob', async () => {
    const globs = ['nobody@acme.test', 'https://github.com/acme/**'].map((subject) => ({ issuer: ISSUER, subject }));
    expect(verify(await sigstore.message(bytes, by), { ...trust(), identities: globs }).signer).toEqual(identity);
  });

  it('refuses other bytes', async () => {
    const bundle = await sigstore.message(bytes, by);
    const attestation = await sigstore.attestation(bytes, by);
    for (const changed of [Buffer.from('apiVersion: atom.dev/v2\n'), Buffer.alloc(0)]) {
      expect(() => verify(bundle, trust(), changed)).toThrow(refused('SIGNATURE.DIGEST_MISMATCH'));
      expect(() => verify(attestation, trust(), changed)).toThrow(refused('SIGNATURE.DIGEST_MISMATCH'));
    }
  });

  it('refuses a bundle that names the digest of other bytes than it signs', async () => {
    const changed = Buffer.from('apiVersion: atom.dev/v2\n');
    const { messageSignature } = await sigstore.message(bytes, by);
    const { signature } = messageSignature as { signature: string };
    const bundle = await sigstore.message(changed, by);
    const signatureOfOther = { ...(bundle['messageSignature'] as Json), signature };
    expect(() => verify({ ...bundle, messageSignature: signatureOfOther }, trust(), changed)).toThrow(invalid);
  });
});

describe('verifySignature, keyless, who is trusted', () => {
  it.each<[string, string, string]>([
    ['another subject', ISSUER, 'https://github.com/other/runbooks'],
    ['another issuer', 'https://accounts.example.com', SUBJECT],
    ['the beginning of the subject', ISSUER, SUBJECT.slice(0, -1)],
    ['the end of the subject', ISSUER, SUBJECT.slice(1)],
    ['more than the subject', ISSUER, `${SUBJECT}x`],
    ['a wildcard that does not cross a slash', ISSUER, 'https://github.com/acme/*'],
    ['the subject as a regular expression', ISSUER, SUBJECT.replaceAll('.', '\\.')],
    ['anything, to a regular expression', ISSUER, '.*'],
    ['the issuer with a wildcard', 'https://token.*', SUBJECT],
    ['the issuer with a slash', `${ISSUER}/`, SUBJECT],
  ])('refuses when the trusted identity is %s', async (_, issuer, subject) => {
    const bundle = await sigstore.message(bytes, by);
    expect(() => verify(bundle, { ...trust(), identities: [{ issuer, subject }] })).toThrow(untrusted);
  });

  it('refuses when a literal dot of the identity is another character in the certificate', async () => {
    const names = [{ type: 'url', value: SUBJECT.replace('github.com', 'githubXcom') }] as const;
    const bundle = await sigstore.message(bytes, await sigstore.byCertificate({ names: [...names] }));
    expect(() => verify(bundle)).toThrow(untrusted);
  });

  it('says what is missing when no identity or no root is configured, and does not look at the keys', async () => {
    const bundle = await sigstore.message(bytes, await sigstore.byCertificate({ keys: pair }));
    expect(() => verify(bundle, { keys: [key], root })).toThrow(untrusted);
    expect(() => verify(bundle, { keys: [key], identities })).toThrow(untrusted);
    expect(() => verify(bundle, { keys: [key] })).toThrow(untrusted);
    expect(() => verify(bundle, { keys: [key], identities: [], root })).toThrow(untrusted);
  });

  it('never takes a key for an identity', async () => {
    const bundle = await sigstore.message(bytes, byKey);
    expect(() => verify(bundle)).toThrow(refused('SIGNATURE.UNKNOWN_KEY'));
    const bare = toBareSignature(signBytes(bytes, { id: key.id, privateKey: pair.privateKey }));
    expect(() => verifySignature(bytes, { kind: 'signature', text: bare }, trust())).toThrow(invalid);
  });

  it('refuses an identity that is not filled in, rather than trusting everybody', async () => {
    const bundle = await sigstore.message(bytes, by);
    for (const blank of [
      { issuer: ISSUER, subject: '' },
      { issuer: '', subject: SUBJECT },
    ]) {
      expect(() => verify(bundle, { ...trust(), identities: [blank] })).toThrow(refused('TRUST.MALFORMED'));
    }
  });
});

describe('verifySignature, keyless, the certificate', () => {
  it.each<[string, string, () => CertificateChoices]>([
    ['in no certificate log', 'SIGNATURE.INVALID', () => ({ ctlog: 'none' })],
    ['in the certificate log of a stranger', 'SIGNATURE.INVALID', () => ({ ctlog: other })],
    ['that was not valid yet', 'SIGNATURE.INVALID', () => ({ from: sigstore.after(MINUTE) })],
    ['that had expired', 'SIGNATURE.INVALID', () => ({ from: sigstore.after(-11 * MINUTE) })],
    ['without a subject', 'SIGNATURE.MALFORMED', () => ({ names: [] })],
    [
      'with two subjects, the trusted one first',
      'SIGNATURE.MALFORMED',
      () => ({
        names: [
          { type: 'url', value: SUBJECT },
          { type: 'url', value: 'https://evil.test' },
        ],
      }),
    ],
    [
      'with two subjects of two kinds',
      'SIGNATURE.MALFORMED',
      () => ({
        names: [
          { type: 'email', value: 'a@acme.test' },
          { type: 'url', value: SUBJECT },
        ],
      }),
    ],
    ['for a host', 'SIGNATURE.MALFORMED', () => ({ names: [{ type: 'dns', value: 'acme.test' }] })],
    ['without an issuer', 'SIGNATURE.MALFORMED', () => ({ withoutIssuer: true })],
    ['with two issuers', 'SIGNATURE.MALFORMED', () => ({ olderIssuer: 'https://evil.test' })],
    [
      'with the issuer twice',
      'SIGNATURE.MALFORMED',
      () => ({ extensions: [textExtension('1.3.6.1.4.1.57264.1.8', 'https://evil.test')] }),
    ],
    ['for servers', 'SIGNATURE.MALFORMED', () => ({ usages: ['1.3.6.1.5.5.7.3.1'] })],
    ['for anything', 'SIGNATURE.MALFORMED', () => ({ usages: [] })],
    ['of an authority', 'SIGNATURE.MALFORMED', () => ({ isAuthority: true })],
    ['over a P-384 key', 'SIGNATURE.UNSUPPORTED', () => ({ keys: generateKeyPairSync('ec', { namedCurve: 'P-384' }) })],
  ])('refuses one %s (%s)', async (_, code, choices) => {
    const bundle = await sigstore.message(bytes, await sigstore.byCertificate(choices()));
    expect(() => verify(bundle)).toThrow(refused(code));
  });

  it('refuses the certificate of another authority of the same name', async () => {
    const stranger = await other.byCertificate({ ctlog: sigstore, from: sigstore.epoch });
    const bundle = await sigstore.message(bytes, stranger);
    expect(() => verify(bundle)).toThrow(invalid);
  });

  it('refuses bytes after the certificate, and a certificate that is none', async () => {
    const { rawBytes } = by.material['certificate'] as { rawBytes: string };
    const longer = Buffer.concat([Buffer.from(rawBytes, 'base64'), Buffer.from([0])]).toString('base64');
    for (const text of [longer, 'AAAA', Buffer.from('30'.repeat(2000), 'hex').toString('base64')]) {
      const bundle = await sigstore.message(bytes, { ...by, material: { certificate: { rawBytes: text } } });
      expect(() => verify(bundle)).toThrow(malformed);
    }
  });

  it('refuses an authority that was not valid at the time of signing', async () => {
    const bundle = await sigstore.message(bytes, by);
    const judged = rootWith((r) => (firstOf(r, 'certificateAuthorities')['validFor'] = until(sigstore.epoch)));
    expect(() => verify(bundle, { ...trust(), root: judged })).toThrow(invalid);
  });
});

describe('verifySignature, keyless, log and time', () => {
  it.each<[string, () => BundleChoices]>([
    ['without a log entry, whatever timestamps it has', () => ({ entries: [], stampedAt: [sigstore.after(SECOND)] })],
    ['with an entry of an unknown log', () => ({ log: other })],
    ['logged before the certificate was valid', () => ({ loggedAt: sigstore.after(-SECOND) })],
    ['logged after the certificate had expired', () => ({ loggedAt: sigstore.after(11 * MINUTE) })],
    ['without any proven time', () => ({ withoutPromise: true })],
    ['stamped after the certificate had expired', () => asRekor2(11 * MINUTE)],
    ['logged in time and stamped too late', () => ({ stampedAt: [sigstore.after(11 * MINUTE)] })],
    ['stamped by an unknown authority', () => ({ ...asRekor2(SECOND), authority: other })],
    ['with the same entry twice', () => ({ entries: ['hashedrekord/0.0.1', 'hashedrekord/0.0.1'] })],
  ])('refuses a bundle %s', async (_, choices) => {
    const bundle = await sigstore.message(bytes, by, choices());
    expect(() => verify(bundle)).toThrow(invalid);
  });

  it.each<[string, (entry: Json) => unknown]>([
    ['promise', (e) => (e['inclusionPromise'] = { signedEntryTimestamp: Buffer.from('promise').toString('base64') })],
    ['time', (e) => (e['integratedTime'] = String(Number(e['integratedTime']) + 1))],
    ['index', (e) => (e['logIndex'] = String(Number(e['logIndex']) + 1))],
    ['log', (e) => (e['logId'] = { keyId: sha256(bytes).toString('base64') })],
    ['index in the tree', (e) => inProof(e, { logIndex: '7' })],
    ['size of the tree', (e) => inProof(e, { treeSize: '2' })],
    ['root hash', (e) => inProof(e, { rootHash: sha256(bytes).toString('base64') })],
    ['path in the tree', (e) => inProof(e, { hashes: [sha256(bytes).toString('base64')] })],
    ['checkpoint', (e) => inProof(e, { checkpoint: { envelope: 'log\n1\nAAAA\n\n' } })],
  ])('refuses a log entry with another %s', async (_, edit) => {
    const bundle = await sigstore.message(bytes, by);
    edit(firstOf(bundle['verificationMaterial'] as Json, 'tlogEntries'));
    expect(() => verify(bundle)).toThrow(invalid);
  });

  it('refuses a log entry about another signature of the same bytes by the same signer', async () => {
    const [one, two] = [await sigstore.message(bytes, by), await sigstore.message(bytes, by)];
    expect(() => verify({ ...one, messageSignature: two['messageSignature'] })).toThrow(invalid);
  });

  it('refuses a log entry about another certificate over the same key', async () => {
    const keys = aPair();
    const [one, two] = [await sigstore.byCertificate({ keys }), await sigstore.byCertificate({ keys })];
    const bundle = await sigstore.message(bytes, { ...one, material: two.material });
    expect(() => verify(bundle)).toThrow(invalid);
    expect(() => verify(bundle)).toThrow(/certificate/);
  });

  it.each(['tlogs', 'timestampAuthorities'])('refuses when the one of %s was not valid at the time', async (name) => {
    const bundle = await sigstore.message(bytes, by, { entries: ['hashedrekord/0.0.2'], ...asRekor2(2 * SECOND) });
    const judged = rootWith((value) => {
      const instance = firstOf(value, name);
      const dated = name === 'tlogs' ? (instance['publicKey'] as Json) : instance;
      dated['validFor'] = until(sigstore.after(SECOND));
    });
    expect(() => verify(bundle, { ...trust(), root: judged })).toThrow(invalid);
  });

  it('refuses when the certificate log was not valid at the time', async () => {
    const bundle = await sigstore.message(bytes, by);
    const judged = rootWith((value) => {
      (firstOf(value, 'ctlogs')['publicKey'] as Json)['validFor'] = until(sigstore.after(-SECOND));
    });
    expect(() => verify(bundle, { ...trust(), root: judged })).toThrow(invalid);
  });

  it('refuses everything under the root of somebody else', async () => {
    const bundle = await sigstore.message(bytes, by);
    const judged = loadTrustRoot(JSON.stringify(other.trustedRoot()));
    expect(() => verify(bundle, { ...trust(), root: judged })).toThrow(invalid);
  });
});

describe('verifySignature, key and root', () => {
  const judge = (): Trust => ({ keys: [key], root });

  it.each<[string, BundleChoices, boolean, boolean]>([
    ['an entry', {}, true, true],
    ['an entry of Rekor v2', { entries: ['hashedrekord/0.0.2'], withoutPromise: true }, true, false],
    ['no entry', { entries: [] }, false, false],
  ])('accepts %s, and says what it proves', async (_, choices, isLogged, isDated) => {
    const verified = verify(await sigstore.message(bytes, byKey, choices), judge());
    expect(verified).toMatchObject({ signer: { kind: 'key', keyId: key.id }, isLogged });
    expect(verified.signedAt !== undefined).toBe(isDated);
  });

  it('dates a signature without an entry by its timestamp', async () => {
    const bundle = await sigstore.message(bytes, byKey, { entries: [], stampedAt: [sigstore.after(SECOND)] });
    expect(verify(bundle, judge())).toMatchObject({ isLogged: false, signedAt: sigstore.after(SECOND) });
  });

  it('takes entries and timestamps for nothing when there is no root', async () => {
    const bundle = await sigstore.message(bytes, byKey, { stampedAt: [sigstore.after(SECOND)] });
    const verified = verify(bundle, { keys: [key] });
    expect(verified.isLogged).toBe(false);
    expect(verified).not.toHaveProperty('signedAt');
  });

  it.each<[string, () => BundleChoices]>([
    ['an entry of an unknown log', () => ({ log: other })],
    ['a timestamp of an unknown authority', () => ({ stampedAt: [sigstore.after(SECOND)], authority: other })],
    ['an entry of Rekor v2 of an unknown log', () => ({ log: other, withoutPromise: true })],
  ])('refuses %s', async (_, choices) => {
    const bundle = await sigstore.message(bytes, byKey, choices());
    expect(() => verify(bundle, judge())).toThrow(invalid);
    expect(() => verify(bundle, { keys: [key] })).not.toThrow();
  });

  it('refuses an entry about another key, in the log or not', async () => {
    const stranger = sigstore.byKey(aPair());
    const bundle = await sigstore.message(bytes, { ...byKey, pem: stranger.pem });
    expect(() => verify(bundle, judge())).toThrow(invalid);
    expect(() => verify(bundle, { keys: [key] })).toThrow(invalid);
  });
});

describe('explainSignature', () => {
  const explain = (bundle: Json, judged = trust(), content = bytes) =>
    explainSignature(content, { kind: 'bundle', text: JSON.stringify(bundle) }, judged);
  const namesOf = (checks: readonly { name: string; result: string }[]) =>
    checks.map(({ name, result }) => (result === 'ok' ? name : `${name} refused`));

  it('lists what was looked at, in order', async () => {
    const { checks } = explain(await sigstore.attestation(bytes, by));
    expect(namesOf(checks)).toEqual([
      ...['format', 'content', 'signer', 'entries', 'time', 'certificate', 'log', 'signature', 'statement'],
    ]);
    expect(namesOf(explain(await sigstore.message(bytes, byKey, { entries: [] }), { keys: [key] }).checks)).toEqual([
      ...['format', 'content', 'signer', 'signature'],
    ]);
  });

  it.each<[string, string[], () => Promise<Json>]>([
    ['an unknown log', ['time', 'certificate', 'log refused'], () => sigstore.message(bytes, by, { log: other })],
    [
      'an expired certificate',
      ['time', 'certificate refused'],
      () => sigstore.message(bytes, by, { loggedAt: sigstore.after(11 * MINUTE) }),
    ],
    ['no time', ['time refused'], () => sigstore.message(bytes, by, { withoutPromise: true })],
  ])('ends with what was refused: %s', async (_, expected, make) => {
    const explained = explain(await make());
    expect(namesOf(explained.checks)).toEqual(['format', 'content', 'signer', 'entries', ...expected]);
    expect(explained).toMatchObject({ refusal: { code: 'SIGNATURE.INVALID' } });
    expect(explained.checks.at(-1)?.detail).toBe('refusal' in explained ? explained.refusal.message : '');
  });
});

const inProof = (entry: Json, changed: Json): unknown => Object.assign(entry['inclusionProof'] as Json, changed);
const until = (end: Date): Json => ({ start: '2020-01-01T00:00:00Z', end: end.toISOString() });
const firstOf = (value: Json, name: string): Json => (value[name] as Json[])[0]!;
function rootWith(edit: (value: Json) => unknown): TrustRoot {
  const value = sigstore.trustedRoot();
  edit(value);
  return loadTrustRoot(JSON.stringify(value));
}
