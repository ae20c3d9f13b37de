import { createHash, X509Certificate } from 'node:crypto';

import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial } from '@sigstore/verify';

import { isJsonObject } from '../json.js';
import { checkBytes } from './base64.js';
import { at, parseJson } from './json.js';
import { checkMembers, type MemberTable, nodesAt } from './members.js';
import { asSignatureError, SignatureError } from './signature.error.js';

/** A loaded trusted_root.json: certificate authorities, logs and timestamp authorities. Only `loadTrustRoot` makes one. */
export interface TrustRoot {
  /** `sha256:<hex>` of the file's text: changes whenever the file does. */
  readonly digest: string;
}

export type TrustMaterial = ReturnType<typeof toTrustMaterial>;

const MEDIA_TYPES: readonly unknown[] = [
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot.v0.1+json',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
];
const LOGS = ['tlogs', 'ctlogs'];
const AUTHORITIES = ['certificateAuthorities', 'timestampAuthorities'];
const RANGE = ['start', 'end'];
/** A name outside is refused: a mistyped `end` would otherwise trust for ever. */
const MEMBERS: MemberTable = [
  ['', ['mediaType', ...LOGS, ...AUTHORITIES]],
  ...LOGS.flatMap((name): MemberTable => [
    [`${name}.*`, ['baseUrl', 'hashAlgorithm', 'publicKey', 'logId', 'checkpointKeyId', 'operator']],
    [`${name}.*.publicKey`, ['rawBytes', 'keyDetails', 'validFor']],
    [`${name}.*.publicKey.validFor`, RANGE],
    [`${name}.*.logId`, ['keyId']],
    [`${name}.*.checkpointKeyId`, ['keyId']],
  ]),
  ...AUTHORITIES.flatMap((name): MemberTable => [
    [`${name}.*`, ['subject', 'uri', 'certChain', 'validFor', 'operator']],
    [`${name}.*.certChain`, ['certificates']],
    [`${name}.*.certChain.certificates.*`, ['rawBytes']],
    [`${name}.*.validFor`, RANGE],
  ]),
];
const BYTES = new Set(['rawBytes', 'keyId']);
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** What the verifier needs of a root. Kept apart, so that nobody outside can make up a root. */
const materials = new WeakMap<TrustRoot, TrustMaterial>();

/**
 * Reads the text of a trusted_root.json, strictly: every log and authority must say from when it is valid, every key and
 * certificate must be readable, and there must be logs or authorities at all. Throws TRUST.MALFORMED.
 */
export function loadTrustRoot(json: string): TrustRoot {
  const document = asSignatureError('TRUST.MALFORMED', explain('it is not strict JSON of at most 1 MiB'), () =>
    parseJson(json),
  );
  if (!isJsonObject(document)) throw malformed('it is not a JSON object');
  if (!MEDIA_TYPES.includes(document['mediaType'])) throw malformed('its mediaType is not that of a trusted root');
  checkMembers(document, MEMBERS, malformed);
  checkBytes(document, BYTES, malformed);
  checkLogs(document);
  checkAuthorities(document);
  const material = asSignatureError('TRUST.MALFORMED', explain('a key or certificate in it cannot be read'), () =>
    toTrustMaterial(TrustedRoot.fromJSON(document)),
  );
  if (material.tlogs.length === 0 && material.certificateAuthorities.length === 0) {
    throw malformed('it holds neither a log nor a certificate authority');
  }
  const root = Object.freeze({ digest: `sha256:${createHash('sha256').update(json).digest('hex')}` });
  materials.set(root, material);
  return root;
}

/** Throws TRUST.MALFORMED for an object that `loadTrustRoot` did not make. */
export function trustMaterialOf(root: TrustRoot): TrustMaterial {
  const material = materials.get(root);
  if (!material) throw malformed('it was not read by loadTrustRoot');
  return material;
}

function checkLogs(document: unknown): void {
  for (const name of LOGS) {
    for (const log of listAt(document, name)) {
      if (typeof at(log, 'publicKey', 'rawBytes') !== 'string') throw malformed(`one of its ${name} has no key`);
      if (typeof at(log, 'logId', 'keyId') !== 'string') throw malformed(`one of its ${name} has no logId`);
      checkRange(at(log, 'publicKey', 'validFor'), name);
    }
  }
}

function checkAuthorities(document: unknown): void {
  for (const name of AUTHORITIES) {
    for (const authority of listAt(document, name)) {
      const certificates = nodesAt(authority, 'certChain.certificates.*.rawBytes', malformed);
      if (certificates.length === 0) throw malformed(`one of its ${name} has no certificate`);
      for (const certificate of certificates) requireCertificate(certificate, name);
      checkRange(at(authority, 'validFor'), name);
    }
  }
}

/** The library reads ASN.1 loosely; OpenSSL has to read the same bytes as a certificate too. */
function requireCertificate(rawBytes: unknown, name: string): void {
  asSignatureError('TRUST.MALFORMED', explain(`a certificate of its ${name} cannot be read`), () => {
    return new X509Certificate(Buffer.from(String(rawBytes), 'base64'));
  });
}

/** Without a start the library takes the beginning of time. */
function checkRange(range: unknown, name: string): void {
  const [start, end] = [at(range, 'start'), at(range, 'end')];
  if (!isTime(start)) throw malformed(`one of its ${name} does not say from when it is valid (validFor.start)`);
  if (end === undefined) return;
  if (!isTime(end) || Date.parse(end) < Date.parse(start)) {
    throw malformed(`one of its ${name} has a validFor.end that is no time after its start`);
  }
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && RFC3339.test(value) && !Number.isNaN(Date.parse(value));
}

function listAt(document: unknown, name: string): readonly unknown[] {
  return at(document, name) === undefined ? [] : nodesAt(document, `${name}.*`, malformed);
}

function explain(reason: string): string {
  return `The trusted root cannot be used: ${reason}. Give the trusted_root.json that "cosign trusted-root create" or TUF made.`;
}

function malformed(reason: string): SignatureError {
  return new SignatureError('TRUST.MALFORMED', explain(reason));
}
