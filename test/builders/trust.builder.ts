import type { TrustDocument, TrustedKeyEntry, TrustPolicy } from '../../src/wpk/index.js';
import type { Signer } from './signed-package.js';

export function aTrustedKey(
  name: string,
  signer: Pick<Signer, 'publicKeyPem'>,
  more: Partial<TrustedKeyEntry> = {},
): TrustedKeyEntry {
  return { name, state: 'active', publicKey: signer.publicKeyPem, ...more };
}

/** Every name needs the one signer, unless told otherwise. */
export function aTrustPolicy(more: Partial<TrustPolicy> = {}): TrustPolicy {
  return {
    ...{ name: 'everything', names: ['*'], any: [{ key: 'one' }], threshold: 1 },
    ...{ requireTlog: false, requireAttestation: false },
    ...more,
  };
}

export function aTrustDocument(more: Partial<TrustDocument> = {}): TrustDocument {
  return { keys: [], identities: [], policies: [], ...more };
}
