import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

import { strictBase64 } from './base64.js';
import { asSignatureError, SignatureError } from './signature.error.js';

/** A public key that may sign packages. */
export interface TrustedKey {
  /** base64 of the SHA-256 of the key's SPKI DER: what cosign writes as the hint of a bundle. */
  readonly id: string;
  /** ECDSA P-256, uncompressed point. */
  readonly publicKey: KeyObject;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/**
 * Reads one PEM block `PUBLIC KEY` (RFC 7468, SPKI) holding an ECDSA P-256 key, as `cosign generate-key-pair` writes it.
 * Throws KEY.MALFORMED for what is not such a block and KEY.UNSUPPORTED for another kind of key.
 */
export function loadPublicKey(pem: string): TrustedKey {
  const keys = loadPublicKeys(pem);
  const [key] = keys;
  if (!key || keys.length > 1) {
    throw new SignatureError('KEY.MALFORMED', `Expected one public key, found ${keys.length}; give one PEM block.`);
  }
  return key;
}

/** Reads one or more PEM blocks after each other; a key that is named twice counts once. Throws as `loadPublicKey` does. */
export function loadPublicKeys(pemText: string): TrustedKey[] {
  const blocks = [...pemText.matchAll(BLOCK)];
  if (blocks.length === 0 || pemText.replace(BLOCK, '').trim() !== '') {
    throw new SignatureError(
      'KEY.MALFORMED',
      'This is not a PEM public key: give the text of cosign.pub, from "-----BEGIN PUBLIC KEY-----" to its END line.',
    );
  }
  const keys = blocks.map(([, label = '', body = '']) => toTrustedKey(readBlock(label, body)));
  return [...new Map(keys.map((key) => [key.id, key])).values()];
}

/** The trusted-key form of a P-256 public key; KEY.UNSUPPORTED says why any other key is refused. */
export function toTrustedKey(key: KeyObject): TrustedKey {
  refuseOtherThanP256(key);
  return asSignatureError('KEY.MALFORMED', 'The public key cannot be read; export it again.', () => {
    // Through JWK, because a key read with a compressed point would otherwise keep it and get another id than in cosign.
    const publicKey = createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    return { id: createHash('sha256').update(spki).digest('base64'), publicKey };
  });
}

function refuseOtherThanP256(key: KeyObject): void {
  const type = key.asymmetricKeyType ?? 'unknown';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (type === 'ec' && curve === 'prime256v1') return;
  throw new SignatureError(
    'KEY.UNSUPPORTED',
    `${whyUnsupported(type, curve)} Make one with "cosign generate-key-pair".`,
  );
}

function whyUnsupported(type: string, curve: string | undefined): string {
  if (type === 'ec') {
    return `The key is on curve ${curve ?? 'with explicit parameters'}; only P-256 is accepted, so that every signature means the same.`;
  }
  if (type === 'ed25519') {
    return 'Ed25519 keys are refused: cosign signs with Ed25519ph as soon as a log is used, and that cannot be verified here. Use an ECDSA P-256 key.';
  }
  return `Keys of type ${type} are refused; only ECDSA P-256 is accepted.`;
}

function readBlock(label: string, body: string): KeyObject {
  if (label.includes('PRIVATE KEY')) {
    throw new SignatureError(
      'KEY.UNSUPPORTED',
      'This is a private key; give the public one (cosign.pub) and keep this secret.',
    );
  }
  if (label !== 'PUBLIC KEY') {
    throw new SignatureError(
      'KEY.UNSUPPORTED',
      `A PEM block "${label}" is not a public key; give a block "PUBLIC KEY".`,
    );
  }
  const der = strictBase64(body.replace(/\s/g, ''));
  if (!der) throw new SignatureError('KEY.MALFORMED', 'The PEM block is not valid base64; copy the whole file again.');
  return asSignatureError('KEY.MALFORMED', 'The PEM block does not hold a public key; copy the whole file again.', () =>
    createPublicKey({ key: der, format: 'der', type: 'spki' }),
  );
}
