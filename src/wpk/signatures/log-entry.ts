import { createHash, createPublicKey } from 'node:crypto';

import { strictBase64 } from './base64.js';
import type { KeyBundle } from './bundle.reader.js';
import { at, parseJson } from './json.js';
import { asSignatureError, SignatureError } from './signature.error.js';
import { loadPublicKey, toTrustedKey, type TrustedKey } from './trusted-key.js';

/** What was verified, as a log entry must repeat it. */
export interface Logged {
  readonly keyId: string;
  readonly signature: Buffer;
  /** The bytes under the signature: the package itself, or the pre-authentication encoding of an attestation. */
  readonly signed: Uint8Array;
  /** The payload of an attestation. */
  readonly payload?: Buffer;
}

interface EntryFacts {
  readonly digest: Buffer | undefined;
  readonly over: 'signed' | 'payload';
  readonly signature: Buffer | undefined;
  readonly keyId: string | undefined;
}

/**
 * Refuses a log entry that speaks about another digest, signature or key (the class of CVE-2026-22703).
 *
 * Whether the log really holds the entry is NOT checked: no log is trusted for key material, the meaning of cosign's
 * `--insecure-ignore-tlog`. An entry therefore never adds trust and never gives a time.
 */
export function checkLogEntry(entry: KeyBundle['logEntries'][number], logged: Logged): void {
  const body = asSignatureError('SIGNATURE.MALFORMED', 'A log entry of the bundle has no JSON body; sign again.', () =>
    parseJson(entry.canonicalizedBody.toString('utf8')),
  );
  const { kind, version } = entry.kindVersion;
  if (at(body, 'kind') !== kind || at(body, 'apiVersion') !== version) throw contradicts('kind');
  const facts = readFacts(`${kind}/${version}`, at(body, 'spec'));
  const content = facts.over === 'signed' ? logged.signed : logged.payload;
  if (!content || !facts.digest?.equals(createHash('sha256').update(content).digest())) throw contradicts('digest');
  if (!facts.signature?.equals(logged.signature)) throw contradicts('signature');
  if (facts.keyId !== logged.keyId) throw contradicts('key');
}

function readFacts(type: string, spec: unknown): EntryFacts {
  switch (type) {
    case 'hashedrekord/0.0.1':
      return {
        digest: sha256Hex(at(spec, 'data', 'hash')),
        over: 'signed',
        signature: bytes(at(spec, 'signature', 'content')),
        keyId: pemKeyId(at(spec, 'signature', 'publicKey', 'content')),
      };
    case 'hashedrekord/0.0.2':
      return {
        digest: bytes(at(spec, 'hashedRekordV002', 'data', 'digest')),
        over: 'signed',
        signature: bytes(at(spec, 'hashedRekordV002', 'signature', 'content')),
        keyId: derKeyId(at(spec, 'hashedRekordV002', 'signature', 'verifier', 'publicKey', 'rawBytes')),
      };
    case 'dsse/0.0.1': {
      const signature = only(at(spec, 'signatures'));
      return {
        digest: sha256Hex(at(spec, 'payloadHash')),
        over: 'payload',
        signature: bytes(at(signature, 'signature')),
        keyId: pemKeyId(at(signature, 'verifier')),
      };
    }
    case 'dsse/0.0.2': {
      const signature = only(at(spec, 'dsseV002', 'signatures'));
      return {
        digest: bytes(at(spec, 'dsseV002', 'payloadHash', 'digest')),
        over: 'payload',
        signature: bytes(at(signature, 'content')),
        keyId: derKeyId(at(signature, 'verifier', 'publicKey', 'rawBytes')),
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

function pemKeyId(value: unknown): string | undefined {
  return idOf(() => loadPublicKey(bytes(value)?.toString('utf8') ?? ''));
}

function derKeyId(value: unknown): string | undefined {
  return idOf(() =>
    toTrustedKey(createPublicKey({ key: bytes(value) ?? Buffer.alloc(0), format: 'der', type: 'spki' })),
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
