import { createPublicKey } from 'node:crypto';

import { strictBase64 } from './base64.js';
import type { LogEntry } from './bundle.reader.js';
import { at, parseJson } from './json.js';
import { asSignatureError, SignatureError } from './signature.error.js';
import { loadPublicKey, toTrustedKey, type TrustedKey } from './trusted-key.js';

/** What the bundle says, as a log entry must repeat it. */
export interface Logged {
  /** Id of the key, or the certificate. */
  readonly signer: string | Buffer;
  readonly signature: Buffer;
  /** SHA-256 of the bytes under the signature: of the package, or of the pre-authentication encoding of an attestation. */
  readonly signed: Buffer;
  /** SHA-256 of the payload of an attestation. */
  readonly payload?: Buffer;
}

const CERTIFICATE = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;

interface EntryFacts {
  readonly digest: Buffer | undefined;
  readonly over: 'signed' | 'payload';
  readonly signature: Buffer | undefined;
  readonly signer: string | Buffer | undefined;
}

/**
 * Refuses a log entry that speaks about another digest, signature, key or certificate (the class of CVE-2026-22703; the
 * library does not compare the key). Whether a log really holds the entry is not looked at here.
 */
export function checkLogEntry(entry: LogEntry, logged: Logged): void {
  const body = asSignatureError('SIGNATURE.MALFORMED', 'A log entry of the bundle has no JSON body; sign again.', () =>
    parseJson(entry.canonicalizedBody.toString('utf8')),
  );
  const { kind, version } = entry.kindVersion;
  if (at(body, 'kind') !== kind || at(body, 'apiVersion') !== version) throw contradicts('kind');
  const facts = readFacts(`${kind}/${version}`, at(body, 'spec'));
  const content = facts.over === 'signed' ? logged.signed : logged.payload;
  if (!content || !facts.digest?.equals(content)) throw contradicts('digest');
  if (!facts.signature?.equals(logged.signature)) throw contradicts('signature');
  if (!isSame(facts.signer, logged.signer)) throw contradicts('key or certificate');
}

function isSame(one: string | Buffer | undefined, other: string | Buffer): boolean {
  return typeof one === 'object' && typeof other === 'object' ? one.equals(other) : one === other;
}

function readFacts(type: string, spec: unknown): EntryFacts {
  switch (type) {
    case 'hashedrekord/0.0.1':
      return {
        digest: sha256Hex(at(spec, 'data', 'hash')),
        over: 'signed',
        signature: bytes(at(spec, 'signature', 'content')),
        signer: pemSigner(at(spec, 'signature', 'publicKey', 'content')),
      };
    case 'hashedrekord/0.0.2':
      return {
        digest: bytes(at(spec, 'hashedRekordV002', 'data', 'digest')),
        over: 'signed',
        signature: bytes(at(spec, 'hashedRekordV002', 'signature', 'content')),
        signer: derSigner(at(spec, 'hashedRekordV002', 'signature', 'verifier')),
      };
    case 'dsse/0.0.1': {
      const signature = only(at(spec, 'signatures'));
      return {
        digest: sha256Hex(at(spec, 'payloadHash')),
        over: 'payload',
        signature: bytes(at(signature, 'signature')),
        signer: pemSigner(at(signature, 'verifier')),
      };
    }
    case 'intoto/0.0.2': {
      const signature = only(at(spec, 'content', 'envelope', 'signatures'));
      return {
        digest: sha256Hex(at(spec, 'content', 'payloadHash')),
        over: 'payload',
        // The envelope holds base64, and the entry holds that as bytes: base64 once more.
        signature: bytes(bytes(at(signature, 'sig'))?.toString('latin1')),
        signer: pemSigner(at(signature, 'publicKey')),
      };
    }
    case 'dsse/0.0.2': {
      const signature = only(at(spec, 'dsseV002', 'signatures'));
      return {
        digest: bytes(at(spec, 'dsseV002', 'payloadHash', 'digest')),
        over: 'payload',
        signature: bytes(at(signature, 'content')),
        signer: derSigner(at(signature, 'verifier')),
      };
    }
    default:
      throw new SignatureError(
        'SIGNATURE.UNSUPPORTED',
        `Log entries of type ${type} cannot be read; sign without a log.`,
      );
  }
}

function bytes(value: unknown): Buffer | undefined {
  return typeof value === 'string' ? strictBase64(value) : undefined;
}

function sha256Hex(hash: unknown): Buffer | undefined {
  const value = at(hash, 'value');
  if (at(hash, 'algorithm') !== 'sha256' || typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) {
    return undefined;
  }
  return Buffer.from(value, 'hex');
}

function only(list: unknown): unknown {
  return Array.isArray(list) && list.length === 1 ? list[0] : undefined;
}

/** base64 of PEM: a public key, or a certificate. */
function pemSigner(value: unknown): string | Buffer | undefined {
  const pem = bytes(value)?.toString('latin1') ?? '';
  const certificate = CERTIFICATE.exec(pem)?.[1];
  return certificate === undefined ? idOf(() => loadPublicKey(pem)) : strictBase64(certificate.replace(/\s/g, ''));
}

function derSigner(verifier: unknown): string | Buffer | undefined {
  const [key, certificate] = ['publicKey', 'x509Certificate'].map((name) => bytes(at(verifier, name, 'rawBytes')));
  if (key && certificate) return undefined;
  return (
    certificate ??
    idOf(() => toTrustedKey(createPublicKey({ key: key ?? Buffer.alloc(0), format: 'der', type: 'spki' })))
  );
}

/** A key that cannot be read is no key of ours; why does not matter here. */
function idOf(read: () => TrustedKey): string | undefined {
  try {
    return read().id;
  } catch {
    return undefined;
  }
}

function contradicts(what: string): SignatureError {
  return new SignatureError(
    'SIGNATURE.INVALID',
    `A log entry of the bundle names another ${what} than the bundle; the bundle was put together from parts, sign again.`,
  );
}
