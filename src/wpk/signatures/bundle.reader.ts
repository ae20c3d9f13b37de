import { type Bundle, bundleFromJSON } from '@sigstore/bundle';

import { isJsonObject, type JsonObject } from '../json.js';
import { strictBase64 } from './base64.js';
import { at, parseJson } from './json.js';
import { asSignatureError, SignatureError } from './signature.error.js';

/** A bundle whose shape was checked and whose material is a key; nothing in it has been verified yet. */
export interface KeyBundle {
  readonly hint: string;
  readonly content: Bundle['content'];
  readonly logEntries: Bundle['verificationMaterial']['tlogEntries'];
}

/** The library takes any version that looks like one; these are the ones that exist. */
const MEDIA_TYPES: readonly unknown[] = [
  'application/vnd.dev.sigstore.bundle.v0.3+json',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
];
const MAX_LOG_ENTRIES = 32;
const CONTENTS = ['messageSignature', 'dsseEnvelope'];
const MATERIALS = ['publicKey', 'certificate', 'x509CertificateChain'];
const BYTES = new Set([
  ...['rawBytes', 'signature', 'digest', 'sig', 'payload', 'keyId', 'signedEntryTimestamp'],
  ...['rootHash', 'hashes', 'canonicalizedBody', 'signedTimestamp'],
]);
/** Members of the objects that decide; a name outside is refused, so that no other reader can see another bundle. */
const MEMBERS: readonly (readonly [path: readonly string[], members: readonly string[]])[] = [
  [[], ['mediaType', 'verificationMaterial', ...CONTENTS]],
  [['verificationMaterial'], [...MATERIALS, 'tlogEntries', 'timestampVerificationData']],
  [['verificationMaterial', 'publicKey'], ['hint']],
  [['messageSignature'], ['messageDigest', 'signature']],
  [
    ['messageSignature', 'messageDigest'],
    ['algorithm', 'digest'],
  ],
  [['dsseEnvelope'], ['payload', 'payloadType', 'signatures']],
];

/**
 * Reads the JSON text of a Sigstore bundle v0.1 to v0.3 whose material is a public key (named by hint, never included).
 * Certificate material is refused here and never reaches a verifier: with a public root any stranger's certificate passes.
 * Timestamps are not looked at: a key is trusted or not, whatever the time of signing.
 * Throws SIGNATURE.MALFORMED or SIGNATURE.UNSUPPORTED.
 */
export function readKeyBundle(text: string): KeyBundle {
  const json = asSignatureError('SIGNATURE.MALFORMED', explain('it is not strict JSON of at most 1 MiB'), () =>
    parseJson(text),
  );
  if (!isJsonObject(json)) throw malformed('it is not a JSON object');
  refuseOtherFormats(json);
  checkMembers(json);
  checkBytes(json, '');
  const bundle = asSignatureError('SIGNATURE.MALFORMED', explain('members are missing or of the wrong type'), () =>
    bundleFromJSON(json),
  );
  const { content, tlogEntries } = bundle.verificationMaterial;
  if (content.$case !== 'publicKey') throw certificateRefused();
  return { hint: content.publicKey.hint, content: bundle.content, logEntries: tlogEntries };
}

function refuseOtherFormats(json: JsonObject): void {
  if ('base64Signature' in json) {
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

function checkMembers(json: JsonObject): void {
  for (const [path, members] of MEMBERS) {
    const node = at(json, ...path);
    if (node !== undefined) checkObject(node, members, path.join('.'));
  }
  const materials = MATERIALS.filter((name) => at(json, 'verificationMaterial', name) !== undefined);
  if (materials.length > 0 && !materials.includes('publicKey')) throw certificateRefused();
  if (materials.length !== 1) throw malformed('it needs exactly one kind of verification material');
  if (CONTENTS.filter((name) => name in json).length !== 1) throw malformed('it needs exactly one signed content');
  for (const signature of listAt(json, 'dsseEnvelope', 'signatures')) {
    checkObject(signature, ['sig', 'keyid'], 'signatures');
  }
  if (listAt(json, 'verificationMaterial', 'tlogEntries').length > MAX_LOG_ENTRIES) {
    throw malformed('it has too many log entries');
  }
  for (const path of [
    ['verificationMaterial', 'publicKey', 'hint'],
    ['dsseEnvelope', 'payloadType'],
  ]) {
    const value = at(json, ...path);
    if (at(json, ...path.slice(0, -1)) !== undefined && typeof value !== 'string') {
      throw malformed(`${path.join('.')} is not a string`);
    }
  }
}

/** The library decodes bytes loosely; every member that holds bytes must be strict base64, wherever it is. */
function checkBytes(node: unknown, name: string): void {
  if (Array.isArray(node)) {
    for (const item of node) checkBytes(item, name);
  } else if (isJsonObject(node)) {
    for (const [member, value] of Object.entries(node)) checkBytes(value, member);
  } else if (BYTES.has(name) && (typeof node !== 'string' || !strictBase64(node))) {
    throw malformed(`${name} is not base64 with the standard alphabet and full padding`);
  }
}

function listAt(json: JsonObject, ...path: readonly string[]): readonly unknown[] {
  const list = at(json, ...path) ?? [];
  if (!Array.isArray(list)) throw malformed(`${path.join('.')} is not a list`);
  return list;
}

function checkObject(node: unknown, members: readonly string[], where: string): void {
  if (!isJsonObject(node)) throw malformed(`${where || 'it'} is not an object`);
  const stranger = Object.keys(node).find((name) => !members.includes(name));
  if (stranger !== undefined) {
    throw malformed(`it has an unknown member "${stranger.slice(0, 64)}" in ${where || 'the bundle'}`);
  }
}

function certificateRefused(): SignatureError {
  return new SignatureError(
    'SIGNATURE.UNSUPPORTED',
    'The bundle was signed with a certificate (keyless), but only keys are trusted here; sign with "cosign sign-blob --key".',
  );
}

function explain(reason: string): string {
  return `The bundle cannot be read: ${reason}. Send the file written by "cosign sign-blob --bundle" unchanged.`;
}

function malformed(reason: string): SignatureError {
  return new SignatureError('SIGNATURE.MALFORMED', explain(reason));
}
