import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  scryptSync,
} from 'node:crypto';

import nacl from 'tweetnacl';

import { strictBase64 } from './base64.js';
import { at, parseJson } from './json.js';
import { asSignatureError, SignatureError } from './signature.error.js';
import { toTrustedKey } from './trusted-key.js';

/** A key that signs packages. */
export interface PrivateKey {
  /** Id of its public half, see TrustedKey.id. */
  readonly id: string;
  readonly privateKey: KeyObject;
}

export interface KeyPairFiles {
  /** Text of `cosign.key`: encrypted, to be kept readable by its owner only. */
  readonly privateKeyFile: string;
  /** Text of `cosign.pub`. */
  readonly publicKeyPem: string;
}

const HEADER = 'ENCRYPTED SIGSTORE PRIVATE KEY';
const FILE = /^\s*-----BEGIN (ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/;
const MAX_FILE_CHARS = 16 * 1024;
/** cosign's three profiles: its releases up to 2, today's, and the hardened one. */
const LEGAL_N: readonly number[] = [32_768, 65_536, 131_072];
const TODAY = { N: 65_536, r: 8, p: 1 } as const;

/** A new P-256 key pair in the very format of `cosign generate-key-pair` (scrypt, nacl/secretbox, PKCS#8). */
export function generateKeyPair(password: string): KeyPairFiles {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const salt = randomBytes(32);
  const nonce = randomBytes(nacl.secretbox.nonceLength);
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const box = nacl.secretbox(pkcs8, nonce, deriveKey(password, salt, TODAY.N));
  const content = JSON.stringify({
    kdf: { name: 'scrypt', params: TODAY, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(box).toString('base64'),
  });
  return { privateKeyFile: toPem(content), publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString() };
}

/**
 * Opens the text of a `cosign.key`. The empty password is legal.
 * Throws KEY.MALFORMED (not such a file), KEY.UNSUPPORTED (another cipher, costs or kind of key; decided before any key is
 * derived, so that a file cannot order unbounded work) or KEY.PASSWORD.
 */
export function openPrivateKey(fileText: string, password: string): PrivateKey {
  const { n, salt, nonce, ciphertext } = readKeyFile(fileText);
  const der = nacl.secretbox.open(ciphertext, nonce, deriveKey(password, salt, n));
  if (!der) {
    throw new SignatureError(
      'KEY.PASSWORD',
      'The password does not open this key file; try again or restore the file.',
    );
  }
  return asSignatureError(
    'KEY.UNSUPPORTED',
    'The key file holds something else than a PKCS#8 private key; make it again with "cosign import-key-pair".',
    () => {
      const privateKey = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
      return { id: toTrustedKey(createPublicKey(privateKey)).id, privateKey };
    },
  );
}

function readKeyFile(fileText: string): { n: number; salt: Buffer; nonce: Buffer; ciphertext: Buffer } {
  const body = fileText.length <= MAX_FILE_CHARS ? FILE.exec(fileText)?.[2] : undefined;
  const json = body === undefined ? undefined : strictBase64(body.replace(/\s/g, ''))?.toString('utf8');
  if (json === undefined) throw malformed();
  const file = asSignatureError('KEY.MALFORMED', malformed().message, () => parseJson(json));
  if (at(file, 'kdf', 'name') !== 'scrypt' || at(file, 'cipher', 'name') !== 'nacl/secretbox') {
    throw new SignatureError(
      'KEY.UNSUPPORTED',
      'Only key files with scrypt and nacl/secretbox, as cosign writes them, can be opened.',
    );
  }
  return {
    n: readCost(at(file, 'kdf', 'params')),
    salt: bytesOf(at(file, 'kdf', 'salt'), (length) => length === 32),
    nonce: bytesOf(at(file, 'cipher', 'nonce'), (length) => length === nacl.secretbox.nonceLength),
    ciphertext: bytesOf(at(file, 'ciphertext'), (length) => length > nacl.secretbox.overheadLength),
  };
}

function readCost(params: unknown): number {
  const n = at(params, 'N');
  if (typeof n === 'number' && LEGAL_N.includes(n) && at(params, 'r') === TODAY.r && at(params, 'p') === TODAY.p) {
    return n;
  }
  throw new SignatureError(
    'KEY.UNSUPPORTED',
    "The key file asks for scrypt costs that are not cosign's; make it again with cosign.",
  );
}

function bytesOf(value: unknown, hasLegalLength: (length: number) => boolean): Buffer {
  const bytes = typeof value === 'string' ? strictBase64(value) : undefined;
  if (!bytes || !hasLegalLength(bytes.length)) throw malformed();
  return bytes;
}

function deriveKey(password: string, salt: Buffer, n: number): Buffer {
  const { r, p } = TODAY;
  // Node refuses more than 32 MiB unless told; scrypt needs 128·N·r bytes and a little more.
  return scryptSync(Buffer.from(password, 'utf8'), salt, nacl.secretbox.keyLength, { N: n, r, p, maxmem: 256 * n * r });
}

function toPem(content: string): string {
  const lines =
    Buffer.from(content, 'utf8')
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${HEADER}-----`, ...lines, `-----END ${HEADER}-----`, ''].join('\n');
}

function malformed(): SignatureError {
  return new SignatureError(
    'KEY.MALFORMED',
    'This is not a cosign private key file: give the whole text of cosign.key, made by "atomctl keygen" or cosign.',
  );
}
