import { sha256, type SignatureErrorCode } from '../../src/wpk/index.js';
import type { Json } from '../builders/sigstore.js';
import {
  at,
  base64,
  edit,
  firstEntry,
  onAttestation,
  onBody,
  onBytes,
  onCheckpoint,
  onEntry,
  onMessage,
  ORDER,
  readDer,
  reversed,
  text,
  to32,
  toDer,
  twinOf,
} from './signature.edits.js';

/** Name of the manipulation, what it makes of good material, and what has to become of that. */
export type Manipulation<T> = readonly [
  name: string,
  change: (good: T) => T | undefined,
  expected: 'accepted' | SignatureErrorCode,
];

export const INVALID = 'SIGNATURE.INVALID';
export const MALFORMED = 'SIGNATURE.MALFORMED';
export const UNSUPPORTED = 'SIGNATURE.UNSUPPORTED';
export const MISMATCH = 'SIGNATURE.DIGEST_MISMATCH';

export const BARE: readonly Manipulation<string>[] = [
  ['unchanged', (text) => text, 'accepted'],
  ['without its line end', (text) => text.trimEnd(), 'accepted'],
  ['with a Windows line end', (text) => `${text.trimEnd()}\r\n`, 'accepted'],
  ['as (r, n-s)', (text) => onBytes(text, twinOf), 'accepted'],
  ['empty', () => '', 'SIGNATURE.MISSING'],
  ['of blanks', () => ' \n\t', 'SIGNATURE.MISSING'],
  ['with two line ends', (text) => `${text}\n`, MALFORMED],
  ['with a leading blank', (text) => ` ${text}`, MALFORMED],
  ['with blanks in it', (text) => `${text.slice(0, 8)} ${text.slice(8)}`, MALFORMED],
  ['in two lines', (text) => `${text.slice(0, 48)}\n${text.slice(48)}`, MALFORMED],
  ['twice', (text) => text + text, MALFORMED],
  ['in url-safe letters', () => `${Buffer.alloc(72, 0xff).toString('base64url')}\n`, MALFORMED],
  ['without its padding', () => 'AAA\n', MALFORMED],
  ['with spare bits', () => 'AAB=\n', MALFORMED],
  ['with a byte order mark', (text) => `\ufeff${text}`, MALFORMED],
  ['as PEM', (text) => `-----BEGIN SIGNATURE-----\n${text}-----END SIGNATURE-----\n`, MALFORMED],
  ['as hexadecimal', (text) => `${Buffer.from(text, 'base64').toString('hex')}g\n`, MALFORMED],
  ['very long', () => 'A'.repeat(1_000_000), MALFORMED],
  ['with a byte after it', (text) => onBytes(text, (der) => Buffer.concat([der, Buffer.from([0])])), INVALID],
  ['cut short', (text) => onBytes(text, (der) => der.subarray(0, -1)), INVALID],
  [
    'with a long length (BER)',
    (text) => onBytes(text, (der) => Buffer.concat([Buffer.from([0x30, 0x81]), der.subarray(1)])),
    INVALID,
  ],
  ['with r and s exchanged', (text) => onBytes(text, (der) => toDer(readDer(der).reverse())), INVALID],
  ['of zeros', (text) => onBytes(text, () => toDer([0n, 0n])), INVALID],
  ['of r = s = 1', (text) => onBytes(text, () => toDer([1n, 1n])), INVALID],
  [
    'with s + n',
    (text) => onBytes(text, (der) => toDer(readDer(der).map((part, at) => part + (at === 1 ? ORDER : 0n)))),
    INVALID,
  ],
  ['of the raw form', (text) => onBytes(text, (der) => Buffer.concat(readDer(der).map(to32))), INVALID],
];

/** Of any bundle, whoever signed it. */
export const BUNDLE: readonly Manipulation<Json>[] = [
  ['unchanged', (bundle) => bundle, 'accepted'],
  ['with its members in another order', reversed, 'accepted'],
  [
    'without timestamps',
    (b) => edit(b, (c) => (at(c, 'verificationMaterial')['timestampVerificationData'] = undefined)),
    'accepted',
  ],
  ['without a media type', (b) => edit(b, (c) => delete c['mediaType']), UNSUPPORTED],
  ['of a version to come', (b) => ({ ...b, mediaType: 'application/vnd.dev.sigstore.bundle.v0.4+json' }), UNSUPPORTED],
  ['of version 9.9', (b) => ({ ...b, mediaType: 'application/vnd.dev.sigstore.bundle.v9.9+json' }), UNSUPPORTED],
  [
    'of a media type that only begins rightly',
    (b) => ({ ...b, mediaType: `${String(b['mediaType'])};x` }),
    UNSUPPORTED,
  ],
  ['with a member of the old format', (b) => ({ ...b, base64Signature: 'AAAA' }), UNSUPPORTED],
  ['in the old format', () => ({ base64Signature: 'AAAA', cert: 'AAAA', rekorBundle: {} }), UNSUPPORTED],
  ['with an unknown member', (b) => ({ ...b, comment: 'trust me' }), MALFORMED],
  [
    'with an unknown member of its material',
    (b) => edit(b, (c) => (at(c, 'verificationMaterial')['public_key'] = {})),
    MALFORMED,
  ],
  ['with an unknown member of its first entry', (b) => onEntry(b, (e) => (e['verified'] = true)), MALFORMED],
  ['without material', (b) => ({ ...b, verificationMaterial: {} }), MALFORMED],
  ['with material that is null', (b) => ({ ...b, verificationMaterial: null }), MALFORMED],
  ['with material in a list', (b) => ({ ...b, verificationMaterial: [] }), MALFORMED],
  [
    'with a key and a certificate',
    (b) =>
      edit(b, (c) =>
        Object.assign(at(c, 'verificationMaterial'), { publicKey: { hint: 'x' }, certificate: { rawBytes: 'AAAA' } }),
      ),
    MALFORMED,
  ],
  [
    'with an empty chain',
    (b) => edit(b, (c) => (c['verificationMaterial'] = { x509CertificateChain: { certificates: [] } })),
    MALFORMED,
  ],
  ['without content', (b) => edit(b, (c) => delete c['messageSignature'] && delete c['dsseEnvelope']), MALFORMED],
  ['with both contents', (b) => ({ messageSignature: {}, dsseEnvelope: {}, ...b }), MALFORMED],
  [
    'with entries that are no list',
    (b) => edit(b, (c) => (at(c, 'verificationMaterial')['tlogEntries'] = {})),
    MALFORMED,
  ],
  [
    'with an entry that is null',
    (b) => edit(b, (c) => (at(c, 'verificationMaterial')['tlogEntries'] = [null])),
    MALFORMED,
  ],
  [
    'with a thousand entries',
    (b) => edit(b, (c) => (at(c, 'verificationMaterial')['tlogEntries'] = Array<Json>(1000).fill(firstEntry(b) ?? {}))),
    MALFORMED,
  ],
  [
    'with a thousand timestamps',
    (b) =>
      edit(
        b,
        (c) =>
          (at(c, 'verificationMaterial')['timestampVerificationData'] = {
            rfc3161Timestamps: Array<Json>(1000).fill({ signedTimestamp: 'AAAA' }),
          }),
      ),
    MALFORMED,
  ],
];

/** Of a bundle with a log entry that is looked up in a log. */
export const LOGGED: readonly Manipulation<Json>[] = [
  [
    'with a timestamp that is none',
    (b) =>
      edit(
        b,
        (c) =>
          (at(c, 'verificationMaterial')['timestampVerificationData'] = {
            rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }],
          }),
      ),
    MALFORMED,
  ],
  [
    'with an entry whose time is later',
    (b) => onEntry(b, (e) => (e['integratedTime'] = String(Number(e['integratedTime']) + 60))),
    INVALID,
  ],
  ['with an entry whose time is no number', (b) => onEntry(b, (e) => (e['integratedTime'] = 'now')), MALFORMED],
  ['with an entry whose time is negative', (b) => onEntry(b, (e) => (e['integratedTime'] = -1)), MALFORMED],
  [
    'with an entry whose time is in a list',
    (b) => onEntry(b, (e) => (e['integratedTime'] = [e['integratedTime']])),
    MALFORMED,
  ],
  ['with an entry of another index', (b) => onEntry(b, (e) => (e['logIndex'] = '1')), INVALID],
  ['with an entry of another log', (b) => onEntry(b, (e) => (e['logId'] = { keyId: 'AAAA' })), INVALID],
  ['with an entry without a log', (b) => onEntry(b, (e) => delete e['logId']), MALFORMED],
  [
    'with an entry of another kind than its body',
    (b) => onEntry(b, (e) => (e['kindVersion'] = { kind: 'dsse', version: '9' })),
    INVALID,
  ],
  ['with an entry without a kind', (b) => onEntry(b, (e) => delete e['kindVersion']), MALFORMED],
  [
    'with an entry of a kind that cannot be read',
    (b) =>
      onBody(b, (body) => Object.assign(body, { kind: 'rekord', apiVersion: '0.0.1' }), {
        kind: 'rekord',
        version: '0.0.1',
      }),
    UNSUPPORTED,
  ],
  [
    'with an entry whose body has one blank more',
    (b) => onEntry(b, (e) => (e['canonicalizedBody'] = base64(`${text(e['canonicalizedBody'])} `))),
    INVALID,
  ],
  [
    'with an entry whose body is no JSON',
    (b) => onEntry(b, (e) => (e['canonicalizedBody'] = base64('body'))),
    MALFORMED,
  ],
  ['with an entry without a body', (b) => onEntry(b, (e) => delete e['canonicalizedBody']), MALFORMED],
  ['with an entry whose body is empty', (b) => onBody(b, (body) => (body['spec'] = {})), INVALID],
  ['with an entry without a proof', (b) => onEntry(b, (e) => delete e['inclusionProof']), MALFORMED],
  [
    'with an entry without a checkpoint',
    (b) => onEntry(b, (e) => delete at(e, 'inclusionProof')['checkpoint']),
    MALFORMED,
  ],
  [
    'with a checkpoint that nobody signed',
    (b) => onCheckpoint(b, (note) => note.slice(0, note.indexOf('\n\n') + 2)),
    INVALID,
  ],
  ['with a checkpoint of another tree', (b) => onCheckpoint(b, (note) => note.replace('\n1\n', '\n2\n')), INVALID],
  ['with a checkpoint of another origin', (b) => onCheckpoint(b, (note) => `x${note}`), INVALID],
  [
    'with a checkpoint of a size that is no number',
    (b) => onCheckpoint(b, (note) => note.replace('\n1\n', '\none\n')),
    INVALID,
  ],
  [
    'with a checkpoint that has another signature',
    (b) => onCheckpoint(b, (note) => note.replace(/(\S)(\S+)\n$/, 'A$2\n')),
    INVALID,
  ],
  ['with an empty checkpoint', (b) => onCheckpoint(b, () => ''), INVALID],
  [
    'with a checkpoint in a list',
    (b) => onEntry(b, (e) => (at(e, 'inclusionProof')['checkpoint'] = { envelope: [] })),
    MALFORMED,
  ],
  ['with another root hash', (b) => onEntry(b, (e) => (at(e, 'inclusionProof')['rootHash'] = 'AAAA')), INVALID],
  ['with another size of the tree', (b) => onEntry(b, (e) => (at(e, 'inclusionProof')['treeSize'] = '2')), INVALID],
  ['with a path in the tree', (b) => onEntry(b, (e) => (at(e, 'inclusionProof')['hashes'] = ['AAAA'])), INVALID],
  [
    'with another promise',
    (b) => onEntry(b, (e) => (e['inclusionPromise'] = { signedEntryTimestamp: 'AAAA' })),
    INVALID,
  ],
  [
    'with the same entry twice',
    (b) => edit(b, (c) => (at(c, 'verificationMaterial')['tlogEntries'] = [firstEntry(b), firstEntry(b)])),
    INVALID,
  ],
];

export const MESSAGE: readonly Manipulation<Json>[] = [
  ['without a digest', (b) => onMessage(b, (m) => delete m['messageDigest']), MALFORMED],
  ['with an empty digest', (b) => onMessage(b, (m) => (at(m, 'messageDigest')['digest'] = '')), MALFORMED],
  ['with half of the digest', (b) => onMessage(b, (m) => (at(m, 'messageDigest')['digest'] = 'AAAA')), MISMATCH],
  [
    'with the digest of the digest',
    (b) =>
      onMessage(
        b,
        (m) =>
          (at(m, 'messageDigest')['digest'] = base64(
            sha256(Buffer.from(String(at(m, 'messageDigest')['digest']), 'base64')),
          )),
      ),
    MISMATCH,
  ],
  [
    'with another algorithm',
    (b) => onMessage(b, (m) => (at(m, 'messageDigest')['algorithm'] = 'SHA2_512')),
    UNSUPPORTED,
  ],
  ['without an algorithm', (b) => onMessage(b, (m) => delete at(m, 'messageDigest')['algorithm']), UNSUPPORTED],
  [
    'with an algorithm that does not exist',
    (b) => onMessage(b, (m) => (at(m, 'messageDigest')['algorithm'] = 'MD5')),
    MALFORMED,
  ],
  ['without a signature', (b) => onMessage(b, (m) => delete m['signature']), MALFORMED],
  ['with an empty signature', (b) => onMessage(b, (m) => (m['signature'] = '')), MALFORMED],
  ['with a signature that is a number', (b) => onMessage(b, (m) => (m['signature'] = 5)), MALFORMED],
  ['with a signature of zeros', (b) => onMessage(b, (m) => (m['signature'] = base64(toDer([0n, 0n])))), INVALID],
];

export const ATTESTATION: readonly Manipulation<Json>[] = [
  ['without a signature', (b) => onAttestation(b, (e) => (e['signatures'] = [])), MALFORMED],
  [
    'with its signature twice',
    (b) => onAttestation(b, (e) => (e['signatures'] as Json[]).push((e['signatures'] as Json[])[0] ?? {})),
    MALFORMED,
  ],
  ['with another payload', (b) => onAttestation(b, (e) => (e['payload'] = base64('{}'))), INVALID],
  [
    'with one blank more in its payload',
    (b) => onAttestation(b, (e) => (e['payload'] = base64(`${text(e['payload'])} `))),
    INVALID,
  ],
  ['without a payload', (b) => onAttestation(b, (e) => (e['payload'] = '')), MALFORMED],
  ['with another payload type', (b) => onAttestation(b, (e) => (e['payloadType'] = 'application/json')), UNSUPPORTED],
  ['without a payload type', (b) => onAttestation(b, (e) => delete e['payloadType']), MALFORMED],
  [
    'with a certificate in the signature',
    (b) => onAttestation(b, (e) => Object.assign((e['signatures'] as Json[])[0] ?? {}, { cert: 'x' })),
    MALFORMED,
  ],
];

/** Of the text, whatever it says. */
export const TEXT: readonly Manipulation<string>[] = [
  ['with blanks and line ends around it', (bundle) => `\n ${bundle}\n`, 'accepted'],
  ['written over many lines', (bundle) => JSON.stringify(JSON.parse(bundle), null, 2), 'accepted'],
  [
    'with a letter of a member name escaped',
    (bundle) => bundle.replace('"mediaType"', '"medi\\u0061Type"'),
    'accepted',
  ],
  ['empty', () => '', 'SIGNATURE.MISSING'],
  ['null', () => 'null', MALFORMED],
  ['in a list', (bundle) => `[${bundle}]`, MALFORMED],
  ['twice', (bundle) => bundle + bundle, MALFORMED],
  ['cut in the middle', (bundle) => bundle.slice(0, bundle.length / 2), MALFORMED],
  ['with two media types', (bundle) => bundle.replace('{', '{"mediaType":"x",'), MALFORMED],
  ['with two media types, one escaped', (bundle) => bundle.replace('{', '{"medi\\u0061Type":"x",'), MALFORMED],
  ['with a prototype', (bundle) => bundle.replace('{', '{"__proto__":{},'), MALFORMED],
  ['with a byte order mark', (bundle) => `\ufeff${bundle}`, MALFORMED],
  ['with a NUL', (bundle) => `${bundle}\0`, MALFORMED],
  ['with a comma too much', (bundle) => bundle.replace(/}$/, ',}'), MALFORMED],
  ['with a comment', (bundle) => `${bundle}//`, MALFORMED],
  ['nested without end', () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, MALFORMED],
  ['of two megabytes', (bundle) => bundle + ' '.repeat(2 * 1024 * 1024), MALFORMED],
  ['as base64', (bundle) => base64(bundle), MALFORMED],
];
