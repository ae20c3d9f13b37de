import { isJsonObject } from '../json.js';
import { at, parseJson } from './json.js';
import { asSignatureError, SignatureError } from './signature.error.js';

/** predicateType of an in-toto statement that signs a package; a scan or build statement about it is no signature of it. */
export const PACKAGE_PREDICATE_TYPE = 'https://atom.dev/wpk/v1';

/** What the signer says the package is called; the bytes are bound by the digest. */
export interface PackageClaims {
  readonly name: string;
  readonly version: string;
}

export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPES: readonly unknown[] = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'];

/**
 * Checks that a verified in-toto statement speaks about the bytes with this digest (hex) and nothing else.
 * Throws SIGNATURE.MALFORMED, SIGNATURE.UNSUPPORTED or SIGNATURE.DIGEST_MISMATCH.
 */
export function readPackageStatement(payload: Buffer, digestHex: string): PackageClaims {
  const statement = asSignatureError('SIGNATURE.MALFORMED', 'The attestation is not strict JSON; attest again.', () =>
    parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload)),
  );
  if (!STATEMENT_TYPES.includes(at(statement, '_type'))) {
    throw new SignatureError(
      'SIGNATURE.UNSUPPORTED',
      'The attestation is not an in-toto statement v0.1 or v1; attest again.',
    );
  }
  if (at(statement, 'predicateType') !== PACKAGE_PREDICATE_TYPE) {
    throw new SignatureError(
      'SIGNATURE.UNSUPPORTED',
      `The attestation says something else about the package; its predicate type must be ${PACKAGE_PREDICATE_TYPE}.`,
    );
  }
  checkSubject(at(statement, 'subject'), digestHex);
  const name = at(statement, 'predicate', 'name');
  const version = at(statement, 'predicate', 'version');
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw new SignatureError(
      'SIGNATURE.MALFORMED',
      'The predicate must have the texts "name" and "version"; attest again.',
    );
  }
  return { name, version };
}

function checkSubject(subjects: unknown, digestHex: string): void {
  if (!Array.isArray(subjects) || subjects.length !== 1) {
    throw new SignatureError(
      'SIGNATURE.MALFORMED',
      'The attestation must have exactly one subject; attest one package at a time.',
    );
  }
  const digest = at(subjects[0], 'digest');
  if (!isJsonObject(digest) || Object.keys(digest).length === 0) {
    throw new SignatureError('SIGNATURE.MALFORMED', 'The subject of the attestation has no digest; attest again.');
  }
  if (at(digest, 'sha256') !== digestHex) {
    throw new SignatureError(
      'SIGNATURE.DIGEST_MISMATCH',
      'The attestation is about another file; attest exactly these bytes.',
    );
  }
}
