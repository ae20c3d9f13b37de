import { type Bundle, bundleFromJSON } from '@sigstore/bundle';

import { isJsonObject, type JsonObject } from '../json.js';
import { checkBytes } from './base64.js';
import { at, parseJson } from './json.js';
import { checkMembers, type MemberTable, nodesAt } from './members.js';
import { asSignatureError, SignatureError } from './signature.error.js';

/** A bundle whose shape was checked; nothing in it has been verified yet. */
export interface SignedBundle {
  readonly bundle: Bundle;
  /** Either, never both: what is judged by keys and what is judged by identities are told apart here and nowhere else. */
  readonly material:
    { readonly kind: 'key'; readonly hint: string } | { readonly kind: 'certificate'; readonly der: Buffer };
}

export type LogEntry = Bundle['verificationMaterial']['tlogEntries'][number];

/** The library takes any version that looks like one; these are the ones that exist. */
const MEDIA_TYPES: readonly unknown[] = [
  'application/vnd.dev.sigstore.bundle.v0.3+json',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
];
const CONTENTS = ['messageSignature', 'dsseEnvelope'];
const MATERIALS = ['publicKey', 'certificate', 'x509CertificateChain'];
const ENTRY = 'verificationMaterial.tlogEntries.*';
const STAMP = 'verificationMaterial.timestampVerificationData.rfc3161Timestamps.*';
const CHAIN = 'verificationMaterial.x509CertificateChain.certificates.*';
/** A name outside is refused, so that no other reader can see another bundle. */
const MEMBERS: MemberTable = [
  ['', ['mediaType', 'verificationMaterial', ...CONTENTS]],
  ['verificationMaterial', [...MATERIALS, 'tlogEntries', 'timestampVerificationData']],
  ['verificationMaterial.publicKey', ['hint']],
  ['verificationMaterial.certificate', ['rawBytes']],
  ['verificationMaterial.x509CertificateChain', ['certificates']],
  [CHAIN, ['rawBytes']],
  ['verificationMaterial.timestampVerificationData', ['rfc3161Timestamps']],
  [STAMP, ['signedTimestamp']],
  [
    ENTRY,
    [
      ...['logIndex', 'logId', 'kindVersion', 'integratedTime'],
      ...['inclusionPromise', 'inclusionProof', 'canonicalizedBody'],
    ],
  ],
  [`${ENTRY}.logId`, ['keyId']],
  [`${ENTRY}.kindVersion`, ['kind', 'version']],
  [`${ENTRY}.inclusionPromise`, ['signedEntryTimestamp']],
  [`${ENTRY}.inclusionProof`, ['logIndex', 'rootHash', 'treeSize', 'hashes', 'checkpoint']],
  [`${ENTRY}.inclusionProof.checkpoint`, ['envelope']],
  ['messageSignature', ['messageDigest', 'signature']],
  ['messageSignature.messageDigest', ['algorithm', 'digest']],
  ['dsseEnvelope', ['payload', 'payloadType', 'signatures']],
  ['dsseEnvelope.signatures.*', ['sig', 'keyid']],
];
const BYTES = new Set([
  ...['rawBytes', 'signature', 'digest', 'sig', 'payload', 'keyId', 'signedEntryTimestamp'],
  ...['rootHash', 'hashes', 'canonicalizedBody', 'signedTimestamp'],
]);
/** Bounds on the work that a stranger's bundle can order; what cosign writes is far below. */
const MAX_ITEMS: readonly (readonly [path: string, limit: number])[] = [
  [ENTRY, 32],
  [STAMP, 32],
  [CHAIN, 16],
];
const MAX_CHARS: readonly (readonly [path: string, limit: number])[] = [
  ['verificationMaterial.certificate.rawBytes', 32 * 1024],
  [`${CHAIN}.rawBytes`, 32 * 1024],
  [`${STAMP}.signedTimestamp`, 64 * 1024],
  [`${ENTRY}.inclusionProof.checkpoint.envelope`, 64 * 1024],
];
const TEXTS = [
  'verificationMaterial.publicKey.hint',
  'dsseEnvelope.payloadType',
  `${ENTRY}.inclusionProof.checkpoint.envelope`,
];
/** The library makes a text of whatever stands there. */
const INTEGERS = ['logIndex', 'integratedTime', 'inclusionProof.logIndex', 'inclusionProof.treeSize'].map(
  (name) => `${ENTRY}.${name}`,
);

/**
 * Reads the JSON text of a Sigstore bundle v0.1 to v0.3, signed with a key (named by hint, never included) or with a
 * certificate (alone, or first of a chain in v0.1 and v0.2). Throws SIGNATURE.MALFORMED or SIGNATURE.UNSUPPORTED.
 */
export function readBundle(text: string): SignedBundle {
  const json = asSignatureError('SIGNATURE.MALFORMED', explain('it is not strict JSON of at most 1 MiB'), () =>
    parseJson(text),
  );
  if (!isJsonObject(json)) throw malformed('it is not a JSON object');
  refuseOtherFormats(json);
  checkMembers(json, MEMBERS, malformed);
  checkChoices(json);
  checkValues(json);
  checkBytes(json, BYTES, malformed);
  const bundle = asSignatureError('SIGNATURE.MALFORMED', explain('members are missing or of the wrong type'), () =>
    bundleFromJSON(json),
  );
  return { bundle, material: materialOf(bundle) };
}

function refuseOtherFormats(json: JsonObject): void {
  if ('base64Signature' in json || 'rekorBundle' in json) {
    throw new SignatureError(
      'SIGNATURE.UNSUPPORTED',
      'This is a bundle in the old cosign format; sign again, or send the signature in it alone, "jq -r .base64Signature BUNDLE > FILE.sig", ' +
        'or as a bundle, "cosign bundle create --artifact FILE --signature FILE.sig --key cosign.pub --ignore-tlog --out FILE.sigstore.json".',
    );
  }
  if (!MEDIA_TYPES.includes(json['mediaType'])) {
    throw new SignatureError(
      'SIGNATURE.UNSUPPORTED',
      'The mediaType is not that of a Sigstore bundle v0.1 to v0.3; sign again with cosign 3 or atomctl.',
    );
  }
}

function checkChoices(json: JsonObject): void {
  const materials = MATERIALS.filter((name) => at(json, 'verificationMaterial', name) !== undefined);
  if (materials.length !== 1) throw malformed('it needs exactly one kind of verification material');
  if (CONTENTS.filter((name) => name in json).length !== 1) throw malformed('it needs exactly one signed content');
  for (const [path, limit] of MAX_ITEMS) {
    if (nodesAt(json, path, malformed).length > limit) throw malformed(`it has more than ${limit} of ${path}`);
  }
}

function checkValues(json: JsonObject): void {
  for (const path of TEXTS) {
    const parent = nodesAt(json, path.slice(0, path.lastIndexOf('.')), malformed);
    const texts = nodesAt(json, path, malformed);
    if (texts.length !== parent.length || !texts.every((node) => typeof node === 'string')) {
      throw malformed(`${path} is not a text`);
    }
  }
  for (const path of INTEGERS) {
    if (!nodesAt(json, path, malformed).every(isInteger)) throw malformed(`${path} is not a whole number`);
  }
  for (const [path, limit] of MAX_CHARS) {
    if (nodesAt(json, path, malformed).some((node) => String(node).length > limit)) {
      throw malformed(`${path} is too long`);
    }
  }
}

/** protojson writes 64 bit integers as texts and reads both. */
function isInteger(node: unknown): boolean {
  return typeof node === 'string' ? /^\d{1,19}$/.test(node) : Number.isSafeInteger(node) && Number(node) >= 0;
}

function materialOf({ verificationMaterial: { content } }: Bundle): SignedBundle['material'] {
  switch (content.$case) {
    case 'publicKey':
      return { kind: 'key', hint: content.publicKey.hint };
    case 'certificate':
      return { kind: 'certificate', der: content.certificate.rawBytes };
    case 'x509CertificateChain': {
      const [leaf] = content.x509CertificateChain.certificates;
      if (!leaf) throw malformed('its certificate chain is empty');
      return { kind: 'certificate', der: leaf.rawBytes };
    }
  }
}

function explain(reason: string): string {
  return `The bundle cannot be read: ${reason}. Send the file written by "cosign sign-blob --bundle" unchanged.`;
}

function malformed(reason: string): SignatureError {
  return new SignatureError('SIGNATURE.MALFORMED', explain(reason));
}
